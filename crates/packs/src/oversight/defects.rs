//! Defects of measures with their evidence (M16): those on record, and those that the
//! figures themselves show.

use crate::{
    data::{Numbered, PackData, WAYS, test_commands::is_test_measure},
    evidence::Evidence,
};
use northbound_measures::{MeasureResult, views::diff::figure_words};
use northbound_types::Region;
use serde::{Deserialize, Serialize};

/// One way of counting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// Methodology.
    pub methodology: String,
    /// Figure id.
    pub figure: String,
    /// The figure in words, with its counts.
    pub text: String,
    /// Numerator.
    pub num: u64,
    /// Denominator.
    pub den: u64,
    /// What it leaves out.
    pub excluded: u64,
}

/// A defect, with the numbers that show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefectLine {
    /// Measure.
    pub measure: String,
    /// Provider; empty where it is about the measure as such.
    pub provider: String,
    /// Region.
    pub region: Region,
    /// What is wrong.
    pub what: String,
    /// Who says so: a person's record, or the figures.
    pub found_by: String,
    /// Id of the record; empty where the figures show it.
    pub record: String,
    /// The change that is to mend it; empty where none is.
    pub change: String,
    /// The numbers.
    pub evidence: Vec<Way>,
}

/// The defects of the period.
#[must_use]
pub fn defects(e: &Evidence, data: &PackData) -> Vec<DefectLine> {
    let mut out = Vec::new();
    for n in data
        .results
        .iter()
        .filter(|n| e.known.rules.measure(&n.result.measure).is_some_and(is_test_measure))
    {
        let ways = ways(data, &n.result);
        let of = |m: &str| ways.iter().find(|w| w.methodology == m);
        let (Some(answered), Some(all)) = (of(WAYS[0]), of(WAYS[1])) else { continue };
        if answered.excluded == 0 || answered.den == all.den {
            continue;
        }
        out.push(DefectLine {
            measure: n.result.measure.clone(),
            provider: n.result.provider.clone(),
            region: n.result.region,
            what: format!(
                "unanswered tests are excluded: {} of {} attempts do not count",
                all.den - answered.den.min(all.den),
                all.den
            ),
            found_by: "the figures".to_owned(),
            record: String::new(),
            change: String::new(),
            evidence: ways,
        });
    }
    for k in &e.known.registered.oversight.metric_defects {
        let d = &k.record;
        let evidence = data
            .results
            .iter()
            .filter(|n| n.result.measure == d.measure)
            .flat_map(|n| {
                let w = ways(data, &n.result);
                if w.is_empty() { vec![way(n)] } else { w }
            })
            .collect();
        out.push(DefectLine {
            measure: d.measure.clone(),
            provider: String::new(),
            region: Region::None,
            what: d.what.clone(),
            found_by: d.found_by.clone(),
            record: k.id.clone(),
            change: d.change.clone(),
            evidence,
        });
    }
    out
}

fn ways(data: &PackData, r: &MeasureResult) -> Vec<Way> {
    data.ways.iter().filter(|w| w.result.key() == r.key()).map(way).collect()
}

fn way(n: &Numbered) -> Way {
    let r = &n.result;
    let (num, den) = r.parts.iter().fold((0, 0), |(a, b), p| (a + p.num, b + p.den));
    Way {
        methodology: r.methodology.clone(),
        figure: n.id.clone(),
        text: figure_words(&r.figure, r.decimals),
        num,
        den,
        excluded: r.excluded.iter().map(|l| l.count).sum(),
    }
}
