//! A table without shorthand in its numbers: printed text, exact parts, state, figure id and note
//! each in a column of their own. CSV is made of it.

use super::clean::clean;
use crate::model::{Cell, Table};

/// A column of the flat table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlatColumn {
    /// Key for CSV.
    pub key: String,
    /// Title for people.
    pub title: String,
    /// Position of the column in the table.
    pub of: usize,
    /// Which part of its cells.
    pub part: Part,
}

/// A part of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Text and marks as printed.
    Printed,
    /// The printed number as a number.
    Number,
    /// Exact numerator.
    Numerator,
    /// Exact denominator.
    Denominator,
    /// State of the figure in words.
    State,
    /// Band.
    Band,
    /// Figure id.
    Figure,
    /// Why it is null or weak.
    Note,
}

const PARTS: [(Part, &str, &str); 7] = [
    (Part::Number, "_value", "value"),
    (Part::Numerator, "_numerator", "numerator"),
    (Part::Denominator, "_denominator", "denominator"),
    (Part::State, "_state", "state"),
    (Part::Band, "_band", "band"),
    (Part::Figure, "_figure", "figure id"),
    (Part::Note, "_note", "note"),
];

/// The columns of a table, flat. A column of numbers always has all its parts, so that a reader of
/// the CSV finds the same columns every month.
#[must_use]
pub fn columns(table: &Table) -> Vec<FlatColumn> {
    let mut out = Vec::new();
    for (of, column) in table.columns.iter().enumerate() {
        let title = clean(&column.title);
        out.push(FlatColumn {
            key: column.key.clone(),
            title: title.clone(),
            of,
            part: Part::Printed,
        });
        if !column.kind.is_numeric() {
            continue;
        }
        for (part, key, words) in PARTS {
            let unit = if part == Part::Number && !column.unit.is_empty() {
                format!(" ({})", clean(&column.unit))
            } else {
                String::new()
            };
            out.push(FlatColumn {
                key: format!("{}{key}", column.key),
                title: format!("{title}: {words}{unit}"),
                of,
                part,
            });
        }
    }
    out
}

/// The text of a part; empty where the cell has none.
#[must_use]
pub fn part(cell: &Cell, part: Part) -> String {
    match part {
        Part::Printed => clean(&cell.marked()),
        Part::Number => cell.number.clone().unwrap_or_default(),
        Part::Numerator => cell.numerator.clone().unwrap_or_default(),
        Part::Denominator => cell.denominator.clone().unwrap_or_default(),
        Part::State => {
            if cell.state.words().is_empty() {
                cell.state.as_str().to_owned()
            } else {
                cell.state.words().to_owned()
            }
        }
        Part::Band => cell.band.map_or(String::new(), |b| b.words().to_owned()),
        Part::Figure => cell.figure.clone().unwrap_or_default(),
        Part::Note => clean(&cell.note),
    }
}
