//! Tables of HTML inside text and Markdown.

use super::inline::clean;
use crate::block::{Cell, Row};

/// Most columns or rows that a cell spans.
const MAX_SPAN: usize = 100;
/// Columns up to which a cell that spans rows moves the cells below it.
const MAX_COLUMNS: usize = 1_000;

/// Does a table begin on this line?
pub(super) fn begins(line: &str) -> bool {
    let line = line.trim_start();
    line.get(..6).is_some_and(|l| l.eq_ignore_ascii_case("<table"))
}

/// How many lines it takes to the end of the table that begins on the first line.
pub(super) fn end(lines: &[&str]) -> Option<usize> {
    lines.iter().position(|l| l.to_ascii_lowercase().contains("</table")).map(|at| at + 1)
}

/// The rows of these lines, which end with the end of a table. `None` where it has no cell.
pub(super) fn table(lines: &[&str]) -> Option<Vec<Row>> {
    let text = lines.join("\n");
    let mut t = Builder::default();
    let mut rest = text.as_str();
    while let Some(open) = rest.find('<') {
        let close = rest[open..].find('>')? + open;
        let tag = &rest[open + 1..close];
        t.tag(tag, rest, open, close);
        rest = &rest[close + 1..];
        if let Some(cell) = &mut t.inner {
            // Text and tags of the open cell, up to the next tag.
            let next = rest.find('<').unwrap_or(rest.len());
            cell.push_str(&rest[..next]);
        }
    }
    t.end_cell();
    t.rows.retain(|r| !r.cells.is_empty());
    (!t.rows.is_empty()).then_some(t.rows)
}

#[derive(Default)]
struct Builder {
    rows: Vec<Row>,
    /// What the open cell has so far.
    inner: Option<String>,
    header: bool,
    columns: usize,
    spans: usize,
    /// For each column, how many more rows a cell above takes.
    taken: Vec<usize>,
}

impl Builder {
    fn tag(&mut self, tag: &str, rest: &str, open: usize, close: usize) {
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase();
        let ends = tag.starts_with('/');
        match (name.as_str(), ends) {
            ("td" | "th", false) => {
                self.end_cell();
                self.header = name == "th";
                self.columns = number(tag, "colspan");
                self.spans = number(tag, "rowspan");
                if self.rows.is_empty() {
                    self.rows.push(Row { cells: Vec::new() });
                }
                self.inner = Some(String::new());
            }
            ("td" | "th" | "table", true) => self.end_cell(),
            ("tr", false) => {
                self.end_cell();
                if !self.rows.is_empty() {
                    self.taken.iter_mut().for_each(|n| *n = n.saturating_sub(1));
                }
                self.rows.push(Row { cells: Vec::new() });
            }
            _ => {
                if let Some(cell) = &mut self.inner {
                    cell.push_str(&rest[open..=close]);
                }
            }
        }
    }

    fn end_cell(&mut self) {
        let (Some(inner), Some(row)) = (self.inner.take(), self.rows.last_mut()) else { return };
        let after = row.cells.last().map_or(0, |c| c.column + c.columns);
        let free = |c: usize| self.taken.get(c).is_none_or(|n| *n == 0);
        let column = (after..).find(|c| free(*c)).unwrap_or(after);
        if self.spans > 1 {
            let end = (column + self.columns).min(MAX_COLUMNS);
            if self.taken.len() < end {
                self.taken.resize(end, 0);
            }
            self.taken[column.min(end)..end].iter_mut().for_each(|n| *n = self.spans);
        }
        row.cells.push(Cell {
            column,
            columns: self.columns,
            rows: self.spans,
            header: self.header,
            text: clean(&inner),
        });
    }
}

fn number(tag: &str, name: &str) -> usize {
    let lower = tag.to_ascii_lowercase();
    let value = lower.split_once(name).and_then(|(_, v)| v.trim_start().strip_prefix('='));
    let digits: String = value
        .unwrap_or_default()
        .trim_start()
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().unwrap_or(1).clamp(1, MAX_SPAN)
}
