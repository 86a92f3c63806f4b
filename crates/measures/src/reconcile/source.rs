//! A source of counts as somebody stated it or the ledger counted it.

use super::ReconcileError;
use northbound_types::{Cells, Utc};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// Most sources in one run: every pair of them is reported.
pub const MAX_SOURCES: usize = 8;

/// One count of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountRow {
    /// Values in the order of [`Source::keys`].
    pub keys: Vec<Arc<str>>,
    /// Messages counted.
    pub count: i64,
    /// The unit to which this count was rounded (1000 for "in thousands"); 0 or 1 where exact.
    pub rounded_to: i64,
}

/// What a source says about how it counts. Empty where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notes {
    /// Offset of its day boundary from UTC in minutes (60 for British summer time).
    pub zone_minutes: Option<i32>,
    /// Records that it learned of after this are not in it.
    pub cut_off: Option<Utc>,
    /// Which definition it counts by: an id or a sentence. Two sources whose definitions are both
    /// stated and differ may differ for that reason.
    pub definition: Option<String>,
    /// First period (as its `period` key is written) counted in a new way, and what changed.
    pub series_break: Option<(String, String)>,
}

/// A source of counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name in the report, such as `ledger` or `provider report 2026-04 v2`.
    pub name: String,
    /// Declared rank; lower comes first in the report. It decides order, never who is right.
    pub rank: i64,
    /// The keys that its rows have.
    pub keys: Vec<String>,
    /// Its counts. Several rows under the chosen keys are added up.
    pub rows: Vec<CountRow>,
    /// Stated tolerance of each row, in messages, on top of rounding.
    pub tolerance: i64,
    /// How it counts.
    pub notes: Notes,
}

impl Source {
    /// A source without rows.
    pub fn new<S: Into<String>>(
        name: impl Into<String>,
        rank: i64,
        keys: impl IntoIterator<Item = S>,
    ) -> Source {
        Source {
            name: name.into(),
            rank,
            keys: keys.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
            tolerance: 0,
            notes: Notes::default(),
        }
    }

    /// Adds an exact count under values in the order of the keys. The length is checked when
    /// the sources are compared.
    pub fn add(&mut self, values: &[&str], count: i64) {
        self.rows.push(CountRow {
            keys: values.iter().map(|&v| Arc::from(v)).collect(),
            count,
            rounded_to: 0,
        });
    }

    /// Adds a count under named values, rounded to a unit (0 where exact).
    ///
    /// # Errors
    /// [`ReconcileError::Row`] where one of the source's keys has no value.
    pub fn add_named(
        &mut self,
        values: &BTreeMap<String, String>,
        count: i64,
        rounded_to: i64,
    ) -> Result<(), ReconcileError> {
        let keys = self
            .keys
            .iter()
            .map(|k| {
                values.get(k).map(|v| Arc::from(v.as_str())).ok_or_else(|| {
                    self.row_error(self.rows.len() + 1, format!("no value for {k:?}"))
                })
            })
            .collect::<Result<Vec<Arc<str>>, _>>()?;
        self.rows.push(CountRow { keys, count, rounded_to });
        Ok(())
    }

    /// The ledger's counts as a source; its keys are the dimensions' names.
    ///
    /// # Errors
    /// [`ReconcileError::Overflow`] where a count does not fit 63 bits.
    pub fn from_cells(
        name: impl Into<String>,
        rank: i64,
        cells: &Cells,
    ) -> Result<Source, ReconcileError> {
        let mut source = Source::new(name, rank, cells.dims.iter().map(|d| d.as_str()));
        source.rows.reserve(cells.rows.len());
        for row in &cells.rows {
            let count = i64::try_from(row.count)
                .map_err(|_| ReconcileError::Overflow(source.name.clone()))?;
            source.rows.push(CountRow { keys: row.keys.clone(), count, rounded_to: 0 });
        }
        Ok(source)
    }

    pub(crate) fn row_error(&self, row: usize, what: String) -> ReconcileError {
        ReconcileError::Row {
            source_name: self.name.clone(),
            row,
            what,
            keys: self.keys.join(", "),
        }
    }
}

/// A count under the chosen keys: key, count, tolerance.
pub(crate) type Counted = (u128, i64, i64);

/// The counts of a source under the chosen keys, sorted by key.
#[derive(Debug)]
pub(crate) struct Projected {
    pub rows: Vec<Counted>,
    pub total: i64,
}

impl Source {
    /// Adds up the rows under the chosen keys, whose numbers are given row by row.
    pub(crate) fn project(&self, codes: &[u128]) -> Result<Projected, ReconcileError> {
        let overflow = || ReconcileError::Overflow(self.name.clone());
        let mut rows: Vec<Counted> = Vec::with_capacity(self.rows.len());
        let mut total = 0i64;
        for (row, &code) in self.rows.iter().zip(codes) {
            if row.rounded_to < 0 || self.tolerance < 0 {
                return Err(ReconcileError::Tolerance(self.name.clone()));
            }
            total = total.checked_add(row.count).ok_or_else(overflow)?;
            // A value rounded half-up to a unit lies within half of that unit.
            rows.push((
                code,
                row.count,
                self.tolerance.checked_add(row.rounded_to / 2).ok_or_else(overflow)?,
            ));
        }
        rows.sort_unstable_by_key(|r| r.0);
        let mut folded: Vec<Counted> = Vec::with_capacity(rows.len());
        for (code, count, tolerance) in rows {
            match folded.last_mut() {
                Some(last) if last.0 == code => {
                    last.1 = last.1.checked_add(count).ok_or_else(overflow)?;
                    last.2 = last.2.checked_add(tolerance).ok_or_else(overflow)?;
                }
                _ => folded.push((code, count, tolerance)),
            }
        }
        Ok(Projected { rows: folded, total })
    }

    pub(crate) fn position(&self, key: &str) -> Result<usize, ReconcileError> {
        self.keys.iter().position(|k| k == key).ok_or_else(|| ReconcileError::NoKey {
            source_name: self.name.clone(),
            key: key.to_owned(),
            has: self.keys.join(", "),
        })
    }
}
