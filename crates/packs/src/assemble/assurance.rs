//! The section on assurance and overrides (needs.md M6 to M8).

use super::{
    Material,
    cells::{self, label, text},
    words,
};
use crate::data::Numbered;
use northbound_documents::{
    model::{Block, Cell, Para, Section},
    render::words as print,
};
use northbound_measures::{
    evaluate::bands::OverrideAction,
    oversight::explanations::{acceptance_blockers, assurance_of},
};
use northbound_types::Figure;

/// The section.
pub(super) fn section(d: &Material<'_>) -> Section {
    let results: Vec<_> = d.data.results.iter().map(|n| n.result.clone()).collect();
    let open = acceptance_blockers(&results, &d.e.known.registered.assurance).len();
    let intro = if open == 0 {
        "Every figure with a value is confirmed: the report can be accepted.".to_owned()
    } else {
        format!(
            "{} not confirmed: the report cannot be accepted yet.",
            words::things(open as u64, "figure is", "figures are")
        )
    };
    Section {
        id: "assurance".to_owned(),
        heading: "Assurance and overrides".to_owned(),
        message: "The assurance status of each figure, and who states it.".to_owned(),
        intro: vec![Para::plain(intro)],
        blocks: checks(d).into_iter().chain(overrides(d)).collect(),
    }
}

fn checks(d: &Material<'_>) -> Option<Block> {
    let rows = d
        .data
        .results
        .iter()
        .filter(|n| matches!(n.result.figure, Figure::Value(_)))
        .map(|n| check(d, n))
        .collect();
    let columns = vec![
        label("row", "Measure, provider, region"),
        text("status", "Status"),
        text("what", "What was checked"),
        text("by", "By whom"),
        text("at", "When"),
    ];
    cells::non_empty_table("assurance-list", "Checks of figures", columns, rows)
}

/// A figure with its newest record of assurance.
fn check(d: &Material<'_>, n: &Numbered) -> Vec<Cell> {
    let (r, records) = (&n.result, &d.e.known.registered.assurance);
    let newest = records
        .iter()
        .filter(|a| {
            a.measure == r.measure
                && a.provider == r.provider
                && a.region == r.region
                && a.period == r.period
        })
        .max_by_key(|a| a.at);
    let (what, by, at) = newest
        .map_or_else(Default::default, |a| (a.what.clone(), a.by.clone(), print::day(a.at.day())));
    let status = assurance_of(r, records).to_string();
    [words::row(r), status, what, by, at].map(Cell::words).to_vec()
}

fn overrides(d: &Material<'_>) -> Option<Block> {
    let rows = d
        .e
        .known
        .registered
        .overrides
        .iter()
        .filter(|o| o.period == d.e.period)
        .map(|o| {
            let action = match &o.action {
                OverrideAction::Colour { rag } => format!("colour set to {rag}"),
                OverrideAction::Withhold { reason } => format!("figure withheld: {reason}"),
            };
            vec![
                Cell::words(format!("{} {} {}", o.measure, o.provider, words::region(o.region))),
                Cell::words(action),
                Cell::words(o.who.clone()),
                Cell::words(o.at.map_or_else(String::new, print::time)),
                Cell::words(o.why.clone()),
            ]
        })
        .collect();
    let columns = vec![
        label("row", "Measure, provider, region"),
        text("action", "Override"),
        text("who", "Person"),
        text("when", "When"),
        text("why", "Why"),
    ];
    cells::non_empty_table("overrides", "Overrides", columns, rows)
}
