//! From a figure down to its messages: the same selector that counted them finds them.

use crate::{
    each::{Batch, keep},
    error::{LedgerError, ar, pq},
    file::Opened,
    judge::{Judge, TargetQuery},
    manifest::FileEntry,
    schema::{Col, NONE, Table},
    snapshot::{Days, Snapshot},
    visible::Aside,
};
use arrow_array::RecordBatch;
use northbound_types::{Day, Dim, Eui64, RequestState, Selector, Timeliness, Utc};
use parquet::arrow::{
    ProjectionMask,
    arrow_reader::{RowSelection, RowSelector},
};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

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
    /// The target rests on a rule nobody confirmed.
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
    /// The messages that any of the selectors takes, in the order received (then source, then place).
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
            let mut found = Found { keep: (skip + room) as usize, all: 0, first: Vec::new() };
            for (i, f) in files.iter().enumerate() {
                self.match_file(i, f, q, &aside, judge, &mut found)?;
            }
            let mut rows = found.finish();
            let skipped = skip.min(found.all);
            skip -= skipped;
            rows.drain(..(skipped as usize).min(rows.len()));
            let more = rows.len() as u64 == room;
            rows.truncate(room as usize - 1);
            self.fetch(&files, &rows, judge, &mut page)?;
            if more {
                page.next = Some(q.skip + page.messages.len() as u64);
                break;
            }
        }
        Ok(page)
    }

    fn match_file(
        &self,
        number: usize,
        f: &FileEntry,
        q: &Query<'_>,
        aside: &Aside,
        judge: &dyn Judge,
        found: &mut Found,
    ) -> Result<(), LedgerError> {
        let path = self.dir.join(&f.path);
        let opened = Opened::open(&path, Table::Exchanges, false)?;
        for group in 0..opened.row_groups() {
            self.matching_rows(&path, &opened, (number, group), f, q, aside, judge, found)?;
        }
        Ok(())
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one row group of one file, with everything that decides which rows match"
    )]
    fn matching_rows(
        &self,
        path: &Path,
        opened: &Opened,
        at: (usize, usize),
        f: &FileEntry,
        q: &Query<'_>,
        aside: &Aside,
        judge: &dyn Judge,
        found: &mut Found,
    ) -> Result<(), LedgerError> {
        let dims: BTreeSet<Dim> = q.selectors.iter().flat_map(Selector::dims).collect();
        let mut names: Vec<&str> = Vec::new();
        for d in &dims {
            match d {
                Dim::Day => {}
                Dim::User => names.push("originator"),
                Dim::Timeliness => names.extend([
                    "state",
                    "received",
                    "due",
                    "answer_sent",
                    "target_at",
                    "srv",
                    "generation",
                    "role",
                    "mode",
                    "test_kind",
                    "leg",
                ]),
                d => names.push(d.as_str()),
            }
        }
        // First the columns that decide; the others only for the rows that they take.
        if names.is_empty() {
            names.push("kind");
        }
        let mask = ProjectionMask::columns(
            opened.parquet().file_metadata().schema_descr(),
            names.iter().copied(),
        );
        let reader = pq(
            path,
            opened
                .reader(path)?
                .with_projection(mask)
                .with_row_groups(vec![at.1])
                .with_batch_size(64 * 1024)
                .build(),
        )?;
        let mut taken: Vec<usize> = Vec::new();
        let mut first = 0;
        for batch in reader {
            let batch = ar(path, batch)?;
            let matcher = Matcher::new(&Batch::over(&batch, &[]), f, &dims, q.selectors, judge);
            if !matcher.hopeless() {
                taken
                    .extend((0..batch.num_rows()).filter(|&i| matcher.takes(i)).map(|i| first + i));
            }
            first += batch.num_rows();
        }
        if taken.is_empty() {
            return Ok(());
        }
        let mask = ProjectionMask::columns(
            opened.parquet().file_metadata().schema_descr(),
            ["received", "known", "source", "place"],
        );
        let reader = pq(
            path,
            opened
                .reader(path)?
                .with_projection(mask)
                .with_row_groups(vec![at.1])
                .with_row_selection(only(&taken))
                .with_batch_size(64 * 1024)
                .build(),
        )?;
        let mut rows = taken.into_iter();
        for batch in reader {
            let batch = ar(path, batch)?;
            let view = Batch::over(&batch, &[]);
            let keep = keep(&view, Table::Exchanges, &self.visible, &Aside::default());
            let (received, source, place) =
                (view.ints("received"), view.ints("source"), view.ints("place"));
            for (i, row) in (0..batch.num_rows()).zip(rows.by_ref()) {
                let hidden = aside.hidden.get(&source[i]).is_some_and(|h| h.has(place[i]));
                if keep[i] && hidden == q.set_aside {
                    found.add(Place {
                        received: received[i],
                        source: source[i],
                        place: place[i],
                        file: at.0,
                        group: at.1,
                        row,
                    });
                }
            }
        }
        Ok(())
    }

    /// Reads the whole records of the places, in their order.
    fn fetch(
        &self,
        files: &[&FileEntry],
        places: &[Place],
        judge: &dyn Judge,
        page: &mut Page,
    ) -> Result<(), LedgerError> {
        let mut by_group: BTreeMap<(usize, usize), Vec<(usize, usize)>> = BTreeMap::new();
        for (order, p) in places.iter().enumerate() {
            by_group.entry((p.file, p.group)).or_default().push((p.row, order));
        }
        let mut found: Vec<Option<Message>> = vec![None; places.len()];
        for ((file, group), mut rows) in by_group {
            rows.sort_unstable();
            let path = self.dir.join(&files[file].path);
            let opened = Opened::open(&path, Table::Exchanges, true)?;
            let numbers: Vec<usize> = rows.iter().map(|r| r.0).collect();
            let reader = pq(
                &path,
                opened
                    .reader(&path)?
                    .with_row_groups(vec![group])
                    .with_row_selection(only(&numbers))
                    .with_batch_size(rows.len())
                    .build(),
            )?;
            let mut messages = Vec::new();
            for batch in reader {
                self.records(&ar(&path, batch)?, files[file], judge, &mut messages);
            }
            for (m, (_, order)) in messages.into_iter().zip(rows) {
                found[order] = Some(m);
            }
        }
        page.messages.extend(found.into_iter().flatten());
        Ok(())
    }

    fn records(
        &self,
        batch: &RecordBatch,
        f: &FileEntry,
        judge: &dyn Judge,
        out: &mut Vec<Message>,
    ) {
        let view = Batch::over(batch, &[]);
        let mut rows: Vec<BTreeMap<&'static str, String>> = vec![BTreeMap::new(); batch.num_rows()];
        let mut ints: BTreeMap<&'static str, Vec<i64>> = BTreeMap::new();
        for &(name, col) in Table::Exchanges.columns() {
            match col {
                Col::Word | Col::Text => {
                    let (k, w) = view.words(name);
                    for (i, r) in rows.iter_mut().enumerate() {
                        r.insert(name, w[k[i] as usize].clone());
                    }
                }
                Col::Time => {
                    let v = view.ints(name);
                    for (i, r) in rows.iter_mut().enumerate() {
                        if v[i] != NONE {
                            r.insert(name, Utc(v[i]).to_string());
                        }
                    }
                    ints.insert(name, v);
                }
                Col::Int => {
                    let v = view.ints(name);
                    for (i, r) in rows.iter_mut().enumerate() {
                        r.insert(
                            name,
                            match name {
                                "originator" | "target" => Eui64::from_i64(v[i]).to_string(),
                                "counter" => (v[i] as u64).to_string(),
                                _ => v[i].to_string(),
                            },
                        );
                    }
                    ints.insert(name, v);
                }
            }
        }
        let none = Vec::new();
        let get =
            |n: &str, i: usize| ints.get(n).unwrap_or(&none).get(i).copied().filter(|&v| v != NONE);
        for (i, record) in rows.into_iter().enumerate() {
            let received = get("received", i).unwrap_or(0);
            let text = |n: &str| record.get(n).map_or("", String::as_str);
            let rule = judge.target(&TargetQuery {
                srv: text("srv"),
                generation: text("generation"),
                role: text("role"),
                mode: text("mode"),
                test_kind: text("test_kind"),
                leg: text("leg"),
                day: f.day.unwrap_or(Utc(received).day()),
            });
            let start = get("due", i).map_or(received, |d| d.max(received));
            let target_at = get("target_at", i).or_else(|| rule.map(|t| start + t.micros));
            let state = text("state").parse().unwrap_or(RequestState::Refused);
            let source = get("source", i).unwrap_or(0);
            out.push(Message {
                timeliness: Timeliness::judge(state, start, get("answer_sent", i), target_at),
                latency_us: get("answer_sent", i).map(|a| a - start),
                target_us: target_at.map(|t| t - start),
                target_assumed: get("target_at", i).is_none() && rule.is_some_and(|t| t.assumed),
                source_file: self
                    .root
                    .manifest
                    .source(source)
                    .map_or_else(|| format!("source {source}"), |s| s.name.clone()),
                row: get("place", i).unwrap_or(0),
                record,
            });
        }
    }
}

/// Where a matching row lies, in the order in which messages are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    received: i64,
    source: i64,
    place: i64,
    file: usize,
    group: usize,
    row: usize,
}

/// The first rows of a day, without holding all that match.
struct Found {
    keep: usize,
    all: u64,
    first: Vec<Place>,
}

impl Found {
    fn add(&mut self, p: Place) {
        self.all += 1;
        self.first.push(p);
        if self.first.len() > 2 * self.keep + 1024 {
            self.first.select_nth_unstable(self.keep);
            self.first.truncate(self.keep);
        }
    }
    fn finish(&mut self) -> Vec<Place> {
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
fn only(rows: &[usize]) -> RowSelection {
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

/// Decides the rows of a batch: for each selector and dimension, which of the batch's words it takes.
struct Matcher {
    codes: Vec<Vec<i32>>,
    /// A selector is a list of (column, words taken); it takes a row where all of them do.
    selectors: Vec<Vec<(usize, Vec<bool>)>>,
}

impl Matcher {
    fn new(
        b: &Batch<'_>,
        f: &FileEntry,
        dims: &BTreeSet<Dim>,
        selectors: &[Selector],
        judge: &dyn Judge,
    ) -> Matcher {
        let day = f.day.map_or_else(String::new, |d| d.to_string());
        let mut codes = Vec::new();
        let mut columns: BTreeMap<Dim, (usize, Vec<String>)> = BTreeMap::new();
        for &d in dims.iter().filter(|d| **d != Dim::Day) {
            let (k, w) = match d {
                Dim::User => users(b),
                Dim::Timeliness => timeliness(b, f, judge),
                d => b.words(d.as_str()),
            };
            columns.insert(d, (codes.len(), w));
            codes.push(k);
        }
        let selectors = selectors
            .iter()
            .filter(|s| s.any_of.iter().all(|(d, v)| *d != Dim::Day || v.contains(&day)))
            .map(|s| {
                s.any_of
                    .iter()
                    .filter_map(|(d, v)| {
                        columns.get(d).map(|(i, w)| (*i, w.iter().map(|t| v.contains(t)).collect()))
                    })
                    .collect()
            })
            .collect();
        Matcher { codes, selectors }
    }

    /// No word of the batch is wanted: no row can be taken.
    fn hopeless(&self) -> bool {
        self.selectors.iter().all(|s| s.iter().any(|(_, taken)| !taken.contains(&true)))
    }

    fn takes(&self, row: usize) -> bool {
        self.selectors
            .iter()
            .any(|s| s.iter().all(|(i, taken)| taken[self.codes[*i][row] as usize]))
    }
}

fn users(b: &Batch<'_>) -> (Vec<i32>, Vec<String>) {
    let mut index: BTreeMap<i64, i32> = BTreeMap::new();
    let mut words = Vec::new();
    let codes = b
        .ints("originator")
        .into_iter()
        .map(|v| {
            *index.entry(v).or_insert_with(|| {
                words.push(Eui64::from_i64(v).to_string());
                words.len() as i32 - 1
            })
        })
        .collect();
    (codes, words)
}

fn timeliness(b: &Batch<'_>, f: &FileEntry, judge: &dyn Judge) -> (Vec<i32>, Vec<String>) {
    let words: Vec<String> = Timeliness::ALL.iter().map(|t| t.as_str().to_owned()).collect();
    let cols =
        ["srv", "generation", "role", "mode", "test_kind", "leg", "state"].map(|n| b.words(n));
    let states: Vec<RequestState> =
        cols[6].1.iter().map(|s| s.parse().unwrap_or(RequestState::Refused)).collect();
    let (mut received, due, answer, target) =
        (b.ints("received"), b.ints("due"), b.ints("answer_sent"), b.ints("target_at"));
    // NONE is the least number, so an unknown due time moves nothing.
    for (r, d) in received.iter_mut().zip(due) {
        *r = (*r).max(d);
    }
    let mut cache: BTreeMap<[i32; 6], Option<i64>> = BTreeMap::new();
    let codes = (0..b.rows())
        .map(|i| {
            let key = [0, 1, 2, 3, 4, 5].map(|c: usize| cols[c].0[i]);
            let text = |c: usize| cols[c].1[key[c] as usize].as_str();
            let rule = *cache.entry(key).or_insert_with(|| {
                judge
                    .target(&TargetQuery {
                        srv: text(0),
                        generation: text(1),
                        role: text(2),
                        mode: text(3),
                        test_kind: text(4),
                        leg: text(5),
                        day: f.day.unwrap_or_else(|| Utc(received[i]).day()),
                    })
                    .map(|t| t.micros)
            });
            let target_at =
                if target[i] == NONE { rule.map(|m| received[i] + m) } else { Some(target[i]) };
            Timeliness::judge(
                states[cols[6].0[i] as usize],
                received[i],
                (answer[i] != NONE).then_some(answer[i]),
                target_at,
            ) as i32
        })
        .collect();
    (codes, words)
}
