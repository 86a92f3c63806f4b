//! Counts by dimension: what the ledger's kernel returns and every measure is made of.

use crate::text_enum;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::Arc};

text_enum! {
    /// A dimension of the counts, in the order of the `daily` table's columns.
    pub enum Dim("dimension") {
        /// Received day, `2026-04-01`.
        Day = "day",
        /// Kind of unit.
        Kind = "kind",
        /// Region.
        Region = "region",
        /// Service provider.
        Provider = "provider",
        /// The feed that brought the record.
        Feed = "feed",
        /// User (EUI-64 of the originator).
        User = "user",
        /// User Role.
        Role = "role",
        /// Party category.
        PartyCategory = "party_category",
        /// Service Reference Variant.
        Srv = "srv",
        /// On-demand, future-dated, scheduled, non-device.
        Mode = "mode",
        /// Response class.
        Class = "class",
        /// Meter generation.
        Generation = "generation",
        /// Device type.
        DeviceType = "device_type",
        /// Kind of test.
        TestKind = "test_kind",
        /// State of the request (end state, or live at the cut-off).
        State = "state",
        /// Timeliness against the target.
        Timeliness = "timeliness",
        /// Response code.
        Code = "code",
    }
}

/// Counts grouped by some dimensions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cells {
    /// Which dimensions the keys hold, in order.
    pub dims: Vec<Dim>,
    /// The groups; every key has `dims.len()` texts.
    pub rows: Vec<CellRow>,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellRow {
    /// Its keys, in the order of [`Cells::dims`].
    pub keys: Vec<Arc<str>>,
    /// Number of messages.
    pub count: u64,
    /// How many of them have a rival record under the same identity (a collision).
    pub disputed: u64,
    /// Number judged with an unconfirmed target.
    pub assumed: u64,
}

impl Cells {
    /// Index of a dimension in the keys.
    #[must_use]
    pub fn index(&self, dim: Dim) -> Option<usize> {
        self.dims.iter().position(|&d| d == dim)
    }

    /// The sum over the groups that the selector takes.
    #[must_use]
    pub fn sum(&self, selector: &Selector) -> CellSum {
        let mut total = CellSum { count: 0, disputed: 0, assumed: 0 };
        for row in self.rows.iter().filter(|r| selector.takes(self, r)) {
            total.count += row.count;
            total.disputed += row.disputed;
            total.assumed += row.assumed;
        }
        total
    }

    /// The same counts by fewer dimensions, sorted by key.
    #[must_use]
    pub fn by(&self, dims: &[Dim]) -> Cells {
        let at: Vec<usize> = dims.iter().filter_map(|&d| self.index(d)).collect();
        let mut groups: std::collections::BTreeMap<Vec<Arc<str>>, CellSum> =
            std::collections::BTreeMap::new();
        for row in &self.rows {
            let key: Vec<Arc<str>> = at.iter().map(|&i| row.keys[i].clone()).collect();
            let sum = groups.entry(key).or_insert(CellSum { count: 0, disputed: 0, assumed: 0 });
            sum.count += row.count;
            sum.disputed += row.disputed;
            sum.assumed += row.assumed;
        }
        Cells {
            dims: at.iter().map(|&i| self.dims[i]).collect(),
            rows: groups
                .into_iter()
                .map(|(keys, s)| CellRow {
                    keys,
                    count: s.count,
                    disputed: s.disputed,
                    assumed: s.assumed,
                })
                .collect(),
        }
    }
}

/// A sum over groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellSum {
    /// Number of messages.
    pub count: u64,
    /// How many of them are disputed.
    pub disputed: u64,
    /// How many were judged with an unconfirmed target.
    pub assumed: u64,
}

/// Which messages: for each named dimension, one of these values. Dimensions not named are free.
/// The same selector takes rows of a rollup, of a scan and of a drill-down.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Selector {
    /// Dimension and the values it may have, sorted by dimension.
    pub any_of: Vec<(Dim, BTreeSet<String>)>,
}

impl Selector {
    /// Everything.
    #[must_use]
    pub fn all() -> Selector {
        Selector { any_of: Vec::new() }
    }

    /// Narrows to the given values of a dimension (intersecting where it was narrowed before).
    #[must_use]
    pub fn and<S: Into<String>>(
        mut self,
        dim: Dim,
        values: impl IntoIterator<Item = S>,
    ) -> Selector {
        let new: BTreeSet<String> = values.into_iter().map(Into::into).collect();
        match self.any_of.iter_mut().find(|(d, _)| *d == dim) {
            Some((_, old)) => *old = old.intersection(&new).cloned().collect(),
            None => {
                self.any_of.push((dim, new));
                self.any_of.sort_by_key(|(d, _)| *d);
            }
        }
        self
    }

    /// The dimensions that matter.
    pub fn dims(&self) -> impl Iterator<Item = Dim> + '_ {
        self.any_of.iter().map(|(d, _)| *d)
    }

    /// Does the group match? A dimension that the cells do not hold never matches.
    #[must_use]
    pub fn takes(&self, cells: &Cells, row: &CellRow) -> bool {
        self.any_of
            .iter()
            .all(|(dim, values)| cells.index(*dim).is_some_and(|i| values.contains(&*row.keys[i])))
    }
}

/// One bucket of a latency histogram, with the keys it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatencyRow {
    /// Keys in the order of the query's dimensions.
    pub keys: Vec<Arc<str>>,
    /// Index into the bucket table of the rules; -1 is a clock error, -2 an attempt without answer.
    pub bucket: i32,
    /// Number of messages.
    pub count: u64,
}

/// The bucket of an attempt without an answer: censored, longer than its deadline.
pub const BUCKET_UNANSWERED: i32 = -2;
/// The bucket of an answer dated before its request.
pub const BUCKET_CLOCK_ERROR: i32 = -1;
