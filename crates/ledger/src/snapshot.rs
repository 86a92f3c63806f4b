//! What the ledger says as at a time: counts, histograms, messages, windows, stated figures. Counts
//! come from closed-day rollups where these are fresh, else from the rows; the answer is the same.

use crate::{
    each::{Batch, each},
    error::LedgerError,
    judge::Judge,
    kernel::{self, Found, Spec},
    manifest::{FileEntry, Root},
    rollup::{self, LATENCY_DIMS},
    rows::StatedRow,
    schema::{NONE, Table},
    visible::{Aside, Visible},
};
use northbound_types::{CellRow, Cells, Day, Dim, LatencyRow, Period, Region, Utc};
use std::{
    collections::{BTreeMap, BTreeSet},
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

/// Days, first and first after.
pub type Days = (Day, Day);

/// How a count was made: for the reader who asks how fast, never part of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From rollups alone.
    Rollups,
    /// From rows, at least in part.
    Rows,
}

/// Alerts of one code in one fixed window.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct AlertWindow {
    /// Day.
    pub day: Day,
    /// Number of the window in its day, from 0.
    pub window: i64,
    /// Region.
    pub region: Region,
    /// Provider.
    pub provider: String,
    /// Distinct devices.
    pub devices: u64,
    /// Alerts received in it, exact repeats left out.
    pub received: u64,
    /// Of these, passed on.
    pub passed: u64,
}

/// Firmware payloads by outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct PayloadCount {
    /// Completed, not above the target.
    pub in_time: u64,
    /// Completed above the target.
    pub late: u64,
    /// Completed, no target known.
    pub no_target: u64,
    /// Failed.
    pub failed: u64,
    /// Open at the cut-off.
    pub pending: u64,
}

/// A stated figure and the source file that brought it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedEntry {
    /// The row.
    pub row: StatedRow,
    /// Source file number.
    pub source: i64,
    /// Another source states something else under the same document and version.
    pub disputed: bool,
}

impl Snapshot {
    pub(crate) fn new(dir: &Path, root: Root, as_at: Option<Utc>) -> Snapshot {
        let visible = Visible::new(&root.manifest, as_at.map(|t| t.0));
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

    /// Days whose rollups are fresh, and those that must be scanned.
    fn fresh(&self, days: Days, judge: &dyn Judge) -> (Vec<Day>, Vec<Day>) {
        let with_rows: BTreeSet<Day> = self
            .files(Table::Exchanges, days)
            .iter()
            .filter(|f| self.visible.may_see(f))
            .filter_map(|f| f.day)
            .collect();
        with_rows.into_iter().partition(|&d| {
            let mark = rollup::made_of(&self.visible, &self.root.manifest, d, judge);
            let of = |t: Table| {
                self.root
                    .manifest
                    .files(t)
                    .iter()
                    .any(|f| f.day == Some(d) && f.made_of.as_deref() == Some(&mark))
            };
            of(Table::Daily)
                && (of(Table::DailyLatency)
                    || !self
                        .root
                        .manifest
                        .files(Table::DailyLatency)
                        .iter()
                        .any(|f| f.day == Some(d)))
        })
    }

    /// Days whose rollups do not fit what they should be made of: other rules, or another as-at time.
    #[must_use]
    pub fn stale_days(&self, judge: &dyn Judge) -> Vec<Day> {
        self.fresh((Day(i32::MIN), Day(i32::MAX)), judge).1
    }

    /// Counts by the given dimensions over days. Sorted by key.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn cells(&self, days: Days, dims: &[Dim], judge: &dyn Judge) -> Result<Cells, LedgerError> {
        self.cells_by(days, dims, judge, true).map(|(c, _)| c)
    }

    /// The same, with or without rollups, and which way was taken.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn cells_by(
        &self,
        days: Days,
        dims: &[Dim],
        judge: &dyn Judge,
        rollups: bool,
    ) -> Result<(Cells, Way), LedgerError> {
        let (fresh, stale) = if rollups {
            self.fresh(days, judge)
        } else {
            (
                Vec::new(),
                self.files(Table::Exchanges, days)
                    .iter()
                    .filter_map(|f| f.day)
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .collect(),
            )
        };
        let mut found = Found::default();
        let files: Vec<&FileEntry> = self
            .files(Table::Daily, days)
            .into_iter()
            .filter(|f| f.day.is_some_and(|d| fresh.binary_search(&d).is_ok()))
            .collect();
        rollup::read_counts(&self.dir, &files, dims, &mut found)?;
        if !stale.is_empty() {
            let spec = Spec { dims: dims.to_vec(), latency: None, collect: None };
            let more = self.scan(&stale, days, judge, &spec)?;
            for (k, t) in more.counts {
                let e = found.counts.entry(k).or_default();
                e.count += t.count;
                e.disputed += t.disputed;
                e.assumed += t.assumed;
            }
        }
        // Without timeliness nothing is judged, so nothing rests on an assumed target.
        let judged = dims.contains(&Dim::Timeliness);
        let mut rows: Vec<CellRow> = found
            .counts
            .into_iter()
            .map(|(keys, t)| CellRow {
                keys,
                count: t.count,
                disputed: t.disputed,
                assumed: if judged { t.assumed } else { 0 },
            })
            .collect();
        rows.sort_unstable_by(|a, b| a.keys.cmp(&b.keys));
        Ok((
            Cells { dims: dims.to_vec(), rows },
            if stale.is_empty() { Way::Rollups } else { Way::Rows },
        ))
    }

    fn scan(
        &self,
        which: &[Day],
        days: Days,
        judge: &dyn Judge,
        spec: &Spec,
    ) -> Result<Found, LedgerError> {
        let files: Vec<&FileEntry> = self
            .files(Table::Exchanges, days)
            .into_iter()
            .filter(|f| f.day.is_some_and(|d| which.binary_search(&d).is_ok()))
            .collect();
        kernel::scan(&self.dir, &files, &self.visible, &self.aside(days)?, judge, spec)
    }

    /// Latency histograms by some of day, region, srv, mode, test kind.
    ///
    /// # Errors
    /// When a file cannot be read, or a dimension has no histogram.
    pub fn latency(
        &self,
        days: Days,
        dims: &[Dim],
        judge: &dyn Judge,
    ) -> Result<Vec<LatencyRow>, LedgerError> {
        if let Some(d) = dims.iter().find(|d| !LATENCY_DIMS.contains(d)) {
            return Err(LedgerError::Refused(format!(
                "there are no latency histograms by {d}; use day, region, srv, mode or test_kind"
            )));
        }
        let (fresh, stale) = self.fresh(days, judge);
        let mut found = Found::default();
        let files: Vec<&FileEntry> = self
            .files(Table::DailyLatency, days)
            .into_iter()
            .filter(|f| f.day.is_some_and(|d| fresh.binary_search(&d).is_ok()))
            .collect();
        rollup::read_latency(&self.dir, &files, dims, judge.buckets(), &mut found)?;
        if !stale.is_empty() {
            let spec = Spec { dims: Vec::new(), latency: Some(dims.to_vec()), collect: None };
            found.merge(self.scan(&stale, days, judge, &spec)?);
        }
        Ok(latency_rows(found))
    }

    /// One pass from rows that gives counts and histograms together: the bench measures it.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn scan_rows(
        &self,
        days: Days,
        dims: &[Dim],
        latency: &[Dim],
        judge: &dyn Judge,
    ) -> Result<(Cells, Vec<LatencyRow>), LedgerError> {
        let which: Vec<Day> = self
            .files(Table::Exchanges, days)
            .iter()
            .filter_map(|f| f.day)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let spec = Spec { dims: dims.to_vec(), latency: Some(latency.to_vec()), collect: None };
        let mut found = self.scan(&which, days, judge, &spec)?;
        let mut rows: Vec<CellRow> = std::mem::take(&mut found.counts)
            .into_iter()
            .map(|(keys, t)| CellRow {
                keys,
                count: t.count,
                disputed: t.disputed,
                assumed: t.assumed,
            })
            .collect();
        rows.sort_unstable_by(|a, b| a.keys.cmp(&b.keys));
        Ok((Cells { dims: dims.to_vec(), rows }, latency_rows(found)))
    }

    /// The exact latencies in certain buckets, sorted: a second pass that makes percentiles exact.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn exact_in_buckets(
        &self,
        days: Days,
        dims: &[Dim],
        wanted: BTreeMap<Vec<std::sync::Arc<str>>, Vec<i32>>,
        judge: &dyn Judge,
    ) -> Result<BTreeMap<(Vec<std::sync::Arc<str>>, i32), Vec<i64>>, LedgerError> {
        let which: Vec<Day> = self
            .files(Table::Exchanges, days)
            .iter()
            .filter_map(|f| f.day)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let spec = Spec {
            dims: Vec::new(),
            latency: Some(dims.to_vec()),
            collect: Some(std::sync::Arc::new(wanted.into_iter().collect())),
        };
        let found = self.scan(&which, days, judge, &spec)?;
        Ok(found
            .exact
            .into_iter()
            .map(|(k, mut v)| {
                v.sort_unstable();
                (k, v)
            })
            .collect())
    }

    /// Test commands and own requests by hour of day: `(region, test kind, hour) → count`.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn by_hour(&self, days: Days) -> Result<BTreeMap<(String, String, u8), u64>, LedgerError> {
        let mut out = BTreeMap::new();
        let aside = self.aside(days)?;
        each(
            &self.dir,
            Table::Exchanges,
            &self.files(Table::Exchanges, days),
            &["region", "test_kind", "received"],
            &self.visible,
            &aside,
            &mut |_, b| {
                let (rk, rw) = b.words("region");
                let (tk, tw) = b.words("test_kind");
                let mut n = vec![0u64; rw.len() * tw.len() * 24];
                for (i, t) in b.ints("received").into_iter().enumerate().filter(|(i, _)| b.keep[*i])
                {
                    let hour = t.rem_euclid(northbound_types::time::DAY_US) / 3_600_000_000;
                    n[(rk[i] as usize * tw.len() + tk[i] as usize) * 24 + hour as usize] += 1;
                }
                for (i, &c) in n.iter().enumerate().filter(|(_, c)| **c > 0) {
                    *out.entry((
                        rw[i / 24 / tw.len()].clone(),
                        tw[i / 24 % tw.len()].clone(),
                        (i % 24) as u8,
                    ))
                    .or_default() += c;
                }
                Ok(())
            },
        )?;
        Ok(out)
    }

    /// Alerts of a code in fixed windows of the UTC clock.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn alert_windows(
        &self,
        days: Days,
        code: &str,
        window_minutes: i64,
    ) -> Result<Vec<AlertWindow>, LedgerError> {
        let mut windows: BTreeMap<(Day, i64, String, String), (BTreeSet<i64>, u64, u64)> =
            BTreeMap::new();
        let aside = self.aside(days)?;
        let cols = ["device", "code", "state", "received", "region", "provider"];
        each(
            &self.dir,
            Table::Alerts,
            &self.files(Table::Alerts, days),
            &cols,
            &self.visible,
            &aside,
            &mut |_, b| {
                let (ck, cw) = b.words("code");
                let Some(wanted) = cw.iter().position(|c| c == code) else { return Ok(()) };
                let ((sk, sw), (rk, rw), (pk, pw)) =
                    (b.words("state"), b.words("region"), b.words("provider"));
                let (device, received) = (b.ints("device"), b.ints("received"));
                for i in (0..b.rows()).filter(|&i| b.keep[i] && ck[i] as usize == wanted) {
                    let state = sw[sk[i] as usize].parse::<northbound_types::AlertState>().ok();
                    if state == Some(northbound_types::AlertState::Duplicate) {
                        continue;
                    }
                    let day = Utc(received[i]).day();
                    let window =
                        (received[i] - day.start().0) / (window_minutes.max(1) * 60_000_000);
                    let e = windows
                        .entry((
                            day,
                            window,
                            rw[rk[i] as usize].clone(),
                            pw[pk[i] as usize].clone(),
                        ))
                        .or_default();
                    e.0.insert(device[i]);
                    e.1 += 1;
                    e.2 += u64::from(state.is_some_and(northbound_types::AlertState::is_forwarded));
                }
                Ok(())
            },
        )?;
        Ok(windows
            .into_iter()
            .map(|((day, window, region, provider), (devices, received, passed))| AlertWindow {
                day,
                window,
                region: region.parse().unwrap_or(Region::Unknown),
                provider,
                devices: devices.len() as u64,
                received,
                passed,
            })
            .collect())
    }

    /// Payloads by region and provider.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn payloads(
        &self,
        days: Days,
    ) -> Result<BTreeMap<(String, String), PayloadCount>, LedgerError> {
        let mut out: BTreeMap<(String, String), PayloadCount> = BTreeMap::new();
        let aside = self.aside(days)?;
        each(
            &self.dir,
            Table::Payloads,
            &self.files(Table::Payloads, days),
            &["region", "provider", "state", "completed", "target_at"],
            &self.visible,
            &aside,
            &mut |_, b| {
                let ((rk, rw), (pk, pw), (sk, sw)) =
                    (b.words("region"), b.words("provider"), b.words("state"));
                let (done, target) = (b.ints("completed"), b.ints("target_at"));
                for i in (0..b.rows()).filter(|&i| b.keep[i]) {
                    let c = out
                        .entry((rw[rk[i] as usize].clone(), pw[pk[i] as usize].clone()))
                        .or_default();
                    match (sw[sk[i] as usize].as_str(), done[i], target[i]) {
                        ("failed", ..) => c.failed += 1,
                        (_, NONE, _) => c.pending += 1,
                        (_, _, NONE) => c.no_target += 1,
                        (_, d, t) if d <= t => c.in_time += 1,
                        _ => c.late += 1,
                    }
                }
                Ok(())
            },
        )?;
        Ok(out)
    }

    /// Alerts by day, region, code, state, for the books and the pack.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn alerts(
        &self,
        days: Days,
    ) -> Result<BTreeMap<(Day, String, String, String), (u64, i64)>, LedgerError> {
        let mut out = BTreeMap::new();
        let aside = self.aside(days)?;
        each(
            &self.dir,
            Table::Alerts,
            &self.files(Table::Alerts, days),
            &["region", "code", "state", "carried", "received"],
            &self.visible,
            &aside,
            &mut |_, b| {
                let ((rk, rw), (ck, cw), (sk, sw)) =
                    (b.words("region"), b.words("code"), b.words("state"));
                let (carried, received) = (b.ints("carried"), b.ints("received"));
                for i in (0..b.rows()).filter(|&i| b.keep[i]) {
                    let e: &mut (u64, i64) = out
                        .entry((
                            Utc(received[i]).day(),
                            rw[rk[i] as usize].clone(),
                            cw[ck[i] as usize].clone(),
                            sw[sk[i] as usize].clone(),
                        ))
                        .or_default();
                    e.0 += 1;
                    e.1 += carried[i];
                }
                Ok(())
            },
        )?;
        Ok(out)
    }

    /// Figures as stated, that count, of some periods (all where `periods` is empty).
    ///
    /// # Errors
    /// When a file cannot be read or a row's keys are no JSON.
    pub fn stated(&self, periods: &[Period]) -> Result<Vec<StatedEntry>, LedgerError> {
        let mut out = Vec::new();
        let wanted: BTreeSet<String> = periods.iter().map(ToString::to_string).collect();
        let all = (Day(i32::MIN), Day(i32::MAX));
        let aside = self.visible.aside(&self.dir, &self.root.manifest, &|_| false)?;
        let cols: Vec<&str> = Table::Stated.columns().iter().map(|(n, _)| *n).collect();
        each(
            &self.dir,
            Table::Stated,
            &self.files(Table::Stated, all),
            &cols,
            &self.visible,
            &aside,
            &mut |f, b| {
                let words: BTreeMap<&str, (Vec<i32>, Vec<String>)> = [
                    "measure",
                    "period",
                    "keys",
                    "text",
                    "readings",
                    "null_reason",
                    "target",
                    "minimum",
                    "stated_by",
                    "document",
                    "version",
                    "on_page",
                ]
                .iter()
                .map(|n| (*n, b.words(n)))
                .collect();
                let word =
                    |n: &str, i: usize| words.get(n).map_or("", |(k, w)| w[k[i] as usize].as_str());
                let some = |t: &str| (!t.is_empty()).then(|| t.to_owned());
                let (num, den, count, known, source, place) = (
                    b.ints("numerator"),
                    b.ints("denominator"),
                    b.ints("count"),
                    b.ints("known"),
                    b.ints("source"),
                    b.ints("place"),
                );
                for i in (0..b.rows()).filter(|&i| b.keep[i]) {
                    if !wanted.is_empty() && !wanted.contains(word("period", i)) {
                        continue;
                    }
                    let json = |e: serde_json::Error| LedgerError::Manifest {
                        path: self.dir.join(&f.path),
                        why: format!("keys or readings of row {i} are no JSON: {e}"),
                    };
                    out.push(StatedEntry {
                        row: StatedRow {
                            measure: word("measure", i).to_owned(),
                            period: word("period", i).to_owned(),
                            keys: serde_json::from_str(word("keys", i)).map_err(json)?,
                            numerator: (num[i] != NONE).then_some(num[i]),
                            denominator: (den[i] != NONE).then_some(den[i]),
                            count: (count[i] != NONE).then_some(count[i]),
                            text: some(word("text", i)),
                            readings: serde_json::from_str(word("readings", i)).map_err(json)?,
                            null: some(word("null_reason", i)),
                            target: some(word("target", i)),
                            minimum: some(word("minimum", i)),
                            source: word("stated_by", i).to_owned(),
                            document: word("document", i).to_owned(),
                            version: word("version", i).to_owned(),
                            place: word("on_page", i).to_owned(),
                            known: known[i],
                            row: place[i],
                        },
                        source: source[i],
                        disputed: aside.disputed.get(&source[i]).is_some_and(|d| d.has(place[i])),
                    });
                }
                Ok(())
            },
        )?;
        out.sort_by(|a, b| {
            (
                &a.row.measure,
                &a.row.period,
                &a.row.keys,
                &a.row.source,
                &a.row.document,
                &a.row.version,
            )
                .cmp(&(
                    &b.row.measure,
                    &b.row.period,
                    &b.row.keys,
                    &b.row.source,
                    &b.row.document,
                    &b.row.version,
                ))
        });
        Ok(out)
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

/// The histograms as rows, sorted by key and bucket.
fn latency_rows(found: Found) -> Vec<LatencyRow> {
    let mut groups: Vec<_> = found.latency.into_iter().collect();
    groups.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let mut out = Vec::new();
    for (keys, h) in groups {
        let first = out.len();
        out.extend(h.rows().map(|(bucket, count)| LatencyRow {
            keys: keys.clone(),
            bucket,
            count,
        }));
        out[first..].sort_unstable_by_key(|r| r.bucket);
    }
    out
}

/// Rows of a batch that count.
pub(crate) fn kept(b: &Batch<'_>) -> u64 {
    b.keep.iter().filter(|k| **k).count() as u64
}
