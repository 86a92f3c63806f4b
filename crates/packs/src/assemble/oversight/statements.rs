//! Statements on the service beside what was measured, notes apart, and assurance work (needs.md S1, S3,
//! S4).

use crate::{
    assemble::{
        Material,
        cells::{self, label, text},
        words,
    },
    oversight::{held_against, statements},
};
use northbound_documents::{
    model::{Block, Cell, Section},
    render::words as print,
};
use northbound_measures::{
    MeasureResult,
    oversight::tension::{Beside, Tension},
};
use northbound_registers::records::feedback::statements::Status;

pub(super) fn section(d: &Material<'_>) -> Option<Section> {
    let results: Vec<MeasureResult> = d.data.results.iter().map(|n| n.result.clone()).collect();
    let (mut claims, mut notes) = (Vec::new(), Vec::new());
    for k in statements(d.e) {
        let s = &k.record;
        match held_against(s, &results) {
            Some((tension, beside)) => claims.push(claim(s, tension, &beside)),
            None => notes.push(vec![
                Cell::words(print::day(s.on)),
                Cell::words(s.author.clone()),
                Cell::words(s.text.clone()),
            ]),
        }
    }
    let blocks = [claims_table(claims), notes_table(notes), audits(d)];
    super::section(
        "status",
        "Statements on the service",
        "Claims are shown beside the measured figures; neither replaces the other.",
        blocks.into_iter().flatten().collect(),
    )
}

fn claim(s: &Status, tension: Tension, beside: &[Beside]) -> Vec<Cell> {
    let measured: Vec<String> = beside
        .iter()
        .filter(|b| if tension == Tension::InTension { b.worse } else { true })
        .map(|b| {
            let region = words::region(b.region);
            format!("{} {} {region}: {}", b.measure, b.provider, b.band.words())
        })
        .collect();
    let basis = if s.basis.is_empty() { "none given".to_owned() } else { s.basis.clone() };
    vec![
        Cell::words(s.text.clone()),
        Cell::words(s.colour.map_or_else(String::new, |c| c.to_string())),
        Cell::words(s.author.clone()),
        Cell::words(basis),
        Cell::words(measured.join("; ")),
        Cell::words(tension.to_string()),
    ]
}

fn claims_table(rows: Vec<Vec<Cell>>) -> Option<Block> {
    let columns = vec![
        label("text", "Statement"),
        text("colour", "Claims"),
        text("author", "By"),
        text("basis", "Basis given"),
        text("measured", "Measured"),
        text("standing", "Comparison"),
    ];
    let caption = "Statements about the service, and measured figures";
    cells::non_empty_table("status-claims", caption, columns, rows)
}

fn notes_table(rows: Vec<Vec<Cell>>) -> Option<Block> {
    let columns = vec![label("on", "On"), text("author", "By"), text("text", "Note")];
    cells::non_empty_table("status-notes", "Notes, not part of any figure", columns, rows)
}

fn audits(d: &Material<'_>) -> Option<Block> {
    let tomorrow = d.e.known.as_at.day().plus(1);
    let rows =
        d.e.known
            .registered
            .oversight
            .audits
            .iter()
            .filter(|k| k.record.on < tomorrow)
            .map(|k| {
                let a = &k.record;
                let worth = a.evidence.as_ref().map_or_else(
                    || "a claim: no evidence is attached".to_owned(),
                    |e| format!("evidence: {e}"),
                );
                vec![
                    Cell::words(a.scope.clone()),
                    Cell::words(print::day(a.on)),
                    Cell::words(a.result.clone()),
                    Cell::words(worth),
                    Cell::words(a.told_by.clone()),
                ]
            })
            .collect();
    let columns = vec![
        label("scope", "Scope"),
        text("on", "On"),
        text("result", "Result as reported"),
        text("worth", "Evidence"),
        text("told_by", "Reported by"),
    ];
    cells::non_empty_table("audits", "Assurance work", columns, rows)
}
