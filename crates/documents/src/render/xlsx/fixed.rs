//! The sheets that every workbook has beside those of its chapters: measures, all figures, key, rules
//! and source files.

use super::{
    super::{clean::clean, flat, words},
    plan::{DataSheet, Value},
};
use crate::model::{Document, figures::figures_of};

/// Every measure row of the document with its levels, one row each.
pub fn measures(document: &Document) -> DataSheet {
    let head = [
        "Measure",
        "Title",
        "Region",
        "Provider",
        "Printed",
        "Value",
        "Numerator",
        "Denominator",
        "Band",
        "State",
        "Target",
        "Minimum",
        "Traffic behind it",
        "Age in days",
        "Exception",
        "Note",
        "Figure id",
    ];
    let rows = document.front.headlines.iter().map(|h| {
        let cell = |part| flat::part(&h.cell, part);
        vec![
            Value::text(clean(&h.measure)),
            Value::text(clean(&h.title)),
            Value::text(clean(&h.region)),
            Value::text(clean(&h.provider)),
            Value::text(cell(flat::Part::Printed)),
            Value::number(cell(flat::Part::Number)),
            Value::number(cell(flat::Part::Numerator)),
            Value::number(cell(flat::Part::Denominator)),
            Value::text(cell(flat::Part::Band)),
            Value::text(words::state(h.cell.state)),
            Value::text(clean(&h.target)),
            Value::text(clean(&h.minimum)),
            Value::text(clean(&h.traffic)),
            Value::number(h.age_days.map(|d| d.to_string()).unwrap_or_default()),
            Value::text(h.exception.as_deref().map(clean).unwrap_or_default()),
            Value::text(cell(flat::Part::Note)),
            Value::text(cell(flat::Part::Figure)),
        ]
    });
    sheet("Measures", "Every measure by provider and region against its levels", &head, rows)
}

/// Every figure once, with how often it is printed.
pub fn all_figures(document: &Document) -> DataSheet {
    let head = [
        "Figure id",
        "What",
        "Printed",
        "Numerator",
        "Denominator",
        "State",
        "Band",
        "Note",
        "Places",
    ];
    let rows = figures_of(document).into_iter().map(|f| {
        vec![
            Value::text(clean(&f.id)),
            Value::text(clean(&f.what)),
            Value::text(clean(&f.printed)),
            Value::number(f.numerator.unwrap_or_default()),
            Value::number(f.denominator.unwrap_or_default()),
            Value::text(words::state(f.state)),
            Value::text(f.band.map_or("", crate::model::Band::words)),
            Value::text(clean(&f.note)),
            Value::number(f.places.to_string()),
        ]
    });
    sheet(
        "All figures",
        "Each figure once; `northbound explain FIGURE-ID` opens it down to its messages",
        &head,
        rows,
    )
}

/// What marks, blank cells and percentages mean.
pub fn key(document: &Document) -> DataSheet {
    let fixed = [
        (
            "(blank)",
            "A value, numerator or denominator is blank where there is no figure: the mark is in the printed column and the reason in the note. A band is blank where a figure has no target; a note is blank where there is nothing to add.",
        ),
        (
            "Value",
            "Percentages are rounded half up at the decimals shown, and never across a target. Numerator and denominator are exact.",
        ),
    ];
    let marks = document.shorthand.iter().map(|s| (clean(&s.mark), clean(&s.words)));
    let rows = marks
        .chain(fixed.map(|(a, b)| (a.to_owned(), b.to_owned())))
        .map(|(mark, words)| vec![Value::text(mark), Value::text(words)]);
    sheet("Key", "What marks, blank cells and rounded values mean", &["Mark", "Meaning"], rows)
}

/// Every rule that a figure rests on.
pub fn rules(document: &Document) -> DataSheet {
    let head = ["Rule", "Title", "Provenance", "Source", "Note", "Confirmation", "Confirmed by"];
    let rows = document.rules.iter().map(|r| {
        let confirmation = match (&r.confirmed_by, r.needs_confirmation) {
            (Some(_), _) => "confirmed",
            (None, true) => "needed, not given",
            (None, false) => "not needed",
        };
        vec![
            Value::text(clean(&r.id)),
            Value::text(clean(&r.title)),
            Value::text(clean(&r.mark)),
            Value::text(clean(&r.source)),
            Value::text(clean(&r.note)),
            Value::text(confirmation),
            Value::text(r.confirmed_by.as_deref().map(clean).unwrap_or_default()),
        ]
    });
    sheet("Rules", "Rules behind the figures, with their sources", &head, rows)
}

/// The files that the figures come from.
pub fn sources(document: &Document) -> DataSheet {
    let head = ["File", "Kind", "Feed", "Rows", "Known at (UTC)", "SHA-256"];
    let rows = document.sources.iter().map(|s| {
        vec![
            Value::text(clean(&s.name)),
            Value::text(clean(&s.kind)),
            Value::text(clean(&s.feed)),
            Value::number(s.rows.to_string()),
            Value::text(s.known.to_string()),
            Value::text(clean(&s.sha256)),
        ]
    });
    sheet("Source files", "Files that the figures come from", &head, rows)
}

fn sheet(
    name: &str,
    holds: &str,
    head: &[&str],
    rows: impl Iterator<Item = Vec<Value>>,
) -> DataSheet {
    DataSheet {
        name: name.to_owned(),
        holds: holds.to_owned(),
        head: head.iter().map(|h| (*h).to_owned()).collect(),
        rows: rows.collect(),
    }
}
