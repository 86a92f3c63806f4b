//! Starting: the newest checkpoint, then the journal's records after it, applied again.

use crate::{
    error::{GatewayError, Result},
    ledger_sink::RowBuffer,
};
use northbound_flow::{Core, Effect, Policy, codec};
use northbound_ledger::journal::{Journal, Limits, Record, Storage};
use northbound_types::Utc;

/// What was found at the start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Position of the checkpoint that was read; 0 without one.
    pub checkpoint: u64,
    /// Records applied again.
    pub replayed: u64,
    /// The journal's last position.
    pub position: u64,
    /// Time of the last record.
    pub last: Option<Utc>,
    /// Bytes at the journal's end that no sync had covered.
    pub dropped_bytes: u64,
    /// Checkpoints that could not be read, and why.
    pub skipped: Vec<(String, String)>,
}

/// An open journal with the core as of its end.
pub struct Opened<S: Storage> {
    /// The journal.
    pub journal: Journal<S>,
    /// The core.
    pub flow: Core,
    /// What was found.
    pub recovery: Recovery,
}

/// Opens the journal and brings the core to its end. Rows of records that the ledger does not have
/// yet go to `rows`; everything else that replay does over has been done or will be asked for.
/// `policy` is for a core that has no input yet.
///
/// # Errors
/// A journal that is locked or damaged, or that ends before `in_ledger`, the ledger's position;
/// records of another version.
pub fn open<S: Storage>(
    storage: S,
    segment_bytes: u64,
    in_ledger: u64,
    policy: Policy,
    now: Utc,
    rows: &mut RowBuffer,
) -> Result<Opened<S>> {
    let limits = Limits { segment_bytes, must_reach: in_ledger, ..Limits::default() };
    let (journal, found) = Journal::open(storage, limits, now)?;
    let restored = journal.restore()?;
    let mut recovery = Recovery {
        position: journal.durable_position(),
        dropped_bytes: found.dropped_bytes,
        skipped: restored.skipped,
        ..Recovery::default()
    };
    let mut flow = Core::new(policy);
    // A checkpoint beyond the ledger's position would leave out rows that only replay makes again.
    if let Some(c) = restored.checkpoint.filter(|c| c.position <= in_ledger || rows.is_off()) {
        match codec::decode_state(&c.state) {
            Ok(f) => {
                flow = f;
                recovery.checkpoint = c.position;
                recovery.last = Some(c.at);
            }
            Err(e) => recovery.skipped.push((format!("checkpoint {}", c.position), e.to_string())),
        }
    }
    let mut effects = Vec::new();
    for record in journal.read_from(recovery.checkpoint + 1)? {
        let record = record?;
        replay(&mut flow, &record, in_ledger, &mut effects, rows)?;
        recovery.replayed += 1;
        recovery.last = Some(record.at);
    }
    Ok(Opened { journal, flow, recovery })
}

/// Applies one record again. Its rows go to `rows` where the ledger does not have them yet.
pub(crate) fn replay(
    flow: &mut Core,
    record: &Record,
    in_ledger: u64,
    effects: &mut Vec<Effect>,
    rows: &mut RowBuffer,
) -> Result<()> {
    let event = codec::decode_event(&record.payload)
        .map_err(|e| GatewayError::Journal { position: record.position, why: e.to_string() })?;
    flow.apply(record.at, &event, effects);
    for effect in effects.drain(..) {
        if record.position <= in_ledger {
            continue;
        }
        match effect {
            Effect::Moved(m) => rows.moved(record.position, m),
            Effect::Settled(r) => rows.settled(record.position, *r),
            Effect::AlertSettled(r) => rows.alert(record.position, *r),
            Effect::Tried(r) => rows.tried(record.position, *r),
            Effect::Unverified(u) => rows.unverified(record.position, *u),
            Effect::Reply(_)
            | Effect::Dispatch(_)
            | Effect::Ask(_)
            | Effect::Deliver(_)
            | Effect::Notice(_) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Store, metrics::Metrics};
    use northbound_flow::{Change, Control, Event, event::UserRecord, vocabulary::Role};
    use northbound_ledger::testing::Faulty;
    use northbound_rules::RuleSet;
    use northbound_types::{Day, Eui64};
    use std::sync::Arc;

    fn add_user(eui: u64) -> Event {
        let user = UserRecord {
            eui: Eui64(eui),
            party: "Invented".into(),
            category: "other".into(),
            roles: vec![Role::Is],
            active: true,
            throttle_fields: false,
        };
        Event::Control(Box::new(Control {
            actor: "test".into(),
            reason: String::new(),
            change: Change::User(user),
        }))
    }

    #[test]
    fn a_checkpoint_of_another_version_is_skipped_and_the_journal_replayed() {
        let (store, now) = (Faulty::new(1), Utc(1_790_000_000_000_000));
        let policy = Policy::from_rules(&RuleSet::embedded().unwrap(), Day(20_700)).unwrap();
        let (mut journal, _) = Journal::open(store.clone(), Limits::default(), now).unwrap();
        for eui in 1..=2 {
            journal.append(now, &codec::encode_event(&add_user(eui), Vec::new()).unwrap()).unwrap();
        }
        journal.sync().unwrap();
        // The version before: the same state, in a form that this program does not read.
        let mut state = codec::encode_state(&Core::new(policy.clone())).unwrap();
        state[0] = codec::STATE_VERSION - 1;
        journal.checkpoint(2, now, &state).unwrap();
        drop(journal);

        let mut rows = RowBuffer::off(Store::default(), Arc::new(Metrics::default()));
        let opened = open(store, 1 << 20, 0, policy, now, &mut rows).unwrap();
        assert_eq!((opened.recovery.checkpoint, opened.recovery.replayed), (0, 2));
        let (name, why) = &opened.recovery.skipped[0];
        assert_eq!(name, "checkpoint 2");
        assert!(why.contains(&format!("version {}", codec::STATE_VERSION - 1)), "{why}");
        assert_eq!(opened.flow.users().len(), 2, "the state is that of the journal");
    }
}
