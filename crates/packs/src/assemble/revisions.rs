//! The section on what changed since the version before (needs.md M11).

use super::{
    Edition,
    cells::{self, label, text},
    words,
};
use northbound_documents::model::{Block, Cell, Para, Section};
use northbound_measures::views::diff::Difference;

/// The section.
pub(super) fn section(edition: &Edition) -> Section {
    let (intro, blocks) = match &edition.since {
        None => ("There is no earlier issue of this period.".to_owned(), Vec::new()),
        Some(diff) => {
            let blocks: Vec<Block> = changes(diff).into_iter().chain(fallen(diff)).collect();
            (summary(diff, blocks.is_empty()), blocks)
        }
    };
    Section {
        id: "revisions".to_owned(),
        heading: "Revisions".to_owned(),
        message: "Changes since the previous version, their reasons, and earlier statements that no longer hold."
            .to_owned(),
        intro: vec![Para::plain(intro)],
        blocks,
    }
}

fn summary(diff: &Difference, nothing: bool) -> String {
    if nothing {
        return "Nothing changed since the previous version.".to_owned();
    }
    format!(
        "{} changed; {} hold.",
        words::things(diff.changes.len() as u64, "cell", "cells"),
        words::things(
            diff.fallen.len() as u64,
            "earlier statement does not",
            "earlier statements do not"
        )
    )
}

fn changes(diff: &Difference) -> Option<Block> {
    let rows = diff
        .changes
        .iter()
        .map(|c| {
            let region = words::region(c.region);
            vec![
                Cell::words(format!("{} {} {region} {}", c.measure, c.provider, c.period)),
                Cell::words(c.field.clone()),
                Cell::words(c.before.clone()),
                Cell::words(c.after.clone()),
                Cell::words(c.reason.clone()),
            ]
        })
        .collect();
    let columns = vec![
        label("row", "Measure, provider, region, period"),
        text("field", "What"),
        text("before", "Before"),
        text("after", "After"),
        text("reason", "Why"),
    ];
    cells::non_empty_table("changes", "Changed cells", columns, rows)
}

/// Statements of the version before that the figures no longer support.
fn fallen(diff: &Difference) -> Option<Block> {
    let rows = diff
        .fallen
        .iter()
        .map(|(s, now)| {
            let now = now.clone().unwrap_or_else(|| "no statement now".to_owned());
            vec![Cell::words(s.text.clone()), Cell::words(now)]
        })
        .collect();
    let columns = vec![label("was", "Earlier statement"), text("now", "Statement now")];
    cells::non_empty_table("fallen", "Statements that no longer hold", columns, rows)
}
