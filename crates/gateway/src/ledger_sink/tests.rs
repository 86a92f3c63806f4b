//! Commits that fail: seen by those who operate the service, attempted again, and forgotten after a success.

use super::*;
use crate::{
    clock::SystemClock,
    log::{LogFilter, LogFormat, LogWriter, log_to, tests::Page},
};
use northbound_flow::Policy;
use northbound_ledger::LedgerError;
use northbound_rules::RuleSet;
use northbound_types::Day;
use std::{
    sync::atomic::{AtomicU32, Ordering::SeqCst},
    time::{Duration, Instant},
};

/// Fails as often as it is told to.
struct Failing {
    failures: Arc<AtomicU32>,
    compactions: Arc<AtomicU32>,
}

fn disk_full() -> LedgerError {
    LedgerError::Refused("no space left on the device".to_owned())
}

impl Sink for Failing {
    fn position(&self) -> u64 {
        0
    }
    fn commit(&mut self, _: &Commit) -> std::result::Result<(), LedgerError> {
        take_one(&self.failures).map_or(Ok(()), |()| Err(disk_full()))
    }
    fn maintain(&mut self, _: Utc) -> std::result::Result<bool, LedgerError> {
        take_one(&self.compactions).map_or(Ok(true), |()| Err(disk_full()))
    }
}

fn take_one(n: &AtomicU32) -> Option<()> {
    n.fetch_update(SeqCst, SeqCst, |n| n.checked_sub(1)).ok().map(|_| ())
}

/// Level and name of each event.
fn events(page: &Page) -> Vec<String> {
    let lines = page.lines();
    let word = |v: &serde_json::Value| v.as_str().unwrap().to_owned();
    lines.iter().map(|v| format!("{} {}", word(&v["level"]), word(&v["event"]))).collect()
}

struct Rig {
    rows: RowBuffer,
    health: LedgerHealth,
    metrics: Arc<Metrics>,
    page: Page,
    _writer: LogWriter,
    flow: Core,
}

fn rig(failures: u32, compactions: u32) -> Rig {
    let (metrics, page) = (Arc::new(Metrics::default()), Page::default());
    let clock = SystemClock::shared();
    let (log, writer) =
        log_to(page.clone(), &LogFilter::default(), LogFormat::Json, Arc::clone(&clock)).unwrap();
    let health = LedgerHealth::new(Arc::clone(&metrics), clock);
    let sink = Failing {
        failures: Arc::new(AtomicU32::new(failures)),
        compactions: Arc::new(AtomicU32::new(compactions)),
    };
    let (sink, shared) = (Box::new(sink), Arc::clone(&metrics));
    let rows = tracing::dispatcher::with_default(&log, || {
        RowBuffer::new(sink, Store::default(), shared, health.clone(), Utc(0)).unwrap()
    });
    let policy = Policy::from_rules(&RuleSet::embedded().unwrap(), Day(20_700)).unwrap();
    Rig { rows, health, metrics, page, _writer: writer, flow: Core::new(policy) }
}

fn until(what: &str, is: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_failed_commit_is_logged_counted_and_shown_until_one_succeeds() {
    let mut r = rig(2, 0);
    let begun = Instant::now();
    assert!(r.rows.commit(Utc(1), 7, &r.flow));
    until("the failure is shown", || r.health.commit_failure().is_some_and(|f| f.attempts == 1));
    let failure = r.health.commit_failure().unwrap();
    assert!(failure.why.contains("no space left"), "{failure:?}");
    assert_eq!(r.metrics.ledger_failing.get(), 1);
    assert_eq!(r.rows.committed(0), 0, "nothing is in the ledger yet");
    until("it succeeds", || r.rows.committed(0) == 7);
    // 500 ms after the first failure, 1 s after the second.
    assert!(begun.elapsed() >= Duration::from_millis(1_500), "{:?}", begun.elapsed());
    until("the state is cleared", || r.health.commit_failure().is_none());
    assert_eq!((r.metrics.ledger_failing.get(), r.metrics.ledger_commit_failures.get()), (0, 2));
    assert!(r.metrics.print().contains("northbound_ledger_commit_failures_total 2\n"));
    until("it is logged", || {
        events(&r.page)
            == [
                "error ledger.commit-failed",
                "error ledger.commit-failed",
                "info ledger.commit-recovered",
            ]
    });
}

#[test]
fn a_commit_that_succeeds_at_once_says_nothing() {
    let mut r = rig(0, 0);
    assert!(r.rows.commit(Utc(1), 7, &r.flow));
    r.rows.wait();
    assert_eq!((r.rows.committed(0), r.health.commit_failure()), (7, None));
    assert!(events(&r.page).is_empty(), "{:?}", events(&r.page));
}

#[test]
fn a_failed_compaction_is_logged_counted_and_shown_and_the_commit_counts() {
    let mut r = rig(0, 1);
    assert!(r.rows.commit(Utc(1), 7, &r.flow));
    r.rows.wait();
    assert_eq!(r.rows.committed(0), 7);
    assert_eq!(r.health.compaction_failure().map(|f| f.attempts), Some(1));
    assert_eq!(r.metrics.ledger_compaction_failures.get(), 1);
    until("it is logged", || events(&r.page) == ["error ledger.not-compacted"]);
    assert!(r.rows.commit(Utc(2), 8, &r.flow));
    r.rows.wait();
    assert_eq!(r.health.compaction_failure(), None);
}

#[test]
fn a_stop_during_a_long_pause_attempts_the_commit_again_at_once() {
    let mut r = rig(3, 0);
    assert!(r.rows.commit(Utc(1), 7, &r.flow));
    // Pauses of 500 ms, 1 s and 2 s without a stop.
    until("two have failed", || r.health.commit_failure().is_some_and(|f| f.attempts == 2));
    let begun = Instant::now();
    r.rows.wait();
    assert!(begun.elapsed() < Duration::from_millis(1_400), "{:?}", begun.elapsed());
    assert_eq!(r.rows.committed(0), 7);
}
