//! Invented inputs for this crate's own tests.

use crate::{
    inputs::{Inputs, Latency},
    settings::Settings,
};
use northbound_rules::measure::{
    ActivityPeriod, Aggregate, Basis, Better, Counting, Levels, Mark, MeasureDef, MeasureRow,
    MeasureUnit, Methodology, Provenance, Subject,
};
use northbound_types::{CellRow, Cells, Dim, Period, Ratio, Region, Selector, TestKind, Utc};
use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

pub const APRIL: Period = Period::month(2026, 4);
static NO_RULES: BTreeSet<String> = BTreeSet::new();
static SETTINGS: LazyLock<Settings> = LazyLock::new(settings);

pub fn settings() -> Settings {
    Settings {
        wilson_z: Ratio { num: 196, den: 100 },
        outage_window_minutes: 3,
        quiet_from: 0,
        quiet_to: 5,
        tests_per_hub: Ratio { num: 1, den: 2 },
        hub_device_types: vec!["CHF".into()],
        commissioned: vec!["commissioned".into()],
        connect_days: 90,
        wide_interval: Ratio { num: 1, den: 10 },
    }
}

pub fn provenance() -> Provenance {
    Provenance { mark: Mark::Published, source: "invented".into(), note: String::new() }
}

pub fn methodology(count: Counting, subject: Subject, aggregate: Aggregate) -> Methodology {
    Methodology {
        id: format!("{count}/{subject}/{aggregate}"),
        title: "invented".into(),
        count,
        subject,
        aggregate,
        coverage_floor: Ratio { num: 9, den: 10 },
        low_volume: 30,
        from: "2018-01-01".parse().unwrap(),
        provenance: provenance(),
    }
}

pub fn def(id: &str, rows: &[(&str, Region)], basis: Basis) -> MeasureDef {
    MeasureDef {
        id: id.into(),
        title: format!("{id} (invented)"),
        unit: MeasureUnit::Events,
        period: ActivityPeriod::Month,
        lag: 0,
        rows: rows.iter().map(|(p, r)| row(p, *r)).collect(),
        basis,
        levels: vec![Levels {
            from: "2018-01-01".parse().unwrap(),
            target: Some(Ratio { num: 99, den: 100 }),
            minimum: Some(Ratio { num: 96, den: 100 }),
            provenance: provenance(),
        }],
        decimals: 2,
        better: Better::Higher,
        reported: true,
        provenance: provenance(),
    }
}

/// A row without first and last day.
pub fn row(provider: &str, region: Region) -> MeasureRow {
    MeasureRow { provider: provider.into(), region, from: None, to: None }
}

pub fn tests_def() -> MeasureDef {
    def(
        "PM4.3",
        &[("CSPN", Region::North), ("CSPC", Region::Central)],
        Basis::Exchanges { select: Selector::all().and(Dim::TestKind, [TestKind::Rtt4.as_str()]) },
    )
}

pub const DIMS: &[Dim] = &[
    Dim::Day,
    Dim::Kind,
    Dim::Region,
    Dim::Provider,
    Dim::Feed,
    Dim::Srv,
    Dim::Mode,
    Dim::Generation,
    Dim::TestKind,
    Dim::State,
    Dim::Timeliness,
];

/// One group: day, region, feed, kind of test, state, timeliness, count.
pub type Group<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str, &'a str, u64);

pub fn cells(groups: &[Group<'_>]) -> Cells {
    let rows = groups
        .iter()
        .map(|&(day, region, feed, test, state, timeliness, count)| {
            let kind = if test == "none" { "service-request" } else { "network-command" };
            let keys =
                [day, kind, region, "", feed, "", "on-demand", "smets2", test, state, timeliness];
            CellRow {
                keys: keys.iter().map(|k| Arc::from(*k)).collect(),
                count,
                disputed: 0,
                assumed: 0,
            }
        })
        .collect();
    Cells { dims: DIMS.to_vec(), rows }
}

/// Inputs with nothing in them but these.
pub fn inputs<'a>(
    cells: &'a Cells,
    measures: &'a [MeasureDef],
    methodology: &'a Methodology,
) -> Inputs<'a> {
    Inputs {
        period: APRIL,
        as_at: "2026-06-22T00:00:00Z".parse::<Utc>().unwrap(),
        measures,
        methodology,
        settings: &SETTINGS,
        cells,
        latency: Latency { dims: &[], rows: &[], edges: &[] },
        services: &[],
        outages: &[],
        payloads: &[],
        hubs: &[],
        population: &[],
        incidents: crate::incidents::rules::IncidentInputs::NONE,
        tests_by_hour: &[],
        only_user: None,
        stated: &[],
        feeds: &[],
        faults: &[],
        exceptions: &[],
        overrides: &[],
        unconfirmed: &NO_RULES,
        history: &[],
    }
}
