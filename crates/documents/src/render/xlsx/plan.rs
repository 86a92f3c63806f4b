//! Which sheets a workbook has and what their rows are, before any of it is written.
//!
//! Figures are tidy: one row an observation, so that a pivot table can group them by any of their
//! labels. Tables of words are lists that stay as they are. There are at most [`MOST_SHEETS`] sheets:
//! where a document has more chapters or lists than fit, the smallest share a sheet, in which a column
//! names the chapter.

use super::super::{
    clean::clean,
    flat::{Part, part},
    words,
};
use crate::model::{Block, CellState, Document, Section, Table};
use std::cmp::Reverse;

/// Most sheets of a workbook.
pub const MOST_SHEETS: usize = 25;
/// Most lists with a sheet of their own.
pub const MOST_LISTS: usize = 8;
/// Contents, brief, measures, all figures, key, rules, source files.
pub const FIXED: usize = 7;

/// A value of a data sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Blank,
    /// Words.
    Text(String),
    /// A number as decimal text.
    Number(String),
}

impl Value {
    /// Text, or nothing where it is empty.
    pub fn text(text: impl Into<String>) -> Value {
        let text = text.into();
        if text.is_empty() { Value::Blank } else { Value::Text(text) }
    }
    /// A number, or nothing where it is empty.
    pub fn number(text: impl Into<String>) -> Value {
        let text = text.into();
        if text.is_empty() { Value::Blank } else { Value::Number(text) }
    }
}

/// A sheet with one table of data, its headings in row 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataSheet {
    /// Its name in words, before it is shortened to what a sheet name may be.
    pub name: String,
    /// What it holds, for the contents.
    pub holds: String,
    /// Headings.
    pub head: Vec<String>,
    /// Rows, each as wide as the headings.
    pub rows: Vec<Vec<Value>>,
}

/// A chapter's tables: its heading, and its tables with figures or of words.
struct Chapter<'a> {
    heading: &'a str,
    tables: Vec<&'a Table>,
}

impl Chapter<'_> {
    fn observations(&self) -> usize {
        self.tables
            .iter()
            .map(|t| t.rows.len() * t.columns.iter().filter(|c| c.kind.is_numeric()).count())
            .sum()
    }
}

/// The sheets of chapters and lists, in order of the document; sheets that several share are last.
pub fn sheets(document: &Document) -> Vec<DataSheet> {
    let (lists, chapters) = parts(document);
    let all_lists = lists.iter().map(|l| l.tables.len()).sum::<usize>();
    let own_lists = if all_lists > MOST_LISTS { MOST_LISTS - 1 } else { all_lists };
    let left = MOST_SHEETS - FIXED - all_lists.min(MOST_LISTS);
    let own_chapters = if chapters.len() > left { left - 1 } else { chapters.len() };
    let rank = ranks(&chapters, |c| c.observations());
    let (own, rest): (Vec<_>, Vec<_>) =
        chapters.iter().zip(rank).partition(|(_, rank)| *rank < own_chapters);
    let mut out: Vec<DataSheet> = own.iter().map(|(c, _)| observations(c.heading, &[c])).collect();
    if !rest.is_empty() {
        let shared: Vec<&Chapter<'_>> = rest.iter().map(|(c, _)| *c).collect();
        out.push(observations("Other chapters", &shared));
    }
    out.extend(list_sheets(&lists, own_lists));
    out
}

/// Tables of words and tables with figures, each by chapter; chapters without any are left out.
fn parts(document: &Document) -> (Vec<Chapter<'_>>, Vec<Chapter<'_>>) {
    let (mut lists, mut chapters) = (Vec::new(), Vec::new());
    let front = ("At a glance", &document.front.blocks);
    let sections = document.sections.iter().map(|s: &Section| (s.heading.as_str(), &s.blocks));
    for (heading, blocks) in std::iter::once(front).chain(sections) {
        let tables: Vec<&Table> = blocks.iter().flat_map(tables_in).collect();
        let (numbers, words): (Vec<_>, Vec<_>) =
            tables.into_iter().partition(|t| t.columns.iter().any(|c| c.kind.is_numeric()));
        if !numbers.is_empty() {
            chapters.push(Chapter { heading, tables: numbers });
        }
        if !words.is_empty() {
            lists.push(Chapter { heading, tables: words });
        }
    }
    (lists, chapters)
}

fn tables_in(block: &Block) -> Vec<&Table> {
    match block {
        Block::Table(t) => vec![t],
        Block::Chart(c) => vec![&c.table],
        Block::Multiples(m) => m.charts.iter().map(|c| &c.table).collect(),
        Block::Text(_) | Block::List(_) => Vec::new(),
    }
}

/// The rank of each item by size, the largest first, ties in order.
fn ranks<T>(items: &[T], size: impl Fn(&T) -> usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|i| Reverse(size(&items[*i])));
    let mut ranks = vec![0; items.len()];
    for (rank, i) in order.into_iter().enumerate() {
        ranks[i] = rank;
    }
    ranks
}

/// One row an observation (empty cells are none), totals marked so that a pivot can leave them out: its chapter and table, the labels of its row, and the parts of the figure.
fn observations(name: &str, chapters: &[&Chapter<'_>]) -> DataSheet {
    let mut labels: Vec<String> = Vec::new();
    for table in chapters.iter().flat_map(|c| &c.tables) {
        for name in labels_of(table) {
            if !labels.contains(&name) {
                labels.push(name);
            }
        }
    }
    let mut head = vec!["Chapter".to_owned(), "Table".to_owned()];
    head.extend(labels.iter().cloned());
    head.extend(
        [
            "Total row",
            "Figure",
            "Printed",
            "Value",
            "Unit",
            "Numerator",
            "Denominator",
            "State",
            "Band",
        ]
        .map(ToOwned::to_owned),
    );
    head.extend(["Note", "Figure id", "CSV file"].map(ToOwned::to_owned));
    let rows = chapters
        .iter()
        .flat_map(|c| c.tables.iter().map(move |t| (c.heading, *t)))
        .flat_map(|(heading, table)| rows_of(heading, table, &labels))
        .collect();
    let captions: Vec<String> = chapters.iter().map(|c| clean(c.heading)).collect();
    let holds = if chapters.len() == 1 {
        "Figures of the chapter, one row each".to_owned()
    } else {
        format!("Figures of these chapters, one row each: {}", captions.join("; "))
    };
    DataSheet { name: clean(name), holds, head, rows }
}

/// The names of a table's labels: what holds for all of it, then its columns of words.
fn labels_of(table: &Table) -> Vec<String> {
    let facts = table.facts.iter().map(|f| clean(&f.name));
    let words = table.columns.iter().filter(|c| !c.kind.is_numeric()).map(|c| clean(&c.title));
    facts.chain(words).collect()
}

fn rows_of(heading: &str, table: &Table, labels: &[String]) -> Vec<Vec<Value>> {
    let mut out = Vec::new();
    for row in &table.rows {
        let mut of_row = vec![Value::Blank; labels.len()];
        let facts = table.facts.iter().map(|f| (clean(&f.name), clean(&f.value)));
        let words = table
            .columns
            .iter()
            .zip(&row.cells)
            .filter(|(c, _)| !c.kind.is_numeric())
            .map(|(c, cell)| (clean(&c.title), part(cell, Part::Printed)));
        for (name, text) in facts.chain(words) {
            if let Some(at) = labels.iter().position(|l| *l == name) {
                of_row[at] = Value::text(text);
            }
        }
        for (column, cell) in table.columns.iter().zip(&row.cells) {
            let empty = cell.state == CellState::Plain && cell.printed().is_empty();
            if !column.kind.is_numeric() || empty {
                continue;
            }
            let mut line = vec![Value::text(clean(heading)), Value::text(clean(&table.caption))];
            line.extend(of_row.iter().cloned());
            line.extend([
                Value::text(if row.total { "yes" } else { "no" }),
                Value::text(clean(&column.title)),
                Value::text(part(cell, Part::Printed)),
                Value::number(part(cell, Part::Number)),
                Value::text(clean(&column.unit)),
                Value::number(part(cell, Part::Numerator)),
                Value::number(part(cell, Part::Denominator)),
                Value::text(words::state(cell.state)),
                Value::text(part(cell, Part::Band)),
                Value::text(part(cell, Part::Note)),
                Value::text(part(cell, Part::Figure)),
                Value::text(format!("csv/{}.csv", table.id)),
            ]);
            out.push(line);
        }
    }
    out
}

/// The largest lists as they are; the others in one sheet with a row for each of their cells.
fn list_sheets(lists: &[Chapter<'_>], own: usize) -> Vec<DataSheet> {
    let all: Vec<(&str, &Table)> =
        lists.iter().flat_map(|c| c.tables.iter().map(|t| (c.heading, *t))).collect();
    let rank = ranks(&all, |(_, t)| t.rows.len());
    let (mine, rest): (Vec<_>, Vec<_>) =
        all.into_iter().zip(rank).partition(|(_, rank)| *rank < own);
    let mut out: Vec<DataSheet> = mine.into_iter().map(|((_, t), _)| list(t)).collect();
    if rest.is_empty() {
        return out;
    }
    let head = ["Chapter", "Table", "Row", "Column", "Text"].map(ToOwned::to_owned).to_vec();
    let mut rows = Vec::new();
    for ((heading, table), _) in rest {
        for (n, row) in table.rows.iter().enumerate() {
            for (column, cell) in table.columns.iter().zip(&row.cells) {
                rows.push(vec![
                    Value::text(clean(heading)),
                    Value::text(clean(&table.caption)),
                    Value::number((n + 1).to_string()),
                    Value::text(clean(&column.title)),
                    Value::text(part(cell, Part::Printed)),
                ]);
            }
        }
    }
    out.push(DataSheet {
        name: "Other lists".to_owned(),
        holds: "Short lists, one row for each of their cells".to_owned(),
        head,
        rows,
    });
    out
}

fn list(table: &Table) -> DataSheet {
    DataSheet {
        name: clean(&table.caption),
        holds: format!("List, as in csv/{}.csv", table.id),
        head: table.columns.iter().map(|c| clean(&c.title)).collect(),
        rows: table
            .rows
            .iter()
            .map(|r| r.cells.iter().map(|c| Value::text(part(c, Part::Printed))).collect())
            .collect(),
    }
}
