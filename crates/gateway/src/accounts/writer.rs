//! The thread that commits.

use super::Rows;
use crate::metrics::Metrics;
use northbound_flow::{Record, effect::AlertRecord};
use northbound_types::Utc;
use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        mpsc::{SyncSender, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};

/// Between attempts while somebody else writes to the ledger, or the disk refuses.
const AGAIN: Duration = Duration::from_millis(500);
/// Attempts of the last commit of all; what it misses is made again by replay.
const LAST_ATTEMPTS: u32 = 20;

/// Everything of one commit.
#[derive(Debug)]
pub struct Commit {
    /// Every row up to this position of the journal is in the ledger once this is.
    pub position: u64,
    /// When it was handed over.
    pub now: Utc,
    /// Rows that stay.
    pub rows: Rows,
    /// Exchanges that can still change, as of the position.
    pub open: Vec<Record>,
    /// Alerts that can still change, as of the position.
    pub open_alerts: Vec<AlertRecord>,
}

/// Where rows go.
pub trait Sink: Send {
    /// The position that is in the ledger already.
    fn position(&self) -> u64;
    /// Commits. Nothing of it counts where it fails, and it may be tried again.
    ///
    /// # Errors
    /// Why not, in words.
    fn commit(&mut self, commit: &Commit) -> Result<(), String>;
}

#[derive(Debug, Default)]
struct State {
    committed: u64,
    waiting: usize,
    busy: bool,
    stopping: bool,
    /// Why the last attempt failed.
    failed: Option<String>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) struct Writer {
    shared: Arc<Shared>,
    commits: Option<SyncSender<Commit>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(mut sink: Box<dyn Sink>, metrics: Arc<Metrics>) -> Writer {
        let shared = Arc::new(Shared::default());
        shared.lock().committed = sink.position();
        metrics.ledger_position.set(sink.position());
        let (commits, waiting) = sync_channel::<Commit>(1);
        let state = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            give_way();
            for commit in waiting {
                run(&commit, sink.as_mut(), &state, &metrics);
            }
        });
        Writer { shared, commits: Some(commits), thread: Some(thread) }
    }

    pub(super) fn committed(&self) -> u64 {
        self.shared.lock().committed
    }
    pub(super) fn waiting(&self) -> usize {
        self.shared.lock().waiting
    }
    pub(super) fn is_busy(&self) -> bool {
        self.shared.lock().busy
    }

    pub(super) fn hand(&mut self, commit: Commit) {
        {
            let mut s = self.shared.lock();
            s.busy = true;
            s.waiting = commit.rows.len();
        }
        if let Some(c) = &self.commits {
            let _ = c.send(commit);
        }
    }

    /// Waits until nothing is under way.
    pub(super) fn wait(&self) {
        let mut s = self.shared.lock();
        s.stopping = true;
        while s.busy {
            s = self.shared.changed.wait(s).unwrap_or_else(PoisonError::into_inner);
        }
        s.stopping = false;
    }
}

/// How much this thread gives way to others of the process: where one core does everything, nobody waits
/// for an answer while rows are encoded. It still gets about a tenth of a core that is full.
#[cfg(target_os = "linux")]
const GIVES_WAY: i32 = 5;

/// Lowers the priority of this thread alone, which Linux permits to anybody.
#[cfg(target_os = "linux")]
fn give_way() {
    let _ = rustix::process::nice(GIVES_WAY);
}
#[cfg(not(target_os = "linux"))]
fn give_way() {}

/// Tries until it is done; at the very end only so many times.
fn run(commit: &Commit, sink: &mut dyn Sink, state: &Shared, metrics: &Metrics) {
    let mut last = 0;
    let done = loop {
        let result = sink.commit(commit);
        let mut s = state.lock();
        s.failed = result.as_ref().err().cloned();
        if result.is_ok() {
            s.committed = commit.position;
            break true;
        }
        if s.stopping {
            last += 1;
        }
        if last > LAST_ATTEMPTS {
            break false;
        }
        drop(s);
        std::thread::sleep(AGAIN);
    };
    if done {
        metrics.ledger_position.set(commit.position);
    }
    let mut s = state.lock();
    (s.busy, s.waiting) = (false, 0);
    drop(s);
    state.changed.notify_all();
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.commits = None;
        if let Some(t) = self.thread.take() {
            let _ = t.join();
        }
    }
}
