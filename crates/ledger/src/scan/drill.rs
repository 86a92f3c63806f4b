//! The messages behind a figure, found by the selector that counted them.

mod matcher;
mod records;
mod search;

use crate::{
    error::LedgerError,
    manifest::FileEntry,
    read::snapshot::{Days, Snapshot},
    scan::judge::Judge,
    tables::schema::Table,
};
use northbound_types::{Day, Dim, Selector, Timeliness, Utc};
use parquet::arrow::arrow_reader::{RowSelection, RowSelector};
use search::Search;
use serde::Serialize;
use std::collections::BTreeMap;

/// A message that a figure counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Its record, column by column as in the `exchanges` table: EUIs in pairs, times in RFC 3339,
    /// unknown times left out.
    pub record: BTreeMap<&'static str, String>,
    /// How it was judged.
    pub timeliness: Timeliness,
    /// From `received` (or `due`, where later) to `answer_sent`, µs.
    pub latency_us: Option<i64>,
    /// The target applied, µs after the same start.
    pub target_us: Option<i64>,
    /// The target comes from an unconfirmed rule.
    pub target_assumed: bool,
    /// Source file.
    pub source_file: String,
    /// Row in the source file.
    pub row: i64,
}

/// A page of messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page {
    /// The messages.
    pub messages: Vec<Message>,
    /// More follow: ask again with this many skipped.
    pub next: Option<u64>,
}

/// Which messages and which page of them.
#[derive(Debug, Clone)]
pub struct Query<'a> {
    /// Received days.
    pub days: Days,
    /// Any of these selectors; a message taken by two is listed once.
    pub selectors: &'a [Selector],
    /// How many to skip.
    pub skip: u64,
    /// How many at most; [`PAGE_MESSAGES`] is the limit.
    pub limit: u64,
    /// `true` to list the records set aside (duplicates, losers of collisions) instead.
    pub set_aside: bool,
}

/// Most messages on one page.
pub const PAGE_MESSAGES: u64 = 100_000;

impl Snapshot {
    /// The messages that any of the selectors takes, in the order received (then by source and row).
    ///
    /// # Errors
    /// When a file cannot be read, or the page is over its limit.
    pub fn messages(&self, q: &Query<'_>, judge: &dyn Judge) -> Result<Page, LedgerError> {
        if q.limit > PAGE_MESSAGES {
            return Err(LedgerError::Limit {
                what: "messages on one page",
                value: q.limit,
                limit: PAGE_MESSAGES,
            });
        }
        let mut page = Page { messages: Vec::new(), next: None };
        let mut skip = q.skip;
        let search = Search::new(self, q, judge);
        let mut by_day: BTreeMap<Option<Day>, Vec<&FileEntry>> = BTreeMap::new();
        for f in self.files(Table::Exchanges, q.days) {
            if self.visible.may_see(f) && q.selectors.iter().any(|s| may_hold(f, s)) {
                by_day.entry(f.day).or_default().push(f);
            }
        }
        for (day, files) in by_day {
            // One row more than wanted tells whether there is a next page.
            let room = q.limit - page.messages.len() as u64 + 1;
            let aside = match day {
                Some(d) => self.aside((d, d.plus(1)))?,
                None => self.aside(q.days)?,
            };
            let mut found = FirstRows { keep: (skip + room) as usize, all: 0, first: Vec::new() };
            for (i, f) in files.iter().enumerate() {
                search.file(i, f, &aside, &mut found)?;
            }
            let mut rows = found.finish();
            let skipped = skip.min(found.all);
            skip -= skipped;
            rows.drain(..(skipped as usize).min(rows.len()));
            let more = rows.len() as u64 == room;
            rows.truncate(room as usize - 1);
            page.messages.extend(records::fetch(self, &files, &rows, judge)?);
            if more {
                page.next = Some(q.skip + page.messages.len() as u64);
                break;
            }
        }
        Ok(page)
    }
}

/// Where a matching row is. Its order is that in which messages are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Location {
    received: Utc,
    source: i64,
    source_row: i64,
    file: usize,
    group: usize,
    index: usize,
}

/// The first rows of a day, without holding all that match.
struct FirstRows {
    keep: usize,
    all: u64,
    first: Vec<Location>,
}

impl FirstRows {
    fn add(&mut self, p: Location) {
        self.all += 1;
        self.first.push(p);
        if self.first.len() > 2 * self.keep + 1024 {
            self.first.select_nth_unstable(self.keep);
            self.first.truncate(self.keep);
        }
    }
    fn finish(&mut self) -> Vec<Location> {
        self.first.sort_unstable();
        self.first.truncate(self.keep);
        std::mem::take(&mut self.first)
    }
}

/// Can a file hold a message for the selector, by what its manifest entry says of its states?
fn may_hold(f: &FileEntry, s: &Selector) -> bool {
    s.any_of.iter().all(|(d, values)| match d {
        Dim::Day => f.day.is_none_or(|day| values.contains(&day.to_string())),
        Dim::State => f.states.is_empty() || values.iter().any(|v| f.states.contains_key(v)),
        _ => true,
    })
}

/// The rows with these numbers (ascending) and no others.
pub(crate) fn only(rows: &[usize]) -> RowSelection {
    let mut selection = Vec::new();
    let mut at = 0;
    for run in rows.chunk_by(|a, b| a + 1 == *b) {
        if run[0] > at {
            selection.push(RowSelector::skip(run[0] - at));
        }
        selection.push(RowSelector::select(run.len()));
        at = run[0] + run.len();
    }
    RowSelection::from(selection)
}
