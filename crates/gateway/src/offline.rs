//! Changes while no service runs: the same inputs, appended to the journal under its lock.

use crate::{
    accounts::Accounts, config::Store, engine, error::{GatewayError, Result}, metrics::Metrics,
};
use northbound_flow::{Policy, codec, event::{Control, Event}};
use northbound_ledger::journal::Disk;
use northbound_types::Utc;
use std::{path::Path, sync::Arc};

/// Name of the journal's folder in the data folder.
pub const JOURNAL: &str = "journal";

/// Looks at the core as of the journal's end.
///
/// # Errors
/// A service that runs (the journal is locked), a journal that cannot be read.
pub fn look<T>(data: &Path, policy: Policy, now: Utc, see: impl FnOnce(&northbound_flow::Flow) -> T) -> Result<T> {
    let mut accounts = Accounts::off(Store::default(), Arc::new(Metrics::default()));
    Ok(see(&engine::open(Disk::at(data.join(JOURNAL)), Store::default().segment_bytes, 0, policy, now, &mut accounts)?.flow))
}

/// Appends changes, each checked against the core as it stands, all of them or none.
///
/// # Errors
/// A service that runs (the journal is locked), a journal that cannot be read, a change that cannot
/// be made.
pub fn change(data: &Path, policy: Policy, changes: &[Control], now: Utc) -> Result<u64> {
    let mut accounts = Accounts::off(Store::default(), Arc::new(Metrics::default()));
    let mut opened = engine::open(Disk::at(data.join(JOURNAL)), Store::default().segment_bytes, 0, policy.clone(), now, &mut accounts)?;
    let at = opened.recovery.last.map_or(now, |last| last.max(now));
    let mut effects = Vec::new();
    let mut all = Vec::new();
    if opened.recovery.position == 0 { all.push(Event::Control(Box::new(first(policy)))); }
    for c in changes {
        opened.flow.would_take(&c.change).map_err(|message| GatewayError::Refused { status: 409, code: "control.unchanged".to_owned(), message })?;
        let event = Event::Control(Box::new(c.clone()));
        // A change may rest on the one before.
        opened.flow.apply(at, &event, &mut effects);
        effects.clear();
        all.push(event);
    }
    for event in all {
        let payload = codec::encode_event(&event, Vec::new()).map_err(|e| GatewayError::Journal { position: opened.journal.next_position(), why: e.to_string() })?;
        opened.journal.append(at, &payload)?;
    }
    Ok(opened.journal.sync()?)
}

/// The first input of all: what the core decides by.
#[must_use]
pub fn first(policy: Policy) -> Control {
    Control { actor: "service".to_owned(), reason: "the rules in force".to_owned(), change: northbound_flow::Change::Policy(Box::new(policy)) }
}
