//! The section on statements about months, held against the months (needs.md X1).

use super::{
    Material,
    cells::{self, label, text},
    words,
};
use crate::data::Claimed;
use northbound_documents::{
    model::{Block, Cell, List, Para, Section},
    render::words as print,
};

/// The section; `None` without statements.
pub(super) fn section(d: &Material<'_>) -> Option<Section> {
    if d.data.claims.is_empty() {
        return None;
    }
    let rows = d.data.claims.iter().flat_map(verdicts).collect();
    let mut blocks = vec![Block::Table(cells::table(
        "claim-list",
        "Statements compared with the months",
        vec![
            label("row", "Measure, provider, region"),
            text("said", "Statement"),
            text("place", "Author and source"),
            text("found", "According to the months"),
            text("standing", "Status"),
        ],
        rows,
    ))];
    let items: Vec<Para> = d.data.claims.iter().flat_map(findings).map(Para::plain).collect();
    if !items.is_empty() {
        blocks.push(Block::List(List { ordered: false, items }));
    }
    Some(Section {
        id: "claims".to_owned(),
        heading: "Statements about months".to_owned(),
        message: "Statements about runs and counts, compared with the monthly figures.".to_owned(),
        intro: Vec::new(),
        blocks,
    })
}

/// The row that the statements are about.
fn row(c: &Claimed) -> String {
    format!("{} {} {}", c.measure, c.provider, words::region(c.region))
}

fn verdicts(c: &Claimed) -> Vec<Vec<Cell>> {
    c.said
        .iter()
        .zip(&c.report.verdicts)
        .map(|((said, place), v)| {
            vec![
                Cell::words(row(c)),
                Cell::words(said.clone()),
                Cell::words(place.clone()),
                Cell::words(v.found.words()),
                Cell::words(v.standing.to_string()),
            ]
        })
        .collect()
}

fn findings(c: &Claimed) -> Vec<String> {
    let (row, report) = (row(c), &c.report);
    let mut out = Vec::new();
    if report.contradict_each_other {
        out.push(format!(
            "{row}: the statements contradict each other; no months could make all of them true."
        ));
    }
    if report.contradict_table {
        out.push(format!("{row}: the statements contradict the months that are known."));
    }
    if !report.must_have_met.is_empty() {
        let months: Vec<String> = report.must_have_met.iter().map(|p| print::period(*p)).collect();
        out.push(format!(
            "{row}: if they are true, the {} was met in {}.",
            c.level,
            months.join(", ")
        ));
    }
    for x in &report.disagreements {
        let (table, said) = if x.table_missed { ("missed", "met") } else { ("met", "missed") };
        out.push(format!(
            "{row}: {} {table} according to the months, {said} according to the statements.",
            print::period(x.month)
        ));
    }
    out
}
