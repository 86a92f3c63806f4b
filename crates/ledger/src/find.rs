//! Rows found by what identifies them, such as the id of a request, a device or a User: the newest first,
//! with what gave way to what.
//!
//! A row group is skipped where its statistics or its Bloom filter say that it holds none of the numbers
//! looked for. Both only ever rule out: a file without them is searched, and the answer is the same.

mod gave_way;
mod groups;
mod rows;
mod uncommitted;

pub use gave_way::GaveWay;
pub use uncommitted::{alert, delivery, exchange};

use crate::{
    error::LedgerError,
    manifest::{self, FileEntry, Manifest},
    read::snapshot::{Days, Snapshot},
    tables::schema::Table,
};
use northbound_types::{Day, Utc};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::atomic::{AtomicUsize, Ordering},
};

/// What the rows looked for have.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The table.
    pub table: Table,
    /// Received (attempted, of deliveries) at this time or later.
    pub from: Option<Utc>,
    /// Received (attempted) before this time.
    pub before: Option<Utc>,
    /// Columns of integers, each with the values of which a row has one.
    pub numbers: Vec<(&'static str, Vec<i64>)>,
    /// Columns of words, each with the words of which a row has one.
    pub words: Vec<(&'static str, Vec<String>)>,
    /// Rows to skip, from the newest.
    pub skip: u64,
    /// Most rows to give; at most [`MOST_ROWS`].
    pub limit: u64,
    /// Give the rows that do not count too: other records of the same message.
    pub copies: bool,
    /// Leave out messages that can still change, which whoever asks has from the live service itself.
    pub settled: bool,
}

/// Most rows of one answer.
pub const MOST_ROWS: u64 = 100_000;

impl Wanted {
    /// Everything of a table that counts.
    #[must_use]
    pub fn all(table: Table, limit: u64) -> Wanted {
        Wanted {
            table,
            from: None,
            before: None,
            numbers: Vec::new(),
            words: Vec::new(),
            skip: 0,
            limit,
            copies: false,
            settled: false,
        }
    }

    /// The same, of rows that have one of these values in a column.
    #[must_use]
    pub fn number(mut self, column: &'static str, values: impl IntoIterator<Item = i64>) -> Wanted {
        self.numbers.push((column, values.into_iter().collect()));
        self
    }

    /// The same, of rows that have one of these words in a column.
    #[must_use]
    pub fn word(
        mut self,
        column: &'static str,
        words: impl IntoIterator<Item = impl Into<String>>,
    ) -> Wanted {
        self.words.push((column, words.into_iter().map(Into::into).collect()));
        self
    }

    /// The column of the time by which rows are ordered and kept in files.
    const fn time(&self) -> &'static str {
        match self.table {
            Table::Deliveries => "attempted",
            _ => "received",
        }
    }

    fn days(&self) -> Days {
        let first = self.from.map_or(Day(i32::MIN), Utc::day);
        let after = self.before.map_or(Day(i32::MAX), |t| Utc(t.0 - 1).day().plus(1));
        (first, after)
    }

    fn within(&self, time: i64) -> bool {
        self.from.is_none_or(|t| time >= t.0) && self.before.is_none_or(|t| time < t.0)
    }
}

/// A row that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Column and value; without words that are empty and times that are unknown.
    pub columns: BTreeMap<&'static str, String>,
    /// Number of its source.
    pub source: i64,
    /// Row in the source file.
    pub row: i64,
    /// The ledger's file that holds it.
    pub file: String,
    /// The message can still change: the next commit of the live service replaces the row.
    pub open: bool,
    /// Why it does not count; `None` where it does.
    pub gave_way: Option<GaveWay>,
}

/// A page of what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The rows, the newest first.
    pub records: Vec<Record>,
    /// How many there are, given or not.
    pub all: u64,
}

/// Where a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hit {
    /// Negated, so that the newest is least.
    before: i64,
    source: i64,
    row: i64,
    group: u32,
    index: u32,
}

/// Row groups searched together, at least: enough work for every thread, and little to hold.
const GROUPS_AT_ONCE: usize = 16;

impl Snapshot {
    /// The rows that have all that is wanted, the newest first.
    ///
    /// # Errors
    /// When a file cannot be read, or the page is over its limit.
    pub fn find(&self, wanted: &Wanted) -> Result<Found, LedgerError> {
        if wanted.limit > MOST_ROWS {
            return Err(LedgerError::Limit {
                what: "rows of one answer",
                value: wanted.limit,
                limit: MOST_ROWS,
            });
        }
        let mut files: Vec<&FileEntry> = self
            .files(wanted.table, wanted.days())
            .into_iter()
            .filter(|f| self.visible.may_see(f) && may_hold(f, wanted))
            .filter(|f| !(wanted.settled && f.open))
            .collect();
        files.sort_by_key(|f| std::cmp::Reverse(f.day));
        let of_files = in_parallel(&files, &|f| groups::of(&self.dir, f, wanted))?;
        let groups: Vec<groups::Group<'_>> = of_files.into_iter().flatten().collect();
        let (mut kept, mut all) = (Vec::new(), 0);
        let most = usize::try_from(wanted.skip + wanted.limit).unwrap_or(usize::MAX);
        let mut at = 0;
        while at < groups.len() {
            let until = end_of_days(&groups, at);
            let numbers: Vec<usize> = (at..until).collect();
            let hits: Vec<Hit> = in_parallel(&numbers, &|&g| {
                rows::search(&self.visible, &groups[g], g as u32, wanted)
            })?
            .into_iter()
            .flatten()
            .collect();
            let hits = self.counted(hits, &groups[at..until], wanted)?;
            all += hits.len() as u64;
            // All of these are older than what was kept before.
            let room = most.saturating_sub(kept.len());
            kept.extend(newest(hits, room));
            at = until;
        }
        let page: Vec<Hit> =
            kept.into_iter().skip(usize::try_from(wanted.skip).unwrap_or(usize::MAX)).collect();
        let mut records = rows::fetch(&groups, &page, wanted.table)?;
        if wanted.copies {
            let days: BTreeSet<Day> = groups.iter().filter_map(|g| g.entry.day).collect();
            let ids = records.iter().map(|r| (r.source, r.row)).collect();
            let why = self.gave_way(&days, &ids)?;
            for r in &mut records {
                r.gave_way = why.get(&(r.source, r.row)).cloned();
            }
        }
        Ok(Found { records, all })
    }

    /// Up to which position of the journal the live service had come when it committed a file: a row of it
    /// rests on inputs up to there. `None` where that version is deleted.
    #[must_use]
    pub fn journal_position_of(&self, file: &str) -> Option<u64> {
        let name = file.rsplit('/').next()?;
        let version: u64 = name.split_once('-')?.0.parse().ok()?;
        let position = |m: &Manifest| m.journal_position;
        if version == self.root.manifest.version {
            return Some(position(&self.root.manifest));
        }
        manifest::read(&self.dir, version).ok().map(|r| position(&r.manifest))
    }

    /// Those of the hits that count; all of them where copies are wanted.
    fn counted(
        &self,
        mut hits: Vec<Hit>,
        groups: &[groups::Group<'_>],
        wanted: &Wanted,
    ) -> Result<Vec<Hit>, LedgerError> {
        if wanted.copies || hits.is_empty() || wanted.table == Table::Deliveries {
            return Ok(hits);
        }
        let days: BTreeSet<Day> = groups.iter().filter_map(|g| g.entry.day).collect();
        if hits.len() > gave_way::FEW {
            let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(hits) };
            let aside = self.aside((*first, last.plus(1)))?;
            hits.retain(|h| !aside.hidden.get(&h.source).is_some_and(|rows| rows.contains(h.row)));
            return Ok(hits);
        }
        let ids: HashSet<(i64, i64)> = hits.iter().map(|h| (h.source, h.row)).collect();
        let why = self.gave_way(&days, &ids)?;
        hits.retain(|h| !why.contains_key(&(h.source, h.row)));
        Ok(hits)
    }
}

/// Can a file hold such a row, by what its manifest entry says of its states?
fn may_hold(f: &FileEntry, wanted: &Wanted) -> bool {
    f.states.is_empty()
        || wanted
            .words
            .iter()
            .all(|(name, words)| *name != "state" || words.iter().any(|w| f.states.contains_key(w)))
}

/// The end of the days that are searched together: whole days, at least [`GROUPS_AT_ONCE`] groups.
fn end_of_days(groups: &[groups::Group<'_>], from: usize) -> usize {
    let mut end = (from + GROUPS_AT_ONCE).min(groups.len());
    while end < groups.len() && groups[end].entry.day == groups[end - 1].entry.day {
        end += 1;
    }
    end
}

/// The first `most` of the hits, in order.
fn newest(mut hits: Vec<Hit>, most: usize) -> Vec<Hit> {
    if hits.len() > most {
        if most == 0 {
            return Vec::new();
        }
        hits.select_nth_unstable(most - 1);
        hits.truncate(most);
    }
    hits.sort_unstable();
    hits
}

/// Does the same with each of many items, on every core, and gives the results in their order.
fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    work: &(dyn Fn(&T) -> Result<R, LedgerError> + Sync),
) -> Result<Vec<R>, LedgerError> {
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get()).min(items.len());
    if threads <= 1 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let one = || -> Vec<(usize, Result<R, LedgerError>)> {
        let mut done = Vec::new();
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(i) else { return done };
            done.push((i, work(item)));
        }
    };
    let mut all: Vec<(usize, Result<R, LedgerError>)> = std::thread::scope(|s| {
        let others: Vec<_> = (1..threads).map(|_| s.spawn(one)).collect();
        let mut all = one();
        for o in others {
            match o.join() {
                Ok(done) => all.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_by_key(|(i, _)| *i);
    all.into_iter().map(|(_, r)| r).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_in_parallel_keeps_its_order_and_its_first_error() {
        let items: Vec<u64> = (0..1_000).collect();
        let doubled = in_parallel(&items, &|i| Ok(i * 2)).unwrap();
        assert_eq!(doubled, items.iter().map(|i| i * 2).collect::<Vec<_>>());
        let failed = in_parallel(&items, &|i| {
            if *i < 10 { Ok(*i) } else { Err(LedgerError::Refused(format!("item {i}"))) }
        });
        assert_eq!(failed.unwrap_err().to_string(), "item 10");
    }

    #[test]
    fn days_take_whole_days_and_times_their_instants() {
        let at = |t: &str| -> Utc { t.parse().unwrap() };
        let mut w = Wanted::all(Table::Exchanges, 1);
        assert_eq!(w.days(), (Day(i32::MIN), Day(i32::MAX)));
        w.from = Some(at("2026-04-01T12:00:00Z"));
        w.before = Some(at("2026-04-03T00:00:00Z"));
        assert_eq!(w.days(), (at("2026-04-01").day(), at("2026-04-03").day()));
        assert!(w.within(at("2026-04-01T12:00:00Z").0) && !w.within(at("2026-04-03").0));
    }
}
