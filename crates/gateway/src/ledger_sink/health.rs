//! Failures of the thread that writes to the ledger: logged, counted, and held until a commit succeeds, so that
//! `status` can show them.

use crate::{clock::SharedClock, metrics::Metrics};
use northbound_ledger::LedgerError;
use northbound_types::Utc;
use serde::Serialize;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tracing::{error, info};

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
}

impl LedgerHealth {
    /// Nothing has failed yet.
    #[must_use]
    pub fn new(metrics: Arc<Metrics>, clock: SharedClock) -> LedgerHealth {
        LedgerHealth { state: Arc::default(), metrics, clock }
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

    pub(super) fn commit_failed(&self, position: u64, error: &LedgerError, retry: Duration) {
        self.metrics.ledger_commit_failures.inc();
        self.metrics.ledger_failing.set(1);
        let now = self.clock.wall();
        let attempts = failed(&mut self.lock().commit, now, error);
        let retry_milliseconds = u64::try_from(retry.as_millis()).unwrap_or(u64::MAX);
        error!(event = "ledger.commit-failed", at = %now, position, attempts, retry_milliseconds, why = %error);
    }

    pub(super) fn committed(&self, position: u64) {
        self.metrics.ledger_position.set(position);
        self.metrics.ledger_failing.set(0);
        let ended = self.lock().commit.take();
        if let Some(f) = ended {
            let Failure { attempts, since, .. } = f;
            info!(event = "ledger.commit-recovered", position, attempts, %since);
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
                error!(event = "ledger.not-compacted", at = %now, attempts, why = %error);
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
