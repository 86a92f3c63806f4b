//! Rows of the core as rows of the ledger.

use super::writer::{Commit, Sink};
use northbound_flow::{
    Record,
    effect::{AlertRecord, DeliveryRecord},
    event::{Outcome, Unverified},
};
use northbound_ledger::{
    Ledger, LedgerError, LiveBatch, LiveWriter, Pruned, RegistersAt, RetentionPolicy,
    judge::Judge,
    live::Wait,
    prune,
    rows::{AlertRow, DeliveryRow, ExchangeRow, Movement, UnverifiedRow},
};
use northbound_types::{Day, Region, Utc, command_variant::number_or_zero};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Whose counters the live service's are.
const NAMESPACE: &str = "duis";
/// The feed of what the live service did itself.
pub const FEED: &str = "live";

/// Writes to a ledger.
pub struct LedgerSink {
    writer: LiveWriter,
    judge: Arc<dyn Judge + Send + Sync>,
    registers: RegistersAt,
    /// Who provides the network of a region; empty where nobody said.
    providers: BTreeMap<Region, String>,
    compacted: Day,
    /// Earliest next attempt of a compaction that failed.
    compact_after: Utc,
    thinning: Option<Thinning>,
    /// When old versions are next deleted.
    thinned: Utc,
}

/// Until it is tried again, where it did not work.
const AGAIN: i64 = 600_000_000;

/// Deletes old versions of the ledger: after a start, since a service may never run over midnight, and
/// once a day from then on.
pub struct Thinning {
    /// Days for which every version is kept.
    pub days: i64,
    /// Hashes of versions that something cites; where this fails, nothing is deleted.
    pub cited: Box<dyn Fn() -> Result<BTreeSet<String>, LedgerError> + Send>,
    /// Called with what was deleted, or why nothing was.
    pub said: Box<dyn Fn(Utc, Result<Pruned, LedgerError>) + Send>,
}

impl Thinning {
    /// When to come again: tomorrow, or soon where it did not work.
    fn run(&self, ledger: &Ledger, now: Utc) -> Utc {
        let policy = RetentionPolicy {
            since: now.day().plus(i32::try_from(-self.days).unwrap_or(i32::MIN / 2)).start(),
            cited: &*self.cited,
        };
        let done = prune(ledger, &policy, now, "the live service", false, &mut |_, _| {});
        let next = if done.is_ok() { now.day().end() } else { Utc(now.0 + AGAIN) };
        (self.said)(now, done);
        next
    }
}

impl LedgerSink {
    /// Opens a ledger. `judge` and the state of the registers are for the rollups of closed days.
    ///
    /// # Errors
    /// A ledger that cannot be read, or that another process writes to all the while.
    pub fn open(
        ledger: &Ledger,
        judge: Arc<dyn Judge + Send + Sync>,
        registers: impl Into<RegistersAt>,
        providers: BTreeMap<Region, String>,
        now: Utc,
    ) -> Result<LedgerSink, LedgerError> {
        Ok(LedgerSink {
            writer: LiveWriter::open(ledger, now, Wait::default())?,
            judge,
            registers: registers.into(),
            providers,
            compacted: now.day(),
            compact_after: now,
            thinning: None,
            thinned: now,
        })
    }

    /// Lets old versions go as well.
    #[must_use]
    pub fn thinned(self, thinning: Thinning) -> LedgerSink {
        LedgerSink { thinning: Some(thinning), ..self }
    }

    fn provider(&self, region: Region) -> &str {
        self.providers.get(&region).map_or("", String::as_str)
    }

    fn batch(&self, c: &Commit) -> Result<LiveBatch, LedgerError> {
        let mut batch = LiveBatch::after(self.writer.journal_position());
        for m in &c.rows.movements {
            batch.moved(
                Movement { day: m.day, region: m.region, kind: m.kind, from: m.from, to: m.to },
                1,
            );
        }
        for r in &c.rows.settled {
            batch.exchange(&exchange(r, self.provider(r.region)))?;
        }
        for a in &c.rows.alerts {
            batch.alert(&alert(a, self.provider(a.region)))?;
        }
        for d in &c.rows.tried {
            batch.delivery(&delivery(d));
        }
        for u in &c.rows.unverified {
            batch.unverified(&unverified(u));
        }
        for r in &c.open {
            batch.open_exchange(&exchange(r, self.provider(r.region)));
        }
        for a in &c.open_alerts {
            batch.open_alert(&alert(a, self.provider(a.region)));
        }
        Ok(batch)
    }
}

impl Sink for LedgerSink {
    fn position(&self) -> u64 {
        self.writer.journal_position()
    }

    fn commit(&mut self, c: &Commit) -> Result<(), LedgerError> {
        let mut batch = self.batch(c)?;
        self.writer.commit(c.now, c.position, &mut batch).map(|_| ())
    }

    /// Once a day, yesterday's small files become one. A failure is attempted again ten minutes later.
    fn maintain(&mut self, now: Utc) -> Result<bool, LedgerError> {
        let mut compacted = Ok(false);
        if now.day() > self.compacted && now >= self.compact_after {
            compacted = self
                .writer
                .compact_closed_days(now, self.judge.as_ref(), self.registers.clone())
                .map(|_| true);
            match compacted {
                Ok(_) => self.compacted = now.day(),
                Err(_) => self.compact_after = Utc(now.0 + AGAIN),
            }
        }
        if let Some(t) = self.thinning.as_ref().filter(|_| now >= self.thinned) {
            self.thinned = t.run(self.writer.ledger(), now);
        }
        compacted
    }
}

/// When the row was known: its last time, so that a replay gives the same.
fn known(r: &Record) -> i64 {
    let t = &r.times;
    [
        t.acknowledged,
        t.released,
        t.queued,
        t.sent_to_wan,
        t.answered_at_wan,
        t.answer_sent,
        t.delivered,
    ]
    .into_iter()
    .flatten()
    .fold(t.received, Utc::max)
    .0
}

/// As the ledger's rows have it.
fn micros(at: Utc) -> i64 {
    at.0
}

pub(super) fn exchange<'a>(r: &'a Record, provider: &'a str) -> ExchangeRow<'a> {
    let t = &r.times;
    ExchangeRow {
        namespace: NAMESPACE,
        originator: r.id.originator,
        target: r.id.target,
        counter: r.id.counter,
        leg: r.leg,
        instance: r.instance,
        kind: r.kind,
        mode: r.mode,
        srv: r.srv.as_str(),
        cv: i64::from(number_or_zero(r.cv)),
        role: r.role.map_or("", |r| r.as_str()),
        party_category: &r.party_category,
        class: r.class.as_str(),
        generation: r.generation,
        device_type: r.device_type.map_or("", |d| d.as_str()),
        test_kind: r.test,
        region: r.region,
        provider,
        feed: FEED,
        state: r.state,
        code: r.code.as_str(),
        user_sent: t.user_sent.map(micros),
        received: t.received.0,
        acknowledged: t.acknowledged.map(micros),
        due: t.due.map(micros),
        released: t.released.map(micros),
        queued: t.queued.map(micros),
        sent_to_wan: t.sent_to_wan.map(micros),
        delivered_to_device: t.delivered_to_device.map(micros),
        answered_at_wan: t.answered_at_wan.map(micros),
        answer_sent: t.answer_sent.map(micros),
        delivered: t.delivered.map(micros),
        target_at: None,
        timeout_at: r.timeout_at.map(micros),
        known: known(r),
        row: 0,
    }
}

pub(super) fn alert<'a>(a: &'a AlertRecord, provider: &'a str) -> AlertRow<'a> {
    AlertRow {
        namespace: NAMESPACE,
        device: a.device,
        recipient: a.recipient,
        counter: a.counter,
        code: a.code.as_str(),
        alert_kind: if a.dcc { "dcc" } else { "device" },
        state: a.state,
        excluded: a.excluded,
        carried: a.carried,
        raised: a.raised.map(micros),
        received: a.received.0,
        delivered: a.delivered.map(micros),
        region: a.region,
        provider,
        feed: FEED,
        known: a.delivered.unwrap_or(a.received).max(a.received).0,
        row: 0,
    }
}

pub(super) fn delivery(d: &DeliveryRecord) -> DeliveryRow<'_> {
    let (originator, target, counter) =
        d.request.map_or((d.from, d.to, d.counter), |r| (r.originator, r.target, r.counter));
    let (leg, instance) = d.unit.map_or((None, 0), |(leg, instance)| (Some(leg), instance));
    DeliveryRow {
        delivery: d.delivery,
        recipient: d.to,
        kind: if d.alert.is_some() { "alert" } else { "response" },
        namespace: NAMESPACE,
        originator,
        target,
        counter,
        leg,
        instance,
        code: d.alert.as_ref().map_or(d.code.as_str(), northbound_types::AlertCode::as_str),
        attempt: i64::from(d.attempt),
        attempted: d.at.0,
        status: i64::from(d.status),
        outcome: match d.outcome {
            Outcome::Delivered => "delivered",
            Outcome::Again => "failed",
            Outcome::Parked => "parked",
        },
        feed: FEED,
        known: d.at.0,
    }
}

fn unverified(u: &Unverified) -> UnverifiedRow {
    UnverifiedRow {
        address: u.address.to_string(),
        user: u.user,
        reason: u.reason.as_str().to_owned(),
        code: u.code.as_str().to_owned(),
        claimed: u.claimed.map(|id| id.to_string()).unwrap_or_default(),
        messages: u.messages,
        first: u.first,
        received: u.last,
        feed: FEED.to_owned(),
    }
}
