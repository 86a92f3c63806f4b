//! The result of a use-case as a neutral document: a JSON value with documented keys, tables and
//! sentences. The command line prints it as text, CSV or JSON; the console renders the same tables.

mod measured;

pub use measured::Measured;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// A table. Headers carry the units; ids are never cut.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Its subject; empty where the name of the command is enough.
    pub title: String,
    /// Column headers; one that starts with `>` is aligned to the right.
    pub columns: Vec<String>,
    /// Cells, row by row.
    pub rows: Vec<Vec<String>>,
    /// What the cells of columns of figures are made of, by the index of the column, row by row: the cells are
    /// for people, these for programs.
    pub figures: BTreeMap<usize, Vec<Measured>>,
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new(title: &str, columns: &[&str]) -> Table {
        Table {
            title: title.to_owned(),
            columns: columns.iter().map(|c| (*c).to_owned()).collect(),
            rows: Vec::new(),
            figures: BTreeMap::new(),
        }
    }

    /// Says which columns are of figures; each row then gets one a column with [`Table::figure`].
    #[must_use]
    pub fn figures(mut self, columns: &[&str]) -> Table {
        for (i, c) in self.columns.iter().enumerate() {
            if columns.contains(&c.strip_prefix('>').unwrap_or(c)) {
                self.figures.insert(i, Vec::new());
            }
        }
        self
    }

    /// What the figure of the last row in this column is made of.
    pub fn figure(&mut self, column: &str, parts: Measured) {
        let rows = self.rows.len();
        let named = |c: &String| c.strip_prefix('>').unwrap_or(c) == column;
        let Some(i) = self.columns.iter().position(named) else { return };
        let all = self.figures.entry(i).or_default();
        all.resize_with(rows.saturating_sub(1), Measured::default);
        all.push(parts);
    }

    /// Adds a row.
    pub fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }
}

/// What a use-case found or did.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The whole result with documented keys (`docs/cli.md`).
    pub json: Value,
    /// Tables; the first is the one that CSV shows.
    pub tables: Vec<Table>,
    /// Sentences before the tables: what was done.
    pub said: Vec<String>,
    /// Sentences after the tables: warnings, and what to do next.
    pub next: Vec<String>,
    /// Printed as it is (a completion script, a proposed mapping), unless JSON is asked for and there is some.
    pub raw: Option<String>,
    /// The page of what was built, to open in a browser.
    pub built: Option<PathBuf>,
    /// `true` where the use-case was a check and found something.
    pub found: bool,
}

impl Answer {
    /// An answer with nothing but its JSON.
    #[must_use]
    pub fn new(json: Value) -> Answer {
        Answer { json, ..Answer::default() }
    }

    /// A text that is printed as it is.
    pub fn raw(text: impl Into<String>) -> Answer {
        Answer { raw: Some(text.into()), ..Answer::default() }
    }

    /// Adds a table.
    #[must_use]
    pub fn table(mut self, t: Table) -> Answer {
        self.tables.push(t);
        self
    }

    /// Says that a document was built in this folder: its page is the one that `--open` opens.
    #[must_use]
    pub fn built(mut self, folder: &Path) -> Answer {
        let is_page = |p: &PathBuf| p.extension().is_some_and(|e| e == "html");
        let pages = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path());
        self.built = pages.filter(is_page).min();
        self
    }

    /// Replaces the JSON.
    #[must_use]
    pub fn with_json(mut self, json: Value) -> Answer {
        self.json = json;
        self
    }

    /// Adds a sentence before the tables.
    #[must_use]
    pub fn say(mut self, line: impl Into<String>) -> Answer {
        self.said.push(line.into());
        self
    }

    /// Adds a sentence after the tables.
    #[must_use]
    pub fn then(mut self, line: impl Into<String>) -> Answer {
        self.next.push(line.into());
        self
    }
}

/// A whole number with commas between thousands, for people.
#[must_use]
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A signed whole number with commas between thousands.
#[must_use]
pub fn signed(n: i64) -> String {
    format!("{}{}", if n < 0 { "-" } else { "" }, count(n.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        for (n, t) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(count(n), t);
        }
        assert_eq!(signed(-1_000), "-1,000");
    }
}
