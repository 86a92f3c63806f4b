//! Counts and latency histograms of exchanges. They come from closed-day rollups where these are
//! fresh, else from the rows; the answer is the same.

use super::snapshot::{Days, Snapshot};
use crate::{
    error::LedgerError,
    manifest::FileEntry,
    memory::Memory,
    scan::{
        judge::Judge,
        kernel::{self, ScanResult, Spec},
        rollup::{self, LATENCY_DIMS},
    },
    tables::schema::Table,
};
use northbound_types::{CellRow, Cells, Day, Dim, LatencyRow};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// How a count was made. It explains the speed, and is never part of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From rollups alone.
    Rollups,
    /// From rows, at least in part.
    Rows,
}

impl Snapshot {
    /// Counts by the given dimensions over days. Sorted by key.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn cells(&self, days: Days, dims: &[Dim], judge: &dyn Judge) -> Result<Cells, LedgerError> {
        self.cells_by(days, dims, judge, true).map(|(c, _)| c)
    }

    /// The counts as [`Snapshot::cells`] gives them, with or without rollups, and how they were made.
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
        let (fresh, stale) =
            if rollups { self.fresh(days, judge) } else { (Vec::new(), self.days_with_rows(days)) };
        let mut found = ScanResult::default();
        let files: Vec<&FileEntry> = self
            .files(Table::Daily, days)
            .into_iter()
            .filter(|f| f.day.is_some_and(|d| fresh.binary_search(&d).is_ok()))
            .collect();
        rollup::read_counts(&self.dir, &files, dims, &mut found)?;
        if !stale.is_empty() {
            let spec = Spec {
                dims: dims.to_vec(),
                latency: None,
                collect: None,
                memory: Memory::UNLIMITED,
            };
            let more = self.scan(&stale, days, judge, &spec)?;
            for (k, t) in more.counts {
                *found.counts.entry(k).or_default() += t;
            }
        }
        // Without timeliness nothing is judged, so no count depends on an assumed target.
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

    /// Days with files of exchanges, ascending.
    fn days_with_rows(&self, days: Days) -> Vec<Day> {
        let found: BTreeSet<Day> =
            self.files(Table::Exchanges, days).iter().filter_map(|f| f.day).collect();
        found.into_iter().collect()
    }

    fn scan(
        &self,
        which: &[Day],
        days: Days,
        judge: &dyn Judge,
        spec: &Spec,
    ) -> Result<ScanResult, LedgerError> {
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
        let mut found = ScanResult::default();
        let files: Vec<&FileEntry> = self
            .files(Table::DailyLatency, days)
            .into_iter()
            .filter(|f| f.day.is_some_and(|d| fresh.binary_search(&d).is_ok()))
            .collect();
        rollup::read_latency(&self.dir, &files, dims, judge.buckets(), &mut found)?;
        if !stale.is_empty() {
            let spec = Spec {
                dims: Vec::new(),
                latency: Some(dims.to_vec()),
                collect: None,
                memory: Memory::UNLIMITED,
            };
            found.merge(self.scan(&stale, days, judge, &spec)?);
        }
        Ok(latency_rows(found))
    }

    /// Counts and histograms from one pass over the rows, without rollups. Used by the benchmarks.
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
        let which: Vec<Day> = self.days_with_rows(days);
        let spec = Spec {
            dims: dims.to_vec(),
            latency: Some(latency.to_vec()),
            collect: None,
            memory: Memory::UNLIMITED,
        };
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
        wanted: BTreeMap<Vec<Arc<str>>, Vec<i32>>,
        judge: &dyn Judge,
    ) -> Result<BTreeMap<(Vec<Arc<str>>, i32), Vec<i64>>, LedgerError> {
        let which: Vec<Day> = self.days_with_rows(days);
        let spec = Spec {
            dims: Vec::new(),
            latency: Some(dims.to_vec()),
            collect: Some(Arc::new(wanted.into_iter().collect())),
            memory: Memory::UNLIMITED,
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
}

/// The histograms as rows, sorted by key and bucket.
fn latency_rows(found: ScanResult) -> Vec<LatencyRow> {
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
