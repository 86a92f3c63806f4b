//! The words around a table: shorthand above it, reasons of nulls below it.

use crate::model::{Document, Table};
use std::collections::BTreeSet;

/// Places named for one reason before the rest is counted.
const MAX_PLACES: usize = 6;

/// The marks that a table uses with their words, in order of mark.
#[must_use]
pub fn shorthand<'a>(document: &'a Document, table: &'a Table) -> Vec<(&'a str, &'a str)> {
    let used: BTreeSet<&str> = table
        .rows
        .iter()
        .flat_map(|r| &r.cells)
        .flat_map(|c| &c.marks)
        .map(String::as_str)
        .collect();
    used.into_iter()
        .map(|m| (m, document.words_of(m).unwrap_or("not explained in this pack")))
        .collect()
}

/// A reason and the cells that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableNote {
    /// Marks of the cells.
    pub marks: String,
    /// Row and column of each, in words.
    pub places: String,
    /// The reason.
    pub note: String,
}

/// The notes of a table's cells, equal ones together, in order of their first cell.
#[must_use]
pub fn notes(table: &Table) -> Vec<TableNote> {
    let mut found: Vec<(String, String, Vec<String>)> = Vec::new();
    for row in &table.rows {
        let head = row.cells.first().map_or("", |c| c.text.as_str());
        for (cell, column) in row.cells.iter().zip(&table.columns).filter(|c| !c.0.note.is_empty())
        {
            let (marks, place) = (
                cell.marks.join(" "),
                if head.is_empty() {
                    column.title.clone()
                } else {
                    format!("{head}, {}", column.title)
                },
            );
            match found.iter_mut().find(|f| f.0 == marks && f.1 == cell.note) {
                Some(f) => f.2.push(place),
                None => found.push((marks, cell.note.clone(), vec![place])),
            }
        }
    }
    found
        .into_iter()
        .map(|(marks, note, places)| {
            let more = places.len().saturating_sub(MAX_PLACES);
            let mut text = places.into_iter().take(MAX_PLACES).collect::<Vec<_>>().join("; ");
            if more > 0 {
                text.push_str(&format!("; and {more} more"));
            }
            TableNote { marks, places: text, note }
        })
        .collect()
}
