//! The journal while no service runs: changes are appended under its lock, as the service would append them. And the
//! replay of a journal into another ledger, which must give the same rows.

use crate::{
    clock::SystemClock,
    config::Store,
    engine,
    error::{GatewayError, Result},
    ledger_sink::{LedgerHealth, RowBuffer, Sink},
    metrics::Metrics,
};
use northbound_flow::{
    Core, Policy, codec,
    event::{Control, Event},
};
use northbound_ledger::journal::{Disk, inspect};
use northbound_types::Utc;
use std::{path::Path, sync::Arc};

/// Name of the journal's folder in the data folder.
pub const JOURNAL: &str = "journal";

/// Looks at the core as of the journal's end.
///
/// # Errors
/// A service that runs (the journal is locked), a journal that cannot be read.
pub fn look<T>(
    data: &Path,
    policy: Policy,
    now: Utc,
    see: impl FnOnce(&northbound_flow::Core) -> T,
) -> Result<T> {
    let mut rows = RowBuffer::off(Store::default(), Arc::new(Metrics::default()));
    Ok(see(&engine::open(
        Disk::at(data.join(JOURNAL)),
        Store::default().segment_bytes,
        0,
        policy,
        now,
        &mut rows,
    )?
    .flow))
}

/// Appends changes, each checked against the core as it stands, all of them or none.
///
/// # Errors
/// A service that runs (the journal is locked), a journal that cannot be read, a change that cannot
/// be made.
pub fn change(data: &Path, policy: Policy, changes: &[Control], now: Utc) -> Result<u64> {
    let mut rows = RowBuffer::off(Store::default(), Arc::new(Metrics::default()));
    let mut opened = engine::open(
        Disk::at(data.join(JOURNAL)),
        Store::default().segment_bytes,
        0,
        policy.clone(),
        now,
        &mut rows,
    )?;
    let at = opened.recovery.last.map_or(now, |last| last.max(now));
    let mut effects = Vec::new();
    let mut all = Vec::new();
    if opened.recovery.position == 0 {
        all.push(Event::Control(Box::new(first(policy))));
    }
    for c in changes {
        opened.flow.would_take(&c.change)?;
        let event = Event::Control(Box::new(c.clone()));
        // A change may rest on the one before.
        opened.flow.apply(at, &event, &mut effects);
        effects.clear();
        all.push(event);
    }
    for event in all {
        let payload = codec::encode_event(&event, Vec::new()).map_err(|e| {
            GatewayError::Journal { position: opened.journal.next_position(), why: e.to_string() }
        })?;
        opened.journal.append(at, &payload)?;
    }
    Ok(opened.journal.sync()?)
}

/// Records that are read at once in a replay.
const PAGE: usize = 10_000;
/// Rows of a replay that are committed at once.
const ROWS: usize = 100_000;

/// Plays the journal from its first record up to `upto` into another ledger, without a lock: the
/// service may run. `each` hears how many records are done. Returns the position that was reached.
///
/// # Errors
/// A journal whose first records were let go, or that is damaged before `upto`; a ledger that cannot
/// be written.
pub fn replay(
    data: &Path,
    policy: Policy,
    upto: u64,
    sink: Box<dyn Sink>,
    each: &mut dyn FnMut(u64),
) -> Result<u64> {
    let disk = Disk::at(data.join(JOURNAL));
    let broken = |position: u64, why: String| GatewayError::Journal { position, why };
    // Rows are committed by their number alone: the journal's times pass faster than those of the clock.
    let store = Store { commit_seconds: u64::MAX, commit_rows: ROWS, ..Store::default() };
    let metrics = Arc::new(Metrics::default());
    let health = LedgerHealth::new(Arc::clone(&metrics), SystemClock::shared());
    let mut rows = RowBuffer::new(sink, store, metrics, health.clone(), Utc(0))?;
    let (mut flow, mut effects, mut done, mut last) = (Core::new(policy), Vec::new(), 0, Utc(0));
    while done < upto {
        let (found, damage) = inspect::records(&disk, done + 1, PAGE)?;
        if found.is_empty() {
            let why = damage.map_or_else(
                || format!("the journal ends here, but the ledger contains position {upto}"),
                |d| format!("{} at byte {}: {}", d.file, d.offset, d.why),
            );
            return Err(broken(done + 1, why));
        }
        for f in found.into_iter().take_while(|f| f.record.position <= upto) {
            if f.record.position != done + 1 {
                return Err(broken(done + 1, "it was deleted: positions before the journal's first record cannot be replayed".to_owned()));
            }
            engine::replay(&mut flow, &f.record, 0, &mut effects, &mut rows)?;
            (done, last) = (f.record.position, f.record.at);
        }
        // Records may be read faster than rows are written: what waits in memory has a limit.
        if rows.overfull(2 * ROWS) {
            rows.wait();
        }
        rows.tick(last, done, &flow);
        each(done);
    }
    rows.finish(last, done, &flow);
    if rows.committed(0) < done {
        let why = health.commit_failure().map_or_else(String::new, |f| format!(": {}", f.why));
        return Err(broken(done, format!("its rows cannot be written to the other ledger{why}")));
    }
    Ok(done)
}

/// The first input of all: what the core decides by.
#[must_use]
pub fn first(policy: Policy) -> Control {
    Control {
        actor: "service".to_owned(),
        reason: "the rules in force".to_owned(),
        change: northbound_flow::Change::Policy(Box::new(policy)),
    }
}
