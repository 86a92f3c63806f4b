//! Figures as their sources state them.

use super::{
    batches::{Batch, for_each_batch},
    snapshot::Snapshot,
};
use crate::{
    error::LedgerError,
    tables::{
        rows::StatedRow,
        schema::{Col, NONE, Table},
    },
};
use northbound_types::{Day, Period};
use std::collections::{BTreeMap, BTreeSet};

/// A stated figure and the source file that brought it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedEntry {
    /// The row.
    pub row: StatedRow,
    /// Source file number.
    pub source: i64,
    /// Declared rank of the source file: of statements that contradict each other the lowest counts.
    pub rank: i64,
    /// Another source states a different figure under the same document and version.
    pub disputed: bool,
}

impl Snapshot {
    /// The stated figures that count, of some periods (of all where `periods` is empty).
    ///
    /// # Errors
    /// When a file cannot be read or a row's keys are no JSON.
    pub fn stated(&self, periods: &[Period]) -> Result<Vec<StatedEntry>, LedgerError> {
        self.stated_but(periods, false)
    }

    /// The same, with every statement that contradicts another of the same row, document and version: none of
    /// them is chosen here.
    ///
    /// # Errors
    /// As [`Snapshot::stated`].
    pub fn stated_with_rivals(&self, periods: &[Period]) -> Result<Vec<StatedEntry>, LedgerError> {
        self.stated_but(periods, true)
    }

    fn stated_but(
        &self,
        periods: &[Period],
        rivals: bool,
    ) -> Result<Vec<StatedEntry>, LedgerError> {
        let wanted: BTreeSet<String> = periods.iter().map(ToString::to_string).collect();
        let files = self.files(Table::Stated, (Day(i32::MIN), Day(i32::MAX)));
        // Corrections of stated figures belong to no day.
        let aside = self.visible.aside_but(&self.dir, &self.root.manifest, &|_| false, rivals)?;
        let columns: Vec<&str> = Table::Stated.columns().iter().map(|(n, _)| *n).collect();
        let mut out = Vec::new();
        for_each_batch(
            &self.dir,
            Table::Stated,
            &files,
            &columns,
            &self.visible,
            &aside,
            &mut |f, b| {
                let read = StatedColumns::of(b);
                for i in (0..b.rows()).filter(|&i| b.keep[i]) {
                    if !wanted.is_empty() && !wanted.contains(read.word("period", i)) {
                        continue;
                    }
                    let row = read.row(i).map_err(|e| LedgerError::Manifest {
                        path: self.dir.join(&f.path),
                        why: format!("keys or readings of row {i} are no JSON: {e}"),
                    })?;
                    let source = read.int("source", i).unwrap_or(0);
                    let disputed = aside.disputed.get(&source).is_some_and(|d| d.contains(row.row));
                    let rank = self.root.manifest.source(source).map_or(0, |s| s.rank);
                    out.push(StatedEntry { row, source, rank, disputed });
                }
                Ok(())
            },
        )?;
        out.sort_by(|a, b| order(&a.row).cmp(&order(&b.row)));
        Ok(out)
    }
}

/// The order in which stated figures are listed.
fn order(r: &StatedRow) -> impl Ord + '_ {
    let document = (&r.source, &r.document, &r.version);
    (&r.measure, &r.period, &r.keys, document, &r.text, r.numerator, r.count, &r.null, &r.place)
}

/// The columns of a batch of stated figures.
struct StatedColumns {
    words: BTreeMap<&'static str, (Vec<i32>, Vec<String>)>,
    ints: BTreeMap<&'static str, Vec<i64>>,
}

impl StatedColumns {
    fn of(b: &Batch<'_>) -> StatedColumns {
        let (mut words, mut ints) = (BTreeMap::new(), BTreeMap::new());
        for &(name, col) in Table::Stated.columns() {
            match col {
                Col::Word | Col::Text => drop(words.insert(name, b.words(name))),
                Col::Int | Col::Time => drop(ints.insert(name, b.ints(name))),
            }
        }
        StatedColumns { words, ints }
    }

    fn word(&self, column: &str, row: usize) -> &str {
        self.words.get(column).map_or("", |(codes, texts)| texts[codes[row] as usize].as_str())
    }

    /// The text, `None` where it is empty.
    fn text(&self, column: &str, row: usize) -> Option<String> {
        Some(self.word(column, row)).filter(|t| !t.is_empty()).map(str::to_owned)
    }

    fn int(&self, column: &str, row: usize) -> Option<i64> {
        self.ints.get(column).map(|v| v[row]).filter(|v| *v != NONE)
    }

    fn row(&self, i: usize) -> Result<StatedRow, serde_json::Error> {
        Ok(StatedRow {
            measure: self.word("measure", i).to_owned(),
            period: self.word("period", i).to_owned(),
            keys: serde_json::from_str(self.word("keys", i))?,
            numerator: self.int("numerator", i),
            denominator: self.int("denominator", i),
            count: self.int("count", i),
            text: self.text("text", i),
            readings: serde_json::from_str(self.word("readings", i))?,
            null: self.text("null_reason", i),
            target: self.text("target", i),
            minimum: self.text("minimum", i),
            source: self.word("stated_by", i).to_owned(),
            document: self.word("document", i).to_owned(),
            version: self.word("version", i).to_owned(),
            place: self.word("on_page", i).to_owned(),
            known: self.int("known", i).unwrap_or(NONE),
            row: self.int("place", i).unwrap_or(NONE),
        })
    }
}
