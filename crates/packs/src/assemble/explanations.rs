//! The section on explanations: given, missing, and remarks on the period.

use super::{
    Material,
    cells::{self, label, text},
    front, words,
};
use northbound_documents::{
    model::{Block, Cell, Para, Section},
    render::words as print,
};
use northbound_measures::oversight::explanations::{Explained, Requirement};

/// The section.
pub(super) fn section(d: &Material<'_>) -> Section {
    let intro = if d.data.required.is_empty() {
        vec![Para::plain("No row with a figure is below its target, so none needs an explanation.")]
    } else {
        Vec::new()
    };
    Section {
        id: "explanations".to_owned(),
        heading: "Explanations".to_owned(),
        message: "A reason for each missed target; a reason given offline is shown as such."
            .to_owned(),
        intro,
        blocks: required(d).into_iter().chain(remarks(d)).collect(),
    }
}

fn required(d: &Material<'_>) -> Option<Block> {
    let columns = vec![
        label("row", "Measure, provider, region"),
        text("band", "Band"),
        text("standing", "Status"),
        text("why", "Reason"),
        text("from", "Given"),
        text("steps", "Measures against recurrence"),
    ];
    let caption = "Rows below target and their explanations";
    let rows = d.data.required.iter().map(requirement).collect();
    cells::non_empty_table("explanation-list", caption, columns, rows)
}

fn requirement(q: &Requirement) -> Vec<Cell> {
    let (why, from) = front::reason(q);
    let steps = q.given.iter().rev().find_map(|e| e.steps.clone()).unwrap_or_else(|| {
        if q.steps_missing { "requested, none given".to_owned() } else { String::new() }
    });
    let standing = if q.blocks_issue {
        "missing in the report: the pack cannot be issued"
    } else {
        match q.explained {
            Explained::InReport => "explained in the report",
            Explained::OfflineOnly => "offline only",
            Explained::Missing => "not explained",
        }
    };
    vec![
        Cell::words(format!("{} {} {}", q.measure, q.provider, words::region(q.region))),
        Cell::words(q.band.words()),
        Cell::words(standing),
        Cell::words(why),
        Cell::words(from),
        Cell::words(steps),
    ]
}

fn remarks(d: &Material<'_>) -> Option<Block> {
    let (first, after) = d.e.days();
    let rows =
        d.e.known
            .registered
            .annotations
            .iter()
            .filter(|a| a.from < after && a.to.is_none_or(|t| t >= first))
            .map(|a| {
                vec![
                    Cell::words(a.title.clone()),
                    Cell::words(print::day(a.from)),
                    Cell::words(a.to.map_or_else(|| "lasting".to_owned(), print::day)),
                    Cell::words(a.text.clone()),
                    Cell::words(a.source.clone()),
                ]
            })
            .collect();
    let columns = vec![
        label("title", "Remark"),
        text("from", "From"),
        text("to", "To"),
        text("text", "In full"),
        text("source", "Source"),
    ];
    cells::non_empty_table("annotations", "Remarks on the period", columns, rows)
}
