//! The engine's loop.

use super::{
    BATCH,
    effects::{EffectSinks, Unsent},
    mailbox::{Call, Handle, Notification, Outcome, Unavailable},
};
use crate::{clock::Steady, config::Store};
use northbound_flow::{Core, Effect, codec, event::Event};
use northbound_ledger::{
    LedgerError,
    journal::{Journal, Storage},
};
use northbound_types::{Utc, time::DAY_US};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::oneshot;
use tracing::{error, info, warn};

/// Longest wait without anything to do.
const IDLE: Duration = Duration::from_millis(500);
/// Between attempts to write to a disk that refused.
const RESUME: Duration = Duration::from_millis(500);
/// Between attempts to hand Commands to a network that is busy.
const BUSY: Duration = Duration::from_millis(5);

/// What an engine is made of.
pub struct Parts<S: Storage> {
    /// The journal, open.
    pub journal: Journal<S>,
    /// The core, as of the journal's end.
    pub flow: Core,
    /// The time.
    pub clock: Steady,
    /// Where inputs come from.
    pub handle: Handle,
    /// Where effects go.
    pub sinks: EffectSinks,
    /// When to commit and to write checkpoints.
    pub store: Store,
    /// Position of the newest checkpoint.
    pub checkpoint: u64,
    /// Days for which full segments are kept at least.
    pub keep_days: i64,
}

/// The engine.
pub struct Engine<S: Storage> {
    parts: Parts<S>,
    unsent: Unsent,
    calls: Vec<Call>,
    notifications: Vec<Notification>,
    effects: Vec<Effect>,
    payload: Vec<u8>,
    suspended_since: Option<Instant>,
    /// Inputs of the last batch.
    last_batch: usize,
    /// A state that is written once the ledger has every row up to it: replay makes rows again only
    /// from a checkpoint that the ledger has reached.
    state: Option<(u64, Utc, Vec<u8>)>,
}

/// An input that has a position and is not stored yet.
struct Stamped {
    position: u64,
    event: Event,
    reply: Option<oneshot::Sender<Outcome>>,
    alert: Option<u64>,
}

impl<S: Storage> Engine<S> {
    /// An engine, ready to run.
    #[must_use]
    pub fn new(parts: Parts<S>) -> Engine<S> {
        Engine {
            parts,
            unsent: Unsent::default(),
            calls: Vec::new(),
            notifications: Vec::new(),
            effects: Vec::new(),
            payload: Vec::new(),
            suspended_since: None,
            last_batch: 0,
            state: None,
        }
    }

    /// Runs until it is asked to stop, and everything that waited is done. Returns the core and the
    /// journal's last position.
    pub fn run(mut self) -> (Core, u64) {
        loop {
            let suspended = self.resumed();
            let wait = if suspended { RESUME } else { self.wait() };
            let stop = self.parts.handle.take(
                BATCH,
                wait,
                self.gather(),
                suspended,
                (&mut self.calls, &mut self.notifications),
            );
            let (now, jump) = self.parts.clock.now();
            if let Some(j) = jump {
                warn!(event = "clock.jumped", at = %now, expected = %j.expected, found = %j.found);
                self.parts.sinks.metrics.clock_jumps.inc();
            }
            let stamped = self.stamp(now);
            self.last_batch = stamped.len();
            if self.store(now, stamped) {
                self.housekeeping(now);
            }
            self.parts.sinks.retry(&mut self.unsent);
            if stop {
                break;
            }
        }
        self.finish()
    }

    /// Under load a sync is put off a little, so that more inputs share it; an input alone never waits.
    fn gather(&self) -> Duration {
        if self.last_batch > 1 { self.parts.store.gather() } else { Duration::ZERO }
    }

    /// How long nothing can become due.
    fn wait(&self) -> Duration {
        if !self.unsent.is_empty() {
            return BUSY;
        }
        let due = self.parts.flow.next_timer().map_or(IDLE, |t| {
            Duration::from_micros(u64::try_from(t.0 - self.parts.clock.last().0).unwrap_or(0))
        });
        (due / self.parts.clock.speed()).min(IDLE)
    }

    /// Gives positions to everything that was taken. Looks are answered here: they see the core as of
    /// the last batch.
    fn stamp(&mut self, now: Utc) -> Vec<Stamped> {
        let mut stamped = Vec::with_capacity(self.calls.len() + self.notifications.len() + 1);
        let mut notifications = std::mem::take(&mut self.notifications);
        for n in notifications.drain(..) {
            self.append(now, n.event, None, n.alert, &mut stamped);
        }
        self.notifications = notifications;
        let mut calls = std::mem::take(&mut self.calls);
        for call in calls.drain(..) {
            let (event, reply) = match call {
                Call::Look(look) => {
                    look(&self.parts.flow, &self.parts.sinks.rows);
                    continue;
                }
                Call::Request(r, to) => (Event::Request(r), to),
                Call::Rejected(t, to) => (Event::Rejected(t), to),
                Call::Unverified(u, to) => (Event::Unverified(u), to),
                Call::Control(c, to) => match self.parts.flow.would_take(&c.change) {
                    Ok(()) => (Event::Control(c), to),
                    Err(why) => {
                        let _ = to.send(Outcome::Unchanged(why.to_string()));
                        continue;
                    }
                },
            };
            self.append(now, event, Some(reply), None, &mut stamped);
        }
        self.calls = calls;
        if stamped.is_empty() && self.parts.flow.next_timer().is_some_and(|t| t <= now) {
            self.append(now, Event::Tick, None, None, &mut stamped);
        }
        stamped
    }

    fn append(
        &mut self,
        now: Utc,
        event: Event,
        reply: Option<oneshot::Sender<Outcome>>,
        alert: Option<u64>,
        stamped: &mut Vec<Stamped>,
    ) {
        let mut payload = std::mem::take(&mut self.payload);
        payload.clear();
        let appended = match codec::encode_event(&event, payload) {
            Ok(p) => {
                self.payload = p;
                self.parts.journal.append(now, &self.payload).map_err(|e| e.to_string())
            }
            Err(e) => Err(e.to_string()),
        };
        match appended {
            Ok(position) => stamped.push(Stamped { position, event, reply, alert }),
            Err(why) => {
                error!(event = "journal.refused", at = %now, why);
                self.not_accepted(Stamped { position: 0, event, reply, alert });
            }
        }
    }

    /// Syncs once, then applies and carries out. `false` where nothing could be stored.
    fn store(&mut self, now: Utc, stamped: Vec<Stamped>) -> bool {
        if stamped.is_empty() {
            return self.suspended_since.is_none();
        }
        let begun = Instant::now();
        if let Err(e) = self.parts.journal.sync() {
            self.suspend(now, &e);
            for s in stamped {
                self.not_accepted(s);
            }
            return false;
        }
        let metrics = Arc::clone(&self.parts.sinks.metrics);
        metrics.synced(begun.elapsed(), stamped.len());
        let mut alert = None;
        for s in stamped {
            if self.parts.sinks.tap.is_watched() {
                self.parts.sinks.tap.event(now, &s.event);
            }
            self.parts.flow.apply(now, &s.event, &mut self.effects);
            self.parts.sinks.apply(now, s.position, &mut self.effects, s.reply, &mut self.unsent);
            alert = alert.max(s.alert);
        }
        if let Some(n) = alert {
            let _ = self.parts.sinks.network.alert_taken(n);
        }
        true
    }

    /// Nothing of this input is stored: its caller gets the outcome, a notification is queued again.
    fn not_accepted(&mut self, s: Stamped) {
        match s.reply {
            Some(to) => {
                let _ = to.send(Outcome::NotAccepted(Unavailable::NotStored));
            }
            None if matches!(s.event, Event::Tick) => {}
            None => self.notifications.push(Notification { event: s.event, alert: s.alert }),
        }
    }

    fn suspend(&mut self, now: Utc, e: &LedgerError) {
        if self.suspended_since.is_none() {
            error!(event = "journal.suspended", at = %now, why = %e);
        }
        self.suspended_since = Some(Instant::now());
        self.parts.sinks.metrics.suspended.set(1);
        self.parts.handle.close(Some(Unavailable::NotStored));
    }

    /// Tries to write again where the disk has refused. `true` while it still does.
    fn resumed(&mut self) -> bool {
        if self.parts.journal.suspended().is_none() {
            return false;
        }
        if self.suspended_since.is_some_and(|t| t.elapsed() < RESUME) {
            return true;
        }
        let now = self.parts.clock.now().0;
        match self.parts.journal.resume() {
            Ok(()) => {
                self.suspended_since = None;
                self.parts.sinks.metrics.suspended.set(0);
                self.parts.handle.close(None);
                info!(event = "journal.resumed", at = %now);
                false
            }
            Err(e) => {
                self.suspend(now, &e);
                true
            }
        }
    }

    /// Commits to the ledger and writes checkpoints where it is time.
    fn housekeeping(&mut self, now: Utc) {
        let durable = self.parts.journal.durable_position();
        let Parts { sinks, handle, store, flow, .. } = &mut self.parts;
        sinks.rows.tick(now, durable, flow);
        if self.suspended_since.is_none() {
            handle.close(sinks.rows.overfull(store.waiting_rows).then_some(Unavailable::Busy));
        }
        if durable.saturating_sub(self.parts.checkpoint) >= self.parts.store.checkpoint_records {
            self.encode(now, durable);
        }
        self.checkpoint(durable);
    }

    /// Takes the state as it is now. After a failure too the next one comes after as many records again.
    fn encode(&mut self, now: Utc, durable: u64) {
        self.parts.checkpoint = durable;
        match codec::encode_state(&self.parts.flow) {
            Ok(bytes) => self.state = Some((durable, now, bytes)),
            Err(e) => {
                error!(event = "checkpoint.failed", at = %now, position = durable, why = %e);
            }
        }
    }

    /// Writes the encoded state once the ledger has reached its position, then releases segments that are not needed
    /// any more.
    fn checkpoint(&mut self, durable: u64) {
        let reached = self.parts.sinks.rows.committed(durable);
        let Some((position, at, bytes)) = self.state.take_if(|(p, _, _)| *p <= reached) else {
            return;
        };
        match self.parts.journal.checkpoint(position, at, &bytes) {
            Ok(()) => {
                info!(event = "checkpoint.written", at = %at, position, bytes = bytes.len());
            }
            Err(e) => {
                warn!(event = "checkpoint.failed", at = %at, position, why = %e);
                return;
            }
        }
        let keep_from = Utc(at.0.saturating_sub(self.parts.keep_days.saturating_mul(DAY_US)));
        match self.parts.journal.release(reached, keep_from) {
            Ok(r) if r.files.is_empty() => {}
            Ok(r) => {
                let files = r.files.len();
                info!(event = "journal.released", at = %at, files, bytes = r.bytes, upto = r.upto);
            }
            Err(e) => warn!(event = "journal.not-released", at = %at, why = %e),
        }
    }

    /// Everything is done: the rest goes to the ledger, and the state beside the journal.
    fn finish(mut self) -> (Core, u64) {
        let now = self.parts.clock.now().0;
        let durable = self.parts.journal.durable_position();
        self.parts.sinks.rows.finish(now, durable, &self.parts.flow);
        if durable > self.parts.checkpoint {
            self.encode(now, durable);
        }
        self.checkpoint(durable);
        (self.parts.flow, durable)
    }
}
