//! Which rows count: those known at the time of the snapshot, without retracted sources and without
//! records that gave way to another.

use crate::{
    error::LedgerError,
    manifest::{FileEntry, Manifest},
    tables::{corrections::CorrectionReason, file::Opened, schema::Table},
};
use arrow_array::{
    cast::AsArray,
    types::{Int32Type, Int64Type, TimestampMicrosecondType},
};
use hashbrown::HashMap;
use northbound_types::{Day, Utc};
use sha2::{Digest, Sha256};
use std::path::Path;

/// Rows in a part of a [`RowSet`].
const PART_ROWS: usize = 1 << 16;

/// A set of row numbers of one source, in parts that exist where they have a row: row numbers go up to
/// 2³², however few rows there are.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowSet {
    parts: Vec<Option<Box<[u64]>>>,
}

impl RowSet {
    pub(crate) fn insert(&mut self, row: i64) {
        let Ok(p) = usize::try_from(row) else { return };
        let (part, at) = (p / PART_ROWS, p % PART_ROWS);
        if self.parts.len() <= part {
            self.parts.resize(part + 1, None);
        }
        let words =
            self.parts[part].get_or_insert_with(|| vec![0; PART_ROWS / 64].into_boxed_slice());
        words[at / 64] |= 1 << (at % 64);
    }
    #[inline]
    pub(crate) fn contains(&self, row: i64) -> bool {
        let p = row as usize;
        match self.parts.get(p / PART_ROWS) {
            Some(Some(words)) => words[p % PART_ROWS / 64] >> (p % 64) & 1 == 1,
            _ => false,
        }
    }
}

/// Records set aside, by source.
#[derive(Debug, Clone, Default)]
pub(crate) struct Aside {
    /// Not counted: duplicates, superseded records, and those that gave way in a collision.
    pub(crate) hidden: HashMap<i64, RowSet>,
    /// Counted, but a rival record exists.
    pub(crate) disputed: HashMap<i64, RowSet>,
}

/// What a snapshot sees.
#[derive(Debug, Clone)]
pub(crate) struct Visible {
    /// Rows known later do not count.
    pub(crate) as_at: Option<Utc>,
    /// Sources retracted by then, ascending.
    pub(crate) retracted: Vec<i64>,
}

impl Visible {
    pub(crate) fn new(manifest: &Manifest, as_at: Option<Utc>) -> Visible {
        let mut retracted: Vec<i64> = manifest
            .retracted
            .iter()
            .filter(|r| as_at.is_none_or(|t| r.at <= t))
            .map(|r| r.source)
            .collect();
        retracted.sort_unstable();
        retracted.dedup();
        Visible { as_at, retracted }
    }
    pub(crate) fn is_retracted(&self, source: i64) -> bool {
        self.retracted.binary_search(&source).is_ok()
    }
    /// Can the file hold any visible row?
    pub(crate) fn may_see(&self, f: &FileEntry) -> bool {
        self.as_at.is_none_or(|t| f.known.0 <= t)
            && f.sources.iter().any(|&s| !self.is_retracted(s))
    }
    /// Must rows be looked at one by one for their time of knowledge?
    pub(crate) fn needs_known(&self, f: &FileEntry) -> bool {
        self.as_at.is_some_and(|t| f.known.1 > t)
    }
    /// Must rows be looked at one by one for their source?
    pub(crate) fn needs_source(&self, f: &FileEntry) -> bool {
        f.sources.iter().any(|&s| self.is_retracted(s))
    }

    /// Reads the corrections of the given days, as far as they are visible.
    pub(crate) fn aside(
        &self,
        dir: &Path,
        manifest: &Manifest,
        days: &dyn Fn(Day) -> bool,
    ) -> Result<Aside, LedgerError> {
        self.aside_but(dir, manifest, days, false)
    }

    /// The same; with `rivals` a record that lost a collision is not set aside.
    pub(crate) fn aside_but(
        &self,
        dir: &Path,
        manifest: &Manifest,
        days: &dyn Fn(Day) -> bool,
        rivals: bool,
    ) -> Result<Aside, LedgerError> {
        let mut aside = Aside::default();
        for f in manifest.files(Table::Corrections) {
            if !f.day.is_none_or(days) || self.as_at.is_some_and(|t| f.known.0 > t) {
                continue;
            }
            self.read_aside(&dir.join(&f.path), rivals, &mut aside)?;
        }
        Ok(aside)
    }

    fn read_aside(&self, path: &Path, rivals: bool, aside: &mut Aside) -> Result<(), LedgerError> {
        let opened = Opened::open(path, Table::Corrections, false)?;
        for batch in
            crate::error::pq(path, opened.reader(path)?.with_batch_size(64 * 1024).build())?
        {
            let b = crate::error::ar(path, batch)?;
            let int = |i: usize| b.column(i).as_primitive::<Int64Type>();
            let (source, row, by_source, by_row) = (int(1), int(2), int(4), int(5));
            let reason = b.column(3).as_dictionary::<Int32Type>();
            let words = reason.values().as_string::<i32>();
            let known = b.column(6).as_primitive::<TimestampMicrosecondType>();
            for i in 0..b.num_rows() {
                if self.as_at.is_some_and(|t| known.value(i) > t.0)
                    || self.is_retracted(by_source.value(i))
                {
                    continue;
                }
                let (s, p) = (source.value(i), row.value(i));
                let is_collision = reason
                    .key(i)
                    .is_some_and(|k| words.value(k) == CorrectionReason::Collision.as_str());
                if is_collision && rivals {
                    continue;
                }
                aside.hidden.entry(s).or_default().insert(p);
                // A retracted record is no rival.
                if is_collision && !self.is_retracted(s) {
                    aside.disputed.entry(by_source.value(i)).or_default().insert(by_row.value(i));
                }
            }
        }
        Ok(())
    }

    /// A digest of everything that decides which rows of a day count, for the freshness of rollups.
    pub(crate) fn day_digest(&self, manifest: &Manifest, day: Day) -> String {
        let mut h = Sha256::new();
        for table in [Table::Exchanges, Table::Corrections] {
            let files: Vec<&FileEntry> = manifest
                .files(table)
                .iter()
                .filter(|f| f.day == Some(day) && self.as_at.is_none_or(|t| f.known.0 <= t))
                .collect();
            let mut names: Vec<&str> = files.iter().map(|f| f.sha256.as_str()).collect();
            names.sort_unstable();
            for n in names {
                h.update(n);
            }
            let sources: std::collections::BTreeSet<i64> = files
                .iter()
                .flat_map(|f| f.sources.iter().copied())
                .filter(|&s| self.is_retracted(s))
                .collect();
            for s in sources {
                h.update(b"retracted");
                h.update(s.to_le_bytes());
            }
            if let Some(t) = self.as_at.filter(|&t| files.iter().any(|f| f.known.1 > t)) {
                h.update(t.0.to_le_bytes());
            }
            h.update(b"|");
        }
        crate::tables::file::hex(&h.finalize())
    }
}
