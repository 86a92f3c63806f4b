//! The words around a table: shorthand above it, reasons of nulls below it.

use crate::model::{Document, Headline, Table};
use std::collections::BTreeSet;

/// Places named for one reason; more of them are counted.
const MAX_PLACES: usize = 3;

/// The marks that a table prints with their words, in order of mark.
#[must_use]
pub fn shorthand<'a>(document: &'a Document, table: &'a Table) -> Vec<(&'a str, &'a str)> {
    let cells = table.rows.iter().flat_map(|r| &r.cells);
    words_of(document, cells.flat_map(|c| c.shown_marks()))
}

/// The marks of the headlines with their words, in order of mark.
#[must_use]
pub fn shorthand_of_headlines(document: &Document) -> Vec<(&str, &str)> {
    words_of(document, document.front.headlines.iter().flat_map(|h| h.cell.shown_marks()))
}

/// The marks of the shortfalls with their words, in order of mark.
#[must_use]
pub fn shorthand_of_shortfalls(document: &Document) -> Vec<(&str, &str)> {
    words_of(document, document.front.shortfalls.iter().flat_map(|s| s.cell.shown_marks()))
}

fn words_of<'a>(
    document: &'a Document,
    marks: impl Iterator<Item = &'a String>,
) -> Vec<(&'a str, &'a str)> {
    let used: BTreeSet<&str> = marks.map(String::as_str).collect();
    used.into_iter()
        .map(|m| (m, document.words_of(m).unwrap_or("not explained in this pack")))
        .collect()
}

/// A reason and the cells that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableNote {
    /// Marks of the cells.
    pub marks: String,
    /// Row and column of each in words, or their number.
    pub places: String,
    /// The reason.
    pub note: String,
}

impl TableNote {
    /// As printed: `[s] 21 figures: the feed was faulty`.
    #[must_use]
    pub fn printed(&self) -> String {
        let text = format!("{}: {}", self.places, self.note);
        if self.marks.is_empty() { text } else { format!("{} {text}", self.marks) }
    }
}

/// The notes of a table's cells, equal ones together, in order of their first cell.
#[must_use]
pub fn notes(table: &Table) -> Vec<TableNote> {
    merged(table.rows.iter().flat_map(|row| {
        let head = row.cells.first().map_or("", |c| c.text.as_str());
        row.cells.iter().zip(&table.columns).filter(|c| !c.0.note.is_empty()).map(
            move |(cell, column)| {
                let place = if head.is_empty() {
                    column.title.clone()
                } else {
                    format!("{head}, {}", column.title)
                };
                (cell.shown_marks().join(" "), place, cell.note.clone())
            },
        )
    }))
}

/// The notes of the headlines, equal ones together.
#[must_use]
pub fn notes_of_headlines(headlines: &[Headline]) -> Vec<TableNote> {
    merged(headlines.iter().filter(|h| !h.cell.note.is_empty()).map(|h| {
        let place = format!("{}, {}", h.measure, h.region);
        (h.cell.shown_marks().join(" "), place, h.cell.note.clone())
    }))
}

/// Equal marks and notes together.
fn merged(notes: impl Iterator<Item = (String, String, String)>) -> Vec<TableNote> {
    let mut found: Vec<(String, String, Vec<String>)> = Vec::new();
    for (marks, place, note) in notes {
        match found.iter_mut().find(|f| f.0 == marks && f.1 == note) {
            Some(f) => f.2.push(place),
            None => found.push((marks, note, vec![place])),
        }
    }
    found
        .into_iter()
        .map(|(marks, note, places)| {
            let places = if places.len() > MAX_PLACES {
                format!("{} figures", places.len())
            } else {
                places.join("; ")
            };
            TableNote { marks, places, note }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_of_many_figures_is_printed_once_with_their_number() {
        let note = |n: usize| ("[s]".to_owned(), format!("row {n}"), "was faulty".to_owned());
        let one =
            |n: usize| merged((0..n).map(note)).iter().map(TableNote::printed).collect::<Vec<_>>();
        assert_eq!(one(2), ["[s] row 0; row 1: was faulty"]);
        assert_eq!(one(21), ["[s] 21 figures: was faulty"]);
    }
}
