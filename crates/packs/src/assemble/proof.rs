//! What is only proof, set apart from what the annex of measures says: folded in the HTML, and in the PDF only on
//! request.

use super::cells;
use crate::data::PackData;
use northbound_documents::model::{Block, Section};
use std::collections::BTreeSet;

/// Sections that are proof as a whole.
const SECTIONS: [&str; 9] = [
    "alerts",
    "volumes",
    "latency",
    "correlation",
    "evidence",
    "explanations",
    "assurance",
    "reconciliation",
    "sources",
];
/// Tables that are proof, in whatever section.
const TABLES: [&str; 18] = [
    "coverage",
    "payloads",
    "reported-beside-own",
    "changes",
    "measure-detail",
    "exclusions",
    "streaks",
    "test-sampling",
    "test-mix-hour",
    "test-mix-region",
    "own-by-srv",
    "service-intervals",
    "alert-codes",
    "forecast-sr-months",
    "forecast-alert-months",
    "files",
    "collisions",
    "fallen",
];

/// The sections with their proof in sections of their own, and the ids of those.
pub(super) fn apart(sections: Vec<Section>, data: &PackData) -> (Vec<Section>, Vec<String>) {
    let short: BTreeSet<String> = data
        .results
        .iter()
        .filter(|n| n.result.band.below_target() == Some(true))
        .map(|n| format!("trend-{}", cells::slug(&n.result.measure)))
        .collect();
    let (mut all, mut evidence) = (Vec::new(), Vec::new());
    for mut s in sections {
        if SECTIONS.contains(&s.id.as_str()) {
            evidence.push(s.id.clone());
            all.push(s);
            continue;
        }
        let (proof, kept): (Vec<Block>, Vec<Block>) =
            s.blocks.into_iter().partition(|b| is_proof(b, &short));
        s.blocks = kept;
        let apart = Section {
            id: format!("{}-evidence", s.id),
            heading: format!("{}: evidence", s.heading),
            message: String::new(),
            intro: Vec::new(),
            blocks: proof,
        };
        if !s.blocks.is_empty() || !s.intro.is_empty() {
            all.push(s);
        }
        if !apart.blocks.is_empty() {
            evidence.push(apart.id.clone());
            all.push(apart);
        }
    }
    (all, evidence)
}

/// Tables of counts, and the months of measures that met their targets.
fn is_proof(block: &Block, short: &BTreeSet<String>) -> bool {
    match block {
        Block::Table(t) => TABLES.contains(&t.id.as_str()),
        Block::Multiples(m) => m.id.starts_with("trend-") && !short.contains(&m.id),
        Block::Chart(_) | Block::Text(_) | Block::List(_) => false,
    }
}
