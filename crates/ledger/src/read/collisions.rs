//! Records of one identity that differ: which counts, which was set aside, and what decided.

use super::{
    batches::for_each_batch,
    snapshot::{Days, Snapshot},
    texts::texts,
    visible::{Aside, RowSet, Visible},
};
use crate::{
    error::{LedgerError, ar, pq},
    manifest::{FileEntry, SourceEntry},
    tables::{
        corrections::CorrectionReason,
        file::Opened,
        schema::{Part, Table},
    },
};
use arrow_array::{
    RecordBatch,
    cast::AsArray,
    types::{Int32Type, Int64Type, TimestampMicrosecondType},
};
use hashbrown::HashMap;
use northbound_types::{Day, text_enum};
use std::collections::{BTreeMap, BTreeSet};

/// Tables whose records have an identity.
const TABLES: [Table; 4] = [Table::Exchanges, Table::Alerts, Table::Payloads, Table::Stated];

text_enum! {
    /// Why one of two records goes before the other, whatever the order in which they came.
    pub enum Decided("what decides a collision") {
        /// Its file was declared to correct that of the other.
        Correction = "correction",
        /// Its file has the lower declared rank.
        Rank = "rank",
        /// The service recorded it itself.
        Live = "own-record",
        /// Nothing: its content comes first in a fixed order, which says nothing about which is right.
        Content = "content",
    }
}

impl Decided {
    pub(crate) fn of(first: &SourceEntry, other: &SourceEntry) -> Decided {
        let corrects = |a: &SourceEntry, b: &SourceEntry| {
            a.corrects.iter().any(|c| *c == b.name || *c == b.sha256)
        };
        match () {
            () if corrects(first, other) && !corrects(other, first) => Decided::Correction,
            () if first.rank != other.rank => Decided::Rank,
            () if first.is_live() && !other.is_live() => Decided::Live,
            () => Decided::Content,
        }
    }

    /// In words, for a reader of a list.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Decided::Correction => "its file corrects the other",
            Decided::Rank => "its file has the lower rank",
            Decided::Live => "the service recorded it itself",
            Decided::Content => {
                "equal ranks: a fixed order of contents, which does not say which is right"
            }
        }
    }
}

/// A record of the ledger with its place in its source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRecord {
    /// Source file number.
    pub source: i64,
    /// Row in that file.
    pub row: i64,
    /// Its columns as texts; unknown ones are left out.
    pub columns: BTreeMap<&'static str, String>,
}

/// Two records of one identity that differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collision {
    /// Where they are.
    pub table: Table,
    /// What put the first before the other.
    pub decided: Decided,
    /// The record that goes first.
    pub first: SourceRecord,
    /// The record that gave way.
    pub other: SourceRecord,
}

impl Collision {
    /// The columns that make the identity, with their values.
    #[must_use]
    pub fn identity(&self) -> Vec<(&'static str, &str)> {
        let of = |(name, value)| (self.table.part(name) == Part::Identity).then_some((name, value));
        self.first.columns.iter().map(|(n, v)| (*n, v.as_str())).filter_map(of).collect()
    }

    /// The columns in which they differ, with the value of the first and of the other; empty where unknown.
    #[must_use]
    pub fn differences(&self) -> Vec<(&'static str, String, String)> {
        let text =
            |value: Option<&String>| value.map(String::as_str).unwrap_or_default().to_owned();
        self.table
            .columns()
            .iter()
            .map(|(name, _)| *name)
            .filter(|name| self.table.part(name) == Part::Content)
            .map(|name| (name, self.first.columns.get(name), self.other.columns.get(name)))
            .filter(|(_, first, other)| first != other)
            .map(|(name, first, other)| (name, text(first), text(other)))
            .collect()
    }
}

/// Some collisions, and how many there are in all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CollisionList {
    /// In order of the record that gave way.
    pub list: Vec<Collision>,
    /// Records that gave way, listed or not.
    pub all: u64,
}

/// Records that gave way: source and row, and those of the record that goes first.
type Pair = ((i64, i64), (i64, i64));

impl Snapshot {
    /// At most `most` collisions in which a record of the source `of` takes part (of any, without it): of
    /// messages, alerts and payloads received on the days, or of stated figures, which have no day, where
    /// `days` is absent.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn collisions(
        &self,
        of: Option<i64>,
        days: Option<Days>,
        most: usize,
    ) -> Result<CollisionList, LedgerError> {
        let mut found = Pairs { of, most, ..Pairs::default() };
        let within = |f: &FileEntry| match (f.day, days) {
            (Some(day), Some((first, after))) => day >= first && day < after,
            (None, None) => true,
            _ => false,
        };
        let manifest = &self.root.manifest;
        let aside = match days {
            Some(days) => self.aside(days)?,
            None => self.visible.aside(&self.dir, manifest, &|_| false)?,
        };
        for f in manifest.files(Table::Corrections).iter().filter(|f| within(f)) {
            if self.visible.as_at.is_none_or(|t| f.known.0 <= t) {
                self.pairs(f, &aside, &mut found)?;
            }
        }
        let mut wanted = found.pairs.keys().flat_map(|(a, b)| [*a, *b]).collect();
        let near: BTreeSet<Option<Day>> = found.pairs.values().flatten().copied().collect();
        // Most lie in the files of the days under which the pairs are written down.
        let mut records = HashMap::new();
        for of_days in [true, false] {
            self.records(&mut wanted, &|f| near.contains(&f.day) == of_days, &mut records)?;
        }
        let mut list = Vec::new();
        for (other, first) in found.pairs.keys() {
            let sources = (manifest.source(first.0), manifest.source(other.0));
            if let (Some((table, a)), Some((_, b)), (Some(x), Some(y))) =
                (records.get(first).cloned(), records.remove(other), sources)
            {
                list.push(Collision { table, decided: Decided::of(x, y), first: a, other: b });
            }
        }
        Ok(CollisionList { list, all: found.all })
    }

    /// Reads the pairs of one file of corrections.
    fn pairs(&self, f: &FileEntry, aside: &Aside, found: &mut Pairs) -> Result<(), LedgerError> {
        let path = self.dir.join(&f.path);
        let opened = Opened::open(&path, Table::Corrections, false)?;
        for batch in pq(&path, opened.reader(&path)?.with_batch_size(64 * 1024).build())? {
            let b = ar(&path, batch)?;
            let known = b.column(6).as_primitive::<TimestampMicrosecondType>();
            for i in 0..b.num_rows() {
                let Some((other, first)) = pair(&b, i) else { continue };
                let gone = self.visible.is_retracted(first.0) || self.visible.is_retracted(other.0);
                let later = self.visible.as_at.is_some_and(|t| known.value(i) > t.0);
                // The record that goes first is one that counts.
                let hidden = aside.hidden.get(&first.0).is_some_and(|h| h.contains(first.1));
                if !gone && !later && !hidden {
                    found.add((other, first), f.day);
                }
            }
        }
        Ok(())
    }

    /// The wanted records by source and row, whether they count or not, of the files that `within` takes. What
    /// is found is wanted no more.
    fn records(
        &self,
        wanted: &mut BTreeSet<(i64, i64)>,
        within: &dyn Fn(&FileEntry) -> bool,
        found: &mut HashMap<(i64, i64), (Table, SourceRecord)>,
    ) -> Result<(), LedgerError> {
        let sources: BTreeSet<i64> = wanted.iter().map(|w| w.0).collect();
        let (all, none) = (Visible { as_at: None, retracted: Vec::new() }, Aside::default());
        for table in TABLES {
            let files: Vec<&FileEntry> = self
                .root
                .manifest
                .files(table)
                .iter()
                .filter(|f| within(f) && f.sources.iter().any(|s| sources.contains(s)))
                .collect();
            let columns: Vec<&str> = table.columns().iter().map(|(n, _)| *n).collect();
            for_each_batch(&self.dir, table, &files, &columns, &all, &none, &mut |_, b| {
                let (source, row) = (b.ints("source"), b.ints("place"));
                let rows: Vec<usize> =
                    (0..b.rows()).filter(|&i| wanted.contains(&(source[i], row[i]))).collect();
                for (i, columns) in rows.iter().zip(texts(table, b, &rows)) {
                    let at = (source[*i], row[*i]);
                    let record = SourceRecord { source: at.0, row: at.1, columns };
                    found.insert(at, (table, record));
                    wanted.remove(&at);
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}

/// The first pairs in order, and a count of all.
#[derive(Default)]
struct Pairs {
    of: Option<i64>,
    most: usize,
    seen: HashMap<i64, RowSet>,
    pairs: BTreeMap<Pair, BTreeSet<Option<Day>>>,
    all: u64,
}

impl Pairs {
    /// Adds a record that gave way, once: it may be under two days, and give way to several.
    fn add(&mut self, pair: Pair, day: Option<Day>) {
        let (other, first) = pair;
        if let Some(days) = self.pairs.get_mut(&pair) {
            days.insert(day);
        }
        let seen = self.seen.entry(other.0).or_default();
        if self.of.is_some_and(|id| id != other.0 && id != first.0) || seen.contains(other.1) {
            return;
        }
        seen.insert(other.1);
        self.all += 1;
        self.pairs.insert(pair, [day].into());
        if self.pairs.len() > self.most {
            self.pairs.pop_last();
        }
    }
}

/// The records of a correction, unless they say the same or are states of one open message.
fn pair(b: &RecordBatch, i: usize) -> Option<Pair> {
    let int = |column: usize| b.column(column).as_primitive::<Int64Type>().value(i);
    let reasons = b.column(3).as_dictionary::<Int32Type>();
    let reason = reasons.values().as_string::<i32>().value(reasons.key(i)?);
    let (other, first) = ((int(1), int(2)), (int(4), int(5)));
    let superseded = reason == CorrectionReason::Superseded.as_str() && other.0 != first.0;
    (superseded || reason == CorrectionReason::Collision.as_str()).then_some((other, first))
}
