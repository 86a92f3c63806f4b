//! A version of the ledger as at a time: which files and rows it sees.

use crate::{
    error::LedgerError,
    manifest::{FileEntry, Root},
    read::{
        batches::{Batch, for_each_batch},
        visible::{Aside, Visible},
    },
    scan::{judge::Judge, rollup},
    tables::schema::Table,
};
use northbound_types::{Day, Utc};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// The ledger as at a time.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub(crate) dir: PathBuf,
    /// The version it reads.
    pub root: Root,
    pub(crate) visible: Visible,
}

/// A range of days: the first, and the first after it.
pub type Days = (Day, Day);

impl Snapshot {
    pub(crate) fn new(dir: &Path, root: Root, as_at: Option<Utc>) -> Snapshot {
        let visible = Visible::new(&root.manifest, as_at);
        Snapshot { dir: dir.to_owned(), root, visible }
    }

    /// The ledger's folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn files(&self, table: Table, days: Days) -> Vec<&FileEntry> {
        self.root
            .manifest
            .files(table)
            .iter()
            .filter(|f| f.day.is_none_or(|d| d >= days.0 && d < days.1))
            .collect()
    }
    pub(crate) fn aside(&self, days: Days) -> Result<Aside, LedgerError> {
        self.visible.aside(&self.dir, &self.root.manifest, &|d| d >= days.0 && d < days.1)
    }

    /// Calls `f` for every batch of a table's visible files, with only the columns asked for.
    pub(crate) fn batches(
        &self,
        table: Table,
        days: Days,
        columns: &[&str],
        f: &mut dyn FnMut(&FileEntry, &Batch<'_>) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        let (files, aside) = (self.files(table, days), self.aside(days)?);
        for_each_batch(&self.dir, table, &files, columns, &self.visible, &aside, f)
    }

    /// Days of visible exchanges whose rollups are fresh, and those that must be scanned.
    pub(crate) fn fresh(&self, days: Days, judge: &dyn Judge) -> (Vec<Day>, Vec<Day>) {
        let with_rows: BTreeSet<Day> = self
            .files(Table::Exchanges, days)
            .iter()
            .filter(|f| self.visible.may_see(f))
            .filter_map(|f| f.day)
            .collect();
        let manifest = &self.root.manifest;
        with_rows.into_iter().partition(|&d| {
            let mark = rollup::made_of(&self.visible, manifest, d, judge);
            let of_day = |t: Table| manifest.files(t).iter().filter(move |f| f.day == Some(d));
            let is_fresh = |t: Table| of_day(t).any(|f| f.made_of.as_deref() == Some(&mark));
            // A day without any answer has no latency file.
            is_fresh(Table::Daily)
                && (is_fresh(Table::DailyLatency) || of_day(Table::DailyLatency).next().is_none())
        })
    }

    /// Days whose rollups are stale: made with other rules, or as at another time.
    #[must_use]
    pub fn stale_days(&self, judge: &dyn Judge) -> Vec<Day> {
        self.fresh((Day(i32::MIN), Day(i32::MAX)), judge).1
    }

    /// First and last received day with exchanges.
    #[must_use]
    pub fn span(&self) -> Option<(Day, Day)> {
        let days: BTreeSet<Day> = self
            .root
            .manifest
            .files(Table::Exchanges)
            .iter()
            .filter(|f| self.visible.may_see(f))
            .filter_map(|f| f.day)
            .collect();
        Some((*days.first()?, *days.last()?))
    }
}

/// Rows of a batch that count.
pub(crate) fn counted_rows(b: &Batch<'_>) -> u64 {
    b.keep.iter().filter(|k| **k).count() as u64
}
