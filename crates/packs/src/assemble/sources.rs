//! Where each stated figure stands on the page that it came from (G5), and the shorthand.

use super::{
    Material,
    cells::{self, label, text},
    words,
};
use crate::evidence::Evidence;
use northbound_documents::{
    model::{Block, Cell, Para, Section, Shorthand},
    render::words as print,
};
use northbound_measures::evaluate::stated;
use northbound_types::NullReason;

/// Stated figures with their places.
pub(super) fn section(d: &Material<'_>) -> Section {
    let rows: Vec<Vec<Cell>> = d
        .data
        .stated
        .iter()
        .map(|s| {
            let keys: Vec<String> = s
                .stated
                .keys
                .values()
                .filter(|v| !v.is_empty())
                .map(|v| words::region_word(v))
                .collect();
            vec![
                Cell::words(format!("{} {}", s.stated.measure, keys.join(" "))),
                cells::figure(&stated::figure(&s.stated), 2, &[]),
                Cell::words(s.stated.source.clone()),
                Cell::words(s.stated.document.clone()),
                Cell::words(s.stated.version.clone()),
                Cell::words(s.stated.place.clone()),
                Cell::words(s.file.clone()),
                Cell::words(print::day(s.stated.known.day())),
            ]
        })
        .collect();
    let mut blocks = Vec::new();
    if !rows.is_empty() {
        blocks.push(Block::Table(cells::table(
            "stated",
            "Figures as others stated them",
            vec![
                label("row", "Measure and keys"),
                cells::shares("figure", "As stated"),
                text("source", "Who"),
                text("document", "Document"),
                text("version", "Version"),
                text("place", "Place"),
                text("file", "File"),
                text("known", "Since"),
            ],
            rows,
        )));
    }
    let mut intro = vec![Para::plain(
        "Every computed figure opens down to its messages with their file and row; a stated one to its document and place. `northbound explain ID` does both.",
    )];
    if !d.data.unplaced.is_empty() {
        let list: Vec<String> = d
            .data
            .unplaced
            .iter()
            .map(|s| {
                format!(
                    "{} {:?} ({}, {})",
                    s.measure,
                    s.keys.values().collect::<Vec<_>>(),
                    s.source,
                    s.place
                )
            })
            .collect();
        intro.push(Para::plain(format!(
            "Stated figures that speak of no measure row, and so stand in no table: {}.",
            list.join("; ")
        )));
    }
    Section {
        id: "sources".to_owned(),
        heading: "Sources".to_owned(),
        message: "Where each stated figure came from.".to_owned(),
        intro,
        blocks,
    }
}

/// The shorthand, in words: this platform's own marks, and those of the rules.
pub(crate) fn marks(e: &Evidence) -> Vec<Shorthand> {
    let mut out: Vec<Shorthand> = e
        .known
        .rules
        .shorthand()
        .map(|(m, w)| Shorthand { mark: m.to_owned(), words: w.to_owned() })
        .collect();
    let own = [
        ("[low]", "low volume: too few events to be evidence"),
        ("[d]", "disputed: sources contradict each other"),
        ("[s]", "suspect: the source was faulty or incomplete for part of the period"),
        (
            "[p]",
            "provisional: rests on a rule that nobody has confirmed, or on a period not closed",
        ),
    ];
    let nulls = NullReason::ALL.iter().map(|r| (r.mark(), r.words()));
    for (mark, words) in own.into_iter().chain(nulls) {
        if !out.iter().any(|s| s.mark == mark) {
            out.push(Shorthand { mark: mark.to_owned(), words: words.to_owned() });
        }
    }
    out.sort_by(|a, b| a.mark.cmp(&b.mark));
    out
}
