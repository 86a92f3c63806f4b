//! The section on reconciliations that touch the period.

use super::{
    Material,
    cells::{self, counts, label, text},
};
use northbound_documents::model::{Block, Cell, Para, Section};

/// The section.
pub(super) fn section(d: &Material<'_>) -> Section {
    let period = d.e.period.to_string();
    let runs = runs(d, &period);
    let intro = if runs.is_none() {
        vec![Para::plain("No reconciliation of this period is stored.")]
    } else {
        Vec::new()
    };
    Section {
        id: "reconciliation".to_owned(),
        heading: "Reconciliation".to_owned(),
        message: "Differences between two sources of the same count.".to_owned(),
        intro,
        blocks: runs.into_iter().chain(differences(d, &period)).collect(),
    }
}

fn runs(d: &Material<'_>, period: &String) -> Option<Block> {
    let rows =
        d.e.known
            .registered
            .reconciliations
            .iter()
            .filter(|(_, r)| r.periods.is_empty() || r.periods.contains(period))
            .map(|(id, r)| {
                vec![
                    Cell::words(id.clone()),
                    Cell::words(r.sources.join(" against ")),
                    Cell::words(r.keys.join(", ")),
                    Cell::words(r.note.clone()),
                ]
            })
            .collect();
    let columns = vec![
        label("id", "Run"),
        text("sources", "Sources"),
        text("keys", "By"),
        text("note", "Note"),
    ];
    cells::non_empty_table("reconciliations", "Runs", columns, rows)
}

fn differences(d: &Material<'_>, period: &String) -> Option<Block> {
    let rows =
        d.e.known
            .registered
            .differences
            .iter()
            .filter(|x| x.period == *period)
            .map(|x| {
                vec![
                    Cell::words(x.key.clone()),
                    Cell::words(x.class.clone()),
                    Cell::count(x.amount),
                    Cell::words(x.status.to_string()),
                    Cell::words(x.owner.clone()),
                    Cell::words(x.decision.clone()),
                ]
            })
            .collect();
    let columns = vec![
        label("key", "Difference"),
        text("class", "Cause"),
        counts("amount", "Amount", ""),
        text("status", "Status"),
        text("owner", "Owner"),
        text("decision", "Decision"),
    ];
    cells::non_empty_table("differences", "Differences", columns, rows)
}
