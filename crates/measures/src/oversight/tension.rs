//! Statements on the service held against the measured figures (S1). Both stay; where they do not go
//! together that is said, and nothing more.

use crate::{
    MeasureResult,
    evaluate::bands::{Band, Rag},
};
use northbound_types::{Region, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How a claim and the figures go together.
    pub enum Tension("tension") {
        /// A figure is worse than the claim.
        InTension = "in tension",
        /// No figure is worse, and at least one tells.
        Agrees = "agrees",
        /// No figure tells.
        NotTold = "no figure tells",
    }
}

/// A figure beside a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// Measure.
    pub measure: String,
    /// Provider.
    pub provider: String,
    /// Region.
    pub region: Region,
    /// Its colour by rule.
    pub rag: Rag,
    /// Where it stands.
    pub band: Band,
    /// Worse than the claim.
    pub worse: bool,
}

/// The figures that a claim speaks of: the named measures, or every row that has levels; of the
/// region and the national rows, or of all where it names none.
#[must_use]
pub fn beside(
    claimed: Rag,
    measures: &[String],
    region: Region,
    results: &[MeasureResult],
) -> (Tension, Vec<Beside>) {
    let speaks = |r: &&MeasureResult| {
        (measures.is_empty() || measures.contains(&r.measure))
            && (region == Region::None || r.region == region || r.region == Region::None)
    };
    let rows: Vec<Beside> = results
        .iter()
        .filter(speaks)
        .filter(|r| !measures.is_empty() || r.levels.target.is_some())
        .map(|r| Beside {
            measure: r.measure.clone(),
            provider: r.provider.clone(),
            region: r.region,
            rag: crate::evaluate::bands::rag(r.band),
            band: r.band,
            worse: rank(crate::evaluate::bands::rag(r.band))
                .zip(rank(claimed))
                .is_some_and(|(is, said)| is > said),
        })
        .collect();
    let tension = if rows.iter().any(|b| b.worse) {
        Tension::InTension
    } else if rows.iter().any(|b| rank(b.rag).is_some()) && rank(claimed).is_some() {
        Tension::Agrees
    } else {
        Tension::NotTold
    };
    (tension, rows)
}

/// Worse is greater; grey tells nothing.
const fn rank(r: Rag) -> Option<u8> {
    match r {
        Rag::Green => Some(0),
        Rag::Amber => Some(1),
        Rag::Red => Some(2),
        Rag::Grey => None,
    }
}
