//! Failures of the thread that writes to the ledger: logged, counted, and held until a commit succeeds, so that
//! `status` can show them.

use crate::{
    clock::SharedClock,
    log::{Level, Log},
    metrics::Metrics,
};
use northbound_ledger::LedgerError;
use northbound_types::Utc;
use serde::Serialize;
use serde_json::json;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Work on the ledger that has failed and is attempted again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Time of the first failed attempt.
    pub since: Utc,
    /// Failed attempts so far.
    pub attempts: u32,
    /// Error of the last attempt.
    pub why: String,
}

#[derive(Debug, Default)]
struct State {
    commit: Option<Failure>,
    compaction: Option<Failure>,
}

/// State of the ledger's thread. Clones share it.
#[derive(Clone)]
pub struct LedgerHealth {
    state: Arc<Mutex<State>>,
    metrics: Arc<Metrics>,
    clock: SharedClock,
    log: Option<Log>,
}

impl LedgerHealth {
    /// Nothing has failed yet. Without a log, failures are only counted and held.
    #[must_use]
    pub fn new(metrics: Arc<Metrics>, clock: SharedClock, log: Option<Log>) -> LedgerHealth {
        LedgerHealth { state: Arc::default(), metrics, clock, log }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The commit that fails now, if one does.
    #[must_use]
    pub fn commit_failure(&self) -> Option<Failure> {
        self.lock().commit.clone()
    }

    /// The failed compaction of closed days, until one succeeds.
    #[must_use]
    pub fn compaction_failure(&self) -> Option<Failure> {
        self.lock().compaction.clone()
    }

    fn log(&self, at: Utc, level: Level, event: &str, fields: serde_json::Value) {
        if let Some(log) = &self.log {
            log.say(at, level, event, fields);
        }
    }

    pub(super) fn commit_failed(&self, position: u64, error: &LedgerError, retry: Duration) {
        self.metrics.ledger_commit_failures.inc();
        self.metrics.ledger_failing.set(1);
        let now = self.clock.wall();
        let attempts = failed(&mut self.lock().commit, now, error);
        self.log(
            now,
            Level::Error,
            "ledger.commit-failed",
            json!({"position": position, "attempts": attempts, "retry_milliseconds": u64::try_from(retry.as_millis()).unwrap_or(u64::MAX), "why": error.to_string()}),
        );
    }

    pub(super) fn committed(&self, position: u64) {
        self.metrics.ledger_position.set(position);
        self.metrics.ledger_failing.set(0);
        let ended = self.lock().commit.take();
        if let Some(f) = ended {
            self.log(
                self.clock.wall(),
                Level::Info,
                "ledger.commit-recovered",
                json!({"position": position, "attempts": f.attempts, "since": f.since.to_string()}),
            );
        }
    }

    pub(super) fn maintained(&self, result: Result<bool, LedgerError>) {
        match result {
            Ok(false) => {}
            Ok(true) => self.lock().compaction = None,
            Err(error) => {
                self.metrics.ledger_compaction_failures.inc();
                let now = self.clock.wall();
                let attempts = failed(&mut self.lock().compaction, now, &error);
                self.log(
                    now,
                    Level::Error,
                    "ledger.not-compacted",
                    json!({"attempts": attempts, "why": error.to_string()}),
                );
            }
        }
    }
}

fn failed(failure: &mut Option<Failure>, now: Utc, error: &LedgerError) -> u32 {
    let f = failure.get_or_insert(Failure { since: now, attempts: 0, why: String::new() });
    f.attempts = f.attempts.saturating_add(1);
    f.why = error.to_string();
    f.attempts
}
