//! The thread that commits.

use super::{LedgerHealth, Rows};
use crate::{error::Result, service::spawn};
use northbound_flow::{Record, effect::AlertRecord};
use northbound_ledger::LedgerError;
use northbound_types::Utc;
use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        mpsc::{SyncSender, sync_channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tracing::{debug, debug_span};

/// Pause after the first failed attempt; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// Longest pause between attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Attempts of the last commit before the service ends; replay makes the rows again that it misses.
const LAST_ATTEMPTS: u32 = 20;

/// Everything of one commit.
#[derive(Debug)]
pub struct Commit {
    /// Every row up to this position of the journal is in the ledger once this is.
    pub position: u64,
    /// When it was handed over.
    pub now: Utc,
    /// Rows that stay.
    pub rows: Arc<Rows>,
    /// Exchanges that can still change, as of the position.
    pub open: Vec<Record>,
    /// Alerts that can still change, as of the position.
    pub open_alerts: Vec<AlertRecord>,
}

/// Where rows go.
pub trait Sink: Send {
    /// The position that is in the ledger already.
    fn position(&self) -> u64;
    /// Commits. A commit that fails has no effect and may be attempted again.
    ///
    /// # Errors
    /// The ledger cannot be written, or another process holds its lock.
    fn commit(&mut self, commit: &Commit) -> std::result::Result<(), LedgerError>;
    /// Work that is due beside commits, such as compaction. `true` where a compaction succeeded.
    ///
    /// # Errors
    /// The compaction failed; the sink attempts it again at a later call.
    fn maintain(&mut self, now: Utc) -> std::result::Result<bool, LedgerError> {
        let _ = now;
        Ok(false)
    }
}

#[derive(Debug, Default)]
struct State {
    committed: u64,
    waiting: usize,
    busy: bool,
    stopping: bool,
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

    /// Waits before the next attempt; returns early where the service stops, and then `true`.
    fn pause(&self, pause: Duration) -> bool {
        let s = self.lock();
        if s.stopping {
            let wait = self.changed.wait_timeout(s, FIRST_PAUSE);
            return wait.unwrap_or_else(PoisonError::into_inner).0.stopping;
        }
        let wait = self.changed.wait_timeout_while(s, pause, |s| !s.stopping);
        wait.unwrap_or_else(PoisonError::into_inner).0.stopping
    }
}

pub(super) struct Writer {
    shared: Arc<Shared>,
    commits: Option<SyncSender<Commit>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(mut sink: Box<dyn Sink>, health: LedgerHealth) -> Result<Writer> {
        let shared = Arc::new(Shared::default());
        shared.lock().committed = sink.position();
        health.committed(sink.position());
        let (commits, waiting) = sync_channel::<Commit>(1);
        let state = Arc::clone(&shared);
        let thread = spawn("northbound-ledger", move || {
            lower_priority();
            for commit in waiting {
                run(&commit, sink.as_mut(), &state, &health);
            }
        })?;
        Ok(Writer { shared, commits: Some(commits), thread: Some(thread) })
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
        self.shared.changed.notify_all();
        while s.busy {
            s = self.shared.changed.wait(s).unwrap_or_else(PoisonError::into_inner);
        }
        s.stopping = false;
    }
}

/// Niceness of this thread: on a machine with one core it must not delay responses while it encodes rows. It
/// still gets about a tenth of a core that is fully used.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

/// Lowers the priority of this thread alone, which Linux permits without privileges.
#[cfg(target_os = "linux")]
fn lower_priority() {
    let _ = rustix::process::nice(NICENESS);
}
#[cfg(not(target_os = "linux"))]
fn lower_priority() {}

/// Attempts the commit until it succeeds; at most [`LAST_ATTEMPTS`] times once the service stops.
fn run(commit: &Commit, sink: &mut dyn Sink, state: &Shared, health: &LedgerHealth) {
    let _span = debug_span!(
        "ledger.commit",
        position = commit.position,
        rows = commit.rows.len(),
        open = commit.open.len()
    )
    .entered();
    let begun = Instant::now();
    let (mut last_attempts, mut pause) = (0, FIRST_PAUSE);
    let done = loop {
        match sink.commit(commit) {
            Ok(()) => break true,
            Err(e) => health.commit_failed(commit.position, &e, pause),
        }
        if state.pause(pause) {
            last_attempts += 1;
        }
        if last_attempts > LAST_ATTEMPTS {
            break false;
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    };
    if done {
        debug!(event = "ledger.committed", seconds = begun.elapsed().as_secs_f64());
        state.lock().committed = commit.position;
        health.committed(commit.position);
        health.maintained(sink.maintain(commit.now));
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
