//! One exchange while it can still change: a unit of the books.

use crate::{
    effect::{Movement, Record, Times},
    event::{Correlation, IdText},
    state::UserNo,
    vocabulary::{Class, DeviceType, Role},
};
use northbound_types::{
    CommandVariant, Generation, Kind, Leg, Mode, Region, RequestId, RequestState, ResponseCode,
    Srv, TestKind, Utc,
};
use serde::{Deserialize, Serialize};

/// What never changes about an exchange.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Facts {
    pub(crate) id: RequestId,
    /// How the User wrote the RequestID.
    pub(crate) written: IdText,
    pub(crate) leg: Leg,
    pub(crate) instance: i64,
    pub(crate) kind: Kind,
    pub(crate) mode: Mode,
    pub(crate) srv: Srv,
    pub(crate) cv: Option<CommandVariant>,
    pub(crate) user: Option<UserNo>,
    pub(crate) role: Option<Role>,
    pub(crate) party_category: Box<str>,
    pub(crate) class: Class,
    pub(crate) generation: Generation,
    pub(crate) device_type: Option<DeviceType>,
    pub(crate) test: TestKind,
    pub(crate) region: Region,
    /// A second execution does no harm.
    pub(crate) repeatable: bool,
    /// The schedule that it is a run of.
    pub(crate) schedule: Option<u64>,
    /// Other requests may name it as their predecessor.
    pub(crate) leads: bool,
}

/// An exchange. Only [`super::Exchanges`] changes its state; everything else about it changes by
/// the methods below.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Exchange {
    facts: Facts,
    pub(super) state: RequestState,
    code: ResponseCode,
    times: Times,
    timeout_at: Option<i64>,
    /// The device executes it at this time.
    on_device: Option<i64>,
    /// The Command's content, dropped when the exchange ends.
    content: Vec<u8>,
    correlation: Option<Correlation>,
    attempt: u8,
    /// Number under which it is in quarantine.
    event_ref: Option<u64>,
    /// The predecessor that it waits for.
    after: Option<RequestId>,
    /// The delivery of its answer, until settled.
    delivery: Option<u64>,
    /// Timed out, and a late answer would still be recognised.
    late: bool,
}

/// Making an exchange, before it enters the books.
impl Exchange {
    pub(crate) fn new(facts: Facts, state: RequestState, received: Utc) -> Exchange {
        Exchange {
            facts,
            state,
            code: ResponseCode::NONE,
            times: Times::received(received),
            timeout_at: None,
            on_device: None,
            content: Vec::new(),
            correlation: None,
            attempt: 0,
            event_ref: None,
            after: None,
            delivery: None,
            late: false,
        }
    }

    /// Refused with a code, which ended it at once.
    pub(crate) fn refused(mut self, code: ResponseCode, ended: Option<Utc>) -> Exchange {
        (self.state, self.code, self.times.ended) = (RequestState::Refused, code, ended);
        self
    }

    pub(crate) fn sent_by_user(mut self, at: Option<Utc>) -> Exchange {
        self.times.user_sent = at;
        self
    }

    /// Answered by the service at once: it enters as queued and answered at one instant.
    pub(crate) fn answered_at_once(mut self, now: Utc) -> Exchange {
        (self.times.queued, self.times.answer_sent) = (Some(now), Some(now));
        self
    }

    /// Acknowledged, with what is sent to the device and the predecessor that it waits for.
    pub(crate) fn acknowledged(
        mut self,
        now: Utc,
        content: &[u8],
        after: Option<RequestId>,
    ) -> Exchange {
        self.times.acknowledged = Some(now);
        self.content.extend_from_slice(content);
        self.after = after;
        self
    }

    /// Future-dated; `device` where the device holds it until then, else the service does.
    pub(crate) fn future_dated(&mut self, due: i64, device: bool) {
        self.times.due = Some(Utc(due));
        if device {
            self.on_device = Some(due);
        }
    }

    /// In quarantine under an event reference.
    pub(crate) fn held(mut self, event_ref: u64) -> Exchange {
        (self.state, self.event_ref) = (RequestState::Held, Some(event_ref));
        self
    }

    pub(crate) fn entering(mut self, state: RequestState) -> Exchange {
        self.state = state;
        self
    }
}

/// Reading it.
impl Exchange {
    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }
    pub(crate) fn state(&self) -> RequestState {
        self.state
    }
    pub(crate) fn correlation(&self) -> Option<Correlation> {
        self.correlation
    }
    pub(crate) fn times(&self) -> &Times {
        &self.times
    }
    pub(crate) fn timeout_at(&self) -> Option<i64> {
        self.timeout_at
    }
    pub(crate) fn on_device(&self) -> Option<i64> {
        self.on_device
    }
    pub(crate) fn content(&self) -> &[u8] {
        &self.content
    }
    pub(crate) fn attempt(&self) -> u8 {
        self.attempt
    }
    pub(crate) fn event_ref(&self) -> Option<u64> {
        self.event_ref
    }
    pub(crate) fn after(&self) -> Option<RequestId> {
        self.after
    }
    pub(crate) fn delivery(&self) -> Option<u64> {
        self.delivery
    }
    pub(crate) fn is_late(&self) -> bool {
        self.late
    }

    /// The movement into its present state.
    pub(crate) fn movement(&self, from: Option<RequestState>) -> Movement {
        Movement {
            day: self.times.received.day(),
            region: self.facts.region,
            kind: self.facts.kind,
            from,
            to: self.state,
        }
    }

    /// Whether it will never change again.
    pub(crate) fn is_settled(&self) -> bool {
        !self.state.is_live() && self.delivery.is_none() && !self.late
    }

    /// Its row as of now.
    pub(crate) fn record(&self) -> Record {
        let f = &self.facts;
        Record {
            id: f.id,
            leg: f.leg,
            instance: f.instance,
            kind: f.kind,
            mode: f.mode,
            srv: f.srv,
            cv: f.cv,
            role: f.role,
            party_category: f.party_category.clone(),
            class: f.class,
            generation: f.generation,
            device_type: f.device_type,
            test: f.test,
            region: f.region,
            state: self.state,
            code: self.code,
            times: self.times,
            timeout_at: self.timeout_at.map(Utc),
        }
    }
}

/// What happens to it.
impl Exchange {
    /// Released from quarantine.
    pub(crate) fn release(&mut self, now: Utc) {
        (self.times.released, self.event_ref) = (Some(now), None);
    }

    /// Its predecessor has succeeded: it waits for no other request any more.
    pub(crate) fn follow(&mut self) {
        self.after = None;
    }

    pub(crate) fn queue(&mut self, now: Utc) {
        self.times.queued = Some(now);
    }

    /// Sent to the network for the first time; `allowed` µs until it times out, counted from its
    /// execution where the device holds it. Returns the time-out.
    pub(crate) fn send(&mut self, correlation: Correlation, now: i64, allowed: i64) -> i64 {
        let timeout_at = self.on_device.map_or(now, |d| d.max(now)) + allowed;
        self.correlation = Some(correlation);
        self.times.sent_to_wan = Some(Utc(now));
        self.timeout_at = Some(timeout_at);
        self.attempt = 1;
        timeout_at
    }

    /// Sent once more.
    pub(crate) fn send_again(&mut self) {
        self.attempt = self.attempt.saturating_add(1);
    }

    /// The device had the Command; the first report counts.
    pub(crate) fn reached_device(&mut self, at: Option<Utc>) {
        self.times.delivered_to_device = self.times.delivered_to_device.or(at);
    }

    pub(crate) fn answered_at_wan(&mut self, at: Utc) {
        self.times.answered_at_wan = Some(at);
    }

    /// An answer after the time-out: only the first is noted.
    pub(crate) fn answered_late(&mut self, at_wan: Utc, reached_device: Option<Utc>) {
        self.times.answered_at_wan = self.times.answered_at_wan.or(Some(at_wan));
        self.reached_device(reached_device);
    }

    pub(crate) fn answer_sent(&mut self, now: Utc) {
        self.times.answer_sent = Some(now);
    }

    /// Its answer is on its way to the User under this number.
    pub(crate) fn await_delivery(&mut self, delivery: u64) {
        self.delivery = Some(delivery);
    }

    /// Its delivery is settled; `delivered` where the User has it.
    pub(crate) fn delivery_settled(&mut self, now: Utc, delivered: bool) {
        self.delivery = None;
        if delivered && self.state.is_answered() {
            self.times.delivered = Some(now);
        }
    }

    /// Whether an answer after the time-out is to be recognised.
    pub(crate) fn recognise_late(&mut self, late: bool) {
        self.late = late;
    }

    /// It has ended: drops its content and takes its event reference out. A time-out is dated by
    /// its deadline, whenever it was noticed.
    pub(crate) fn end(&mut self, code: ResponseCode, now: Utc) -> Option<u64> {
        self.code = code;
        self.times.ended =
            if self.state == RequestState::TimedOut { self.timeout_at.map(Utc) } else { Some(now) };
        self.content = Vec::new();
        self.event_ref.take()
    }
}
