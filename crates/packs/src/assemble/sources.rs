//! Document and place of each stated figure (needs.md G5), and the shorthand.

use super::{
    Material,
    cells::{self, label, text},
    words,
};
use crate::{data::StatedEntry, evidence::Evidence};
use northbound_documents::{
    model::{Block, Cell, Para, Section, Shorthand},
    render::words as print,
};
use northbound_measures::evaluate::stated;
use northbound_types::{NullReason, Period};

/// Stated figures with their places.
pub(super) fn section(d: &Material<'_>) -> Section {
    let mut intro = vec![Para::plain(
        "Every computed figure can be traced to its messages with file and row, and every stated one to its document and place, with `northbound explain ID`.",
    )];
    intro.extend(unplaced(d).map(Para::plain));
    Section {
        id: "sources".to_owned(),
        heading: "Sources".to_owned(),
        message: "The source of each stated figure.".to_owned(),
        intro,
        blocks: table(d).into_iter().collect(),
    }
}

fn table(d: &Material<'_>) -> Option<Block> {
    let columns = vec![
        label("row", "Measure and keys"),
        cells::shares("figure", "As stated"),
        text("source", "Who"),
        text("document", "Document"),
        text("version", "Version"),
        text("place", "Place"),
        text("file", "File"),
        text("known", "Since"),
    ];
    let rows = d.data.stated.iter().map(|s| row(s, d.e.period)).collect();
    cells::non_empty_table("stated", "Figures as stated by others", columns, rows)
}

fn row(entry: &StatedEntry, period: Period) -> Vec<Cell> {
    let s = &entry.stated;
    let of = if s.period == period { String::new() } else { format!(" for {}", s.period) };
    let keys: Vec<String> =
        s.keys.values().filter(|v| !v.is_empty()).map(|v| words::region_word(v)).collect();
    vec![
        Cell::words(format!("{} {}{of}", s.measure, keys.join(" "))),
        cells::figure(&stated::figure(s), 2, &[]),
        Cell::words(s.source.clone()),
        Cell::words(s.document.clone()),
        Cell::words(s.version.clone()),
        Cell::words(s.place.clone()),
        Cell::words(entry.file.clone()),
        Cell::words(print::day(s.known.day())),
    ]
}

/// The stated figures of which no measure has a row, in one sentence.
fn unplaced(d: &Material<'_>) -> Option<String> {
    let list: Vec<String> = d
        .data
        .unplaced
        .iter()
        .map(|s| {
            let keys: Vec<&String> = s.keys.values().collect();
            let of = if s.period == d.e.period {
                String::new()
            } else {
                format!(" for {}, of which it has no row", s.period)
            };
            format!("{} {keys:?}{of} ({}, {})", s.measure, s.source, s.place)
        })
        .collect();
    (!list.is_empty()).then(|| {
        format!(
            "Stated figures that match no measure row and so are in no table: {}.",
            list.join("; ")
        )
    })
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
        ("[p]", "provisional: based on an unconfirmed rule, or on a period that is not closed"),
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
