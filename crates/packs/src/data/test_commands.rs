//! The network's test commands: counted under each methodology, and the sampling rule.

use super::{Sampled, WAYS};
use crate::{PackError, evidence::Evidence};
use northbound_measures::{
    MeasureResult, evaluate,
    inputs::Inputs,
    statistics::sampling::{SamplingInput, check},
};
use northbound_rules::measure::{Basis, MeasureDef};
use northbound_types::{Dim, Region, TestKind};

/// Is it a measure of the network's test commands?
#[must_use]
pub fn is_test_measure(d: &MeasureDef) -> bool {
    let test =
        |v: &String| matches!(v.parse(), Ok(TestKind::Rtt2 | TestKind::Rtt3 | TestKind::Rtt4));
    matches!(&d.basis, Basis::Exchanges { select } if select.any_of.iter().any(|(dim, v)| *dim == Dim::TestKind && !v.is_empty() && v.iter().all(test)))
}

/// Which of Users' own requests stand in for the tests of a measure
/// ([`subject`](northbound_measures::evaluate::counting::subject)), in words.
#[must_use]
pub fn own_kind_of(d: &MeasureDef) -> &'static str {
    let short = |v: &String| matches!(v.parse(), Ok(TestKind::Rtt4));
    match &d.basis {
        Basis::Exchanges { select }
            if select
                .any_of
                .iter()
                .any(|(dim, v)| *dim == Dim::TestKind && v.iter().all(short)) =>
        {
            "on-demand requests"
        }
        _ => "future-dated and scheduled requests",
    }
}

pub(super) fn ways(
    e: &Evidence,
    inputs: &Inputs<'_>,
    results: &[MeasureResult],
) -> Result<Vec<MeasureResult>, PackError> {
    let tests: Vec<MeasureDef> =
        e.known.rules.measures().iter().filter(|d| is_test_measure(d)).cloned().collect();
    let mut out = Vec::new();
    for way in WAYS {
        let Some(methodology) = e.known.rules.methodology(way) else { continue };
        if way == e.known.methodology.id {
            out.extend(results.iter().filter(|r| tests.iter().any(|t| t.id == r.measure)).cloned());
            continue;
        }
        // What people decided and stated concerns the reported figure, not the other ways to count it.
        out.extend(evaluate(&Inputs {
            measures: &tests,
            methodology,
            overrides: &[],
            stated: &[],
            history: &[],
            ..*inputs
        })?);
    }
    Ok(out)
}

pub(super) fn sampling(e: &Evidence) -> Vec<Sampled> {
    let mut out = Vec::new();
    for kind in [TestKind::Rtt2, TestKind::Rtt3, TestKind::Rtt4] {
        let kinds = [kind];
        let input = SamplingInput {
            period: e.period,
            cells: &e.counts.messages.cells,
            kinds: &kinds,
            population: &e.known.registered.population,
            by_hour: &e.counts.messages.by_hour,
            settings: &e.known.settings,
        };
        for region in [Region::North, Region::Central, Region::South] {
            out.push(Sampled { kind, found: check(input, region) });
        }
    }
    out
}
