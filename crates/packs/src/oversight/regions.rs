//! Evidence on each region from all sides (M13, M14).

use crate::{
    PackError,
    data::{PackData, test_commands::is_test_measure},
    evidence::Evidence,
};
use northbound_measures::oversight::evidence::{
    RegionEvidence, Side, TestComparison, Witness, compare_tests, complaints_received, felt,
    measured, tested, user_tests, weigh,
};
use northbound_types::{Ratio, Region};
use std::collections::BTreeMap;

/// Regions that are held against each other.
pub const REGIONS: [Region; 3] = [Region::North, Region::Central, Region::South];

/// The sides of each region, and the comparison of the tests that Users ran.
///
/// # Errors
/// Where a setting cannot be read.
pub fn evidence(
    e: &Evidence,
    data: &PackData,
) -> Result<(Vec<RegionEvidence>, Vec<TestComparison>), PackError> {
    let day = e.period.first();
    let least =
        u64::try_from(e.known.rules.integer("two-sample-minimum", day)?).unwrap_or(u64::MAX);
    let srvs = e.known.rules.list("user-test-srvs", day)?.to_vec();
    let z = e.known.settings.wilson_z;
    let cells = of_period(e);
    let tests: Vec<(Region, Ratio)> =
        REGIONS.iter().map(|r| (*r, user_tests(&cells, &srvs, *r))).collect();
    let lines = super::class_lines(e)?;
    let (mut out, mut compared) = (Vec::new(), Vec::new());
    for region in REGIONS {
        let mut witnesses = contract(e, data, region);
        let target = data
            .results
            .iter()
            .find(|n| {
                n.result.region == region
                    && e.known.rules.measure(&n.result.measure).is_some_and(is_test_measure)
            })
            .and_then(|n| n.result.levels.target);
        let c = compare_tests(region, &tests, z, least);
        witnesses.extend(tested(&c, target, z, least));
        if c.own.den > 0 {
            compared.push(c);
        }
        if let Some(l) = lines.iter().find(|l| l.region == region && l.class.is_empty()) {
            witnesses.push(felt(l.counts, &l.hidden));
        }
        witnesses
            .extend(complaints(e, region).into_iter().map(|(by, n)| complaints_received(&by, n)));
        out.push(weigh(region, witnesses));
    }
    Ok((out, compared))
}

/// The counts may hold more days than the period.
fn of_period(e: &Evidence) -> northbound_types::Cells {
    let days: Vec<String> = e.period.each_day().map(|d| d.to_string()).collect();
    let inside = northbound_types::Selector::all().and(northbound_types::Dim::Day, days);
    let c = &e.counts.messages.cells;
    northbound_types::Cells {
        dims: c.dims.clone(),
        rows: c.rows.iter().filter(|r| inside.takes(c, r)).cloned().collect(),
    }
}

/// Test measures of the region as reported, and over Users' own requests.
fn contract(e: &Evidence, data: &PackData, region: Region) -> Vec<Witness> {
    let of = |r: &northbound_measures::MeasureResult| {
        r.region == region
            && e.known.rules.measure(&r.measure).is_some_and(is_test_measure)
            && !matches!(r.figure, northbound_types::Figure::Null(_))
    };
    let reported = data
        .results
        .iter()
        .map(|n| &n.result)
        .filter(|r| of(r))
        .map(|r| measured(Side::ContractMeasure, r));
    let own = data
        .ways
        .iter()
        .map(|n| &n.result)
        .filter(|r| of(r) && r.methodology == "own-requests")
        .map(|r| measured(Side::OwnRequests, r));
    reported.chain(own).collect()
}

/// Complaints of the period by who received them. Whoever received one of any region received none where
/// none is kept: that silence is part of the evidence.
fn complaints(e: &Evidence, region: Region) -> BTreeMap<String, u64> {
    let mut out = BTreeMap::new();
    for k in &e.known.registered.oversight.complaints {
        let c = &k.record;
        let n = out.entry(c.heard_by.clone()).or_insert(0);
        if c.region == region && e.period.contains(c.on) {
            *n += 1;
        }
    }
    for k in super::statements(e).filter(|k| k.record.colour.is_some()) {
        out.entry(k.record.author.clone()).or_insert(0);
    }
    out
}
