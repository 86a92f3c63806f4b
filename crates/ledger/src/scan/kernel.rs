//! The fused scan: one pass over exchanges gives counts by any dimensions and latency histograms.
//!
//! A row group is the unit of work. Its words are small dictionaries, so a row's group is a mixed
//! radix number of dictionary codes, computed column by column; where the product of the
//! dictionaries' sizes is small the counts are a plain array, else a hash table. Each row group's
//! counts are then added to the thread's totals under their texts.

use crate::{
    error::{LedgerError, mem},
    manifest::FileEntry,
    memory::Memory,
    read::visible::{Aside, Visible},
    scan::judge::{Judge, Target, TargetQuery},
};
use hashbrown::HashMap;
use northbound_types::{
    Day, Dim,
    cells::{BUCKET_CLOCK_ERROR, BUCKET_UNANSWERED},
};
use std::{
    ops::AddAssign,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

mod axes;
mod columns;
mod dictionaries;
mod group;
mod histograms;
mod interner;
mod judging;
mod marks;
mod tally;
mod worker;

pub(crate) use interner::Interner;

/// What to compute in one pass.
#[derive(Debug, Clone)]
pub struct Spec {
    /// Dimensions of the counts; empty for a single total.
    pub dims: Vec<Dim>,
    /// Dimensions of the latency histograms (of day, region, srv, mode, test kind …); `None` where
    /// no histogram is wanted.
    pub latency: Option<Vec<Dim>>,
    /// For exact percentiles: the buckets in which a wanted rank falls, by latency keys. The exact
    /// values in these buckets are collected (a second pass).
    pub collect: Option<Arc<HashMap<Vec<Arc<str>>, Vec<i32>>>>,
    /// How much memory the pass may use: the counts have no bound of their own.
    pub memory: Memory,
}

/// What is being done where counts do not fit into memory.
pub(crate) const ADDING_UP: &str = "adding up a day (its rows have too many different values)";

/// Keys of a group.
pub(crate) type Keys = Vec<Arc<str>>;

/// Counts of one group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) count: u64,
    pub(crate) disputed: u64,
    pub(crate) assumed: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, more: Tally) {
        self.count += more.count;
        self.disputed += more.disputed;
        self.assumed += more.assumed;
    }
}

/// A latency histogram.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Histogram {
    pub(crate) buckets: Vec<u32>,
    pub(crate) unanswered: u64,
    pub(crate) clock_error: u64,
}

/// What one pass found.
#[derive(Debug, Default)]
pub(crate) struct ScanResult {
    pub(crate) counts: HashMap<Keys, Tally>,
    pub(crate) latency: HashMap<Keys, Histogram>,
    pub(crate) exact: HashMap<(Keys, i32), Vec<i64>>,
}

impl ScanResult {
    pub(crate) fn merge(&mut self, other: ScanResult) {
        for (k, t) in other.counts {
            *self.counts.entry(k).or_default() += t;
        }
        for (k, h) in other.latency {
            let e = self.latency.entry(k).or_default();
            if e.buckets.len() < h.buckets.len() {
                e.buckets.resize(h.buckets.len(), 0);
            }
            for (a, b) in e.buckets.iter_mut().zip(&h.buckets) {
                *a += b;
            }
            e.unanswered += h.unanswered;
            e.clock_error += h.clock_error;
        }
        for (k, mut v) in other.exact {
            self.exact.entry(k).or_default().append(&mut v);
        }
    }
}

impl Histogram {
    /// Adds to a bucket, by its number as [`Histogram::rows`] gives it.
    pub(crate) fn add(&mut self, bucket: i64, n: u64) {
        if bucket == i64::from(BUCKET_UNANSWERED) {
            self.unanswered += n;
        } else if bucket < 0 {
            self.clock_error += n;
        } else if let Some(count) = self.buckets.get_mut(bucket as usize) {
            *count += n as u32;
        }
    }

    /// The buckets that are not empty, with [`BUCKET_CLOCK_ERROR`] for clock errors and
    /// [`BUCKET_UNANSWERED`] for attempts without an answer.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (i32, u64)> + '_ {
        let extra = [(BUCKET_UNANSWERED, self.unanswered), (BUCKET_CLOCK_ERROR, self.clock_error)];
        extra
            .into_iter()
            .chain(self.buckets.iter().enumerate().map(|(i, &n)| (i as i32, u64::from(n))))
            .filter(|(_, n)| *n > 0)
    }
}

/// One pass over the files with as many threads as the machine has cores.
pub(crate) fn scan(
    dir: &Path,
    files: &[&FileEntry],
    visible: &Visible,
    aside: &Aside,
    judge: &dyn Judge,
    spec: &Spec,
) -> Result<ScanResult, LedgerError> {
    let opened: Vec<worker::Input<'_>> = files
        .iter()
        .filter(|f| visible.may_see(f))
        .map(|f| worker::Input::open(dir, f))
        .collect::<Result<_, _>>()?;
    let work: Vec<(usize, usize)> = opened
        .iter()
        .enumerate()
        .flat_map(|(i, o)| (0..o.row_groups()).map(move |g| (i, g)))
        .collect();
    let next = AtomicUsize::new(0);
    let total = Mutex::new(Ok(ScanResult::default()));
    let threads =
        std::thread::available_parallelism().map_or(1, |n| n.get()).min(work.len().max(1));
    let run = || {
        let mut worker = worker::Worker::new(judge, spec, visible, aside);
        let done = loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            let Some(&(f, g)) = work.get(i) else { break Ok(()) };
            let counted = mem(ADDING_UP, spec.memory.check());
            if let Err(e) = counted.and_then(|()| worker.row_group(&opened[f], g)) {
                break Err(e);
            }
        };
        let done =
            done.and_then(|()| mem(ADDING_UP, spec.memory.check_for(worker.finished_bytes())));
        let Ok(mut total) = total.lock() else { return };
        match (done, total.as_mut()) {
            (Err(e), Ok(_)) => *total = Err(e),
            (Ok(()), Ok(t)) => t.merge(worker.finish()),
            (_, Err(_)) => {}
        }
    };
    if threads <= 1 {
        run()
    } else {
        std::thread::scope(|s| {
            for _ in 0..threads {
                s.spawn(run);
            }
        });
    }
    total.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Targets by the texts that decide them, asked once each.
pub(crate) struct TargetCache<'j> {
    judge: &'j dyn Judge,
    known: HashMap<(Day, [Arc<str>; 6]), Option<Target>>,
}

impl<'j> TargetCache<'j> {
    pub(crate) fn new(judge: &'j dyn Judge) -> Self {
        Self { judge, known: HashMap::new() }
    }
    pub(crate) fn get(&mut self, day: Day, key: [Arc<str>; 6]) -> Option<Target> {
        let judge = self.judge;
        *self.known.entry((day, key)).or_insert_with_key(|(day, k)| {
            judge.target(&TargetQuery {
                srv: &k[0],
                generation: &k[1],
                role: &k[2],
                mode: &k[3],
                test_kind: &k[4],
                leg: &k[5],
                day: *day,
            })
        })
    }
}
