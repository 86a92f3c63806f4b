//! Users' requests, from the door to the queue.

use crate::{
    admission::Grant,
    core::Core,
    effect::{Body, Effect, Reply, Times},
    event::{IdText, Rejected, Request, leg_of},
    exchange::Exchange,
    policy::Hold,
    timers::Timer,
    vocabulary::Class,
};
use northbound_types::{
    Eui64, Generation, Kind, Leg, Mode, Region, RequestId, RequestState as S, ResponseCode, Srv,
    TestKind,
};
use serde::{Deserialize, Serialize};

/// Accepted; the answer follows.
pub(crate) const ACCEPTED: ResponseCode = ResponseCode::of("I99");
/// Done.
pub(crate) const DONE: ResponseCode = ResponseCode::of("I0");

/// A Pre-Command that was given out and may come back signed, once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PreCommand {
    pub(crate) digest: [u8; 32],
    pub(crate) srv: Srv,
    pub(crate) expires: i64,
}

impl Core {
    pub(crate) fn request(&mut self, r: &Request, out: &mut Vec<Effect>) {
        let grant = match self.admit(r) {
            Ok(grant) => grant,
            Err(code) => return self.refuse(r, code, out),
        };
        if let Err(code) = self.predecessor_is_known(r) {
            return self.refuse(r, code, out);
        }
        self.spend_counter(r, &grant);
        match grant.leg {
            Leg::Transform => self.transform(r, &grant, out),
            Leg::NonDevice => self.non_device(r, &grant, out),
            Leg::Local => self.own_answer(r, &grant, Body::LocalCommand(r.content.clone()), out),
            Leg::Send | Leg::Instance => self.accept(r, &grant, out),
        }
    }

    /// The unit of a request, before it has entered any state but this.
    fn unit(&self, r: &Request, grant: &Grant, state: S) -> Exchange {
        let class = if grant.leg == Leg::Transform {
            Class::Transform
        } else {
            grant.rule.class(grant.mode)
        };
        Exchange {
            id: r.id,
            written: r.written.clone(),
            leg: grant.leg,
            instance: 0,
            kind: Kind::ServiceRequest,
            mode: if grant.leg == Leg::Transform { Mode::NonDevice } else { grant.mode },
            srv: r.srv,
            cv: Some(r.cv),
            user: Some(grant.user),
            role: Some(grant.role),
            party_category: self
                .inventory
                .user(grant.user)
                .map(|u| u.record.category.clone())
                .unwrap_or_default(),
            class,
            generation: grant.generation,
            device_type: grant.device_type,
            test: r.test,
            region: grant.region,
            state,
            code: ResponseCode::NONE,
            times: Times {
                user_sent: r.user_sent.map(|t| t.0),
                received: self.now,
                ..Times::default()
            },
            timeout_at: None,
            on_device: None,
            content: Vec::new(),
            correlation: None,
            repeatable: !grant.rule.critical,
            attempt: 0,
            schedule: None,
            event_ref: None,
            after: None,
            leads: r.first_in_sequence || r.preceding.is_some(),
            delivery: None,
            late: false,
        }
    }

    /// Refused: it gets a code and a row, and nothing else happens. Refusals may repeat an identity,
    /// so the number of the input tells them apart.
    fn refuse(&mut self, r: &Request, code: ResponseCode, out: &mut Vec<Effect>) {
        let device = self.inventory.device(r.id.target);
        let user = self.inventory.user_no(r.id.originator);
        let non_device =
            self.policy.service(r.srv).is_some_and(|s| s.non_device) || !r.cv.is_sent_to_device();
        let unit = Exchange {
            id: r.id,
            written: r.written.clone(),
            leg: leg_of(Some(r.cv)),
            instance: self.refusal_number(),
            kind: Kind::ServiceRequest,
            mode: if non_device {
                Mode::NonDevice
            } else if r.execution.is_some() {
                Mode::FutureDated
            } else {
                Mode::OnDemand
            },
            srv: r.srv,
            cv: Some(r.cv),
            user,
            role: None,
            party_category: user
                .and_then(|u| self.inventory.user(u))
                .map(|u| u.record.category.clone())
                .unwrap_or_default(),
            class: if non_device { Class::NonDevice } else { Class::OnDemand },
            generation: device.map_or(Generation::None, |d| d.generation),
            device_type: device.map(|d| d.device_type),
            test: r.test,
            region: if non_device {
                Region::None
            } else {
                device.map_or(Region::Unknown, |d| d.region)
            },
            state: S::Refused,
            code,
            times: Times {
                user_sent: r.user_sent.map(|t| t.0),
                received: self.now,
                ended: Some(self.now),
                ..Times::default()
            },
            timeout_at: None,
            on_device: None,
            content: Vec::new(),
            correlation: None,
            repeatable: false,
            attempt: 0,
            schedule: None,
            event_ref: None,
            after: None,
            leads: false,
            delivery: None,
            late: false,
        };
        self.reply(r, code, None, Body::Empty, out);
        let number = self.enter(unit, out);
        self.settle(number, out);
    }

    fn refusal_number(&self) -> i64 {
        i64::try_from(self.counts.inputs).unwrap_or(i64::MAX)
    }

    /// A message that nobody could read, or whose signature was bad.
    pub(crate) fn rejected(&mut self, t: &Rejected, out: &mut Vec<Effect>) {
        let zero = Eui64(0);
        let id = t.id.unwrap_or(RequestId {
            originator: t.from.unwrap_or(zero),
            target: zero,
            counter: 0,
        });
        let unit = Exchange {
            id,
            written: IdText::Upper,
            leg: leg_of(t.cv),
            instance: self.refusal_number(),
            kind: Kind::ServiceRequest,
            mode: Mode::OnDemand,
            srv: t.srv,
            cv: t.cv,
            user: None,
            role: None,
            party_category: Box::default(),
            class: Class::OnDemand,
            generation: Generation::None,
            device_type: None,
            test: TestKind::None,
            region: Region::Unknown,
            state: S::Refused,
            code: t.code,
            times: Times { received: self.now, ended: Some(self.now), ..Times::default() },
            timeout_at: None,
            on_device: None,
            content: Vec::new(),
            correlation: None,
            repeatable: false,
            attempt: 0,
            schedule: None,
            event_ref: None,
            after: None,
            leads: false,
            delivery: None,
            late: false,
        };
        let number = self.enter(unit, out);
        self.settle(number, out);
    }

    pub(crate) fn reply(
        &self,
        r: &Request,
        code: ResponseCode,
        number: Option<u64>,
        body: Body,
        out: &mut Vec<Effect>,
    ) {
        out.push(Effect::Reply(Box::new(Reply {
            id: r.id,
            written: r.written.clone(),
            srv: r.srv,
            code,
            number,
            body,
        })));
    }

    /// Answered at once, by the service itself.
    pub(crate) fn own_answer(
        &mut self,
        r: &Request,
        grant: &Grant,
        body: Body,
        out: &mut Vec<Effect>,
    ) {
        let delivery = self.next.delivery;
        self.next.delivery += 1;
        self.reply(r, DONE, Some(delivery), body, out);
        let mut unit = self.unit(r, grant, S::Queued);
        (unit.times.queued, unit.times.answer_sent) = (Some(self.now), Some(self.now));
        let number = self.enter(unit, out);
        self.end(number, S::AnsweredSuccess, DONE, out);
        self.settle(number, out);
    }

    fn transform(&mut self, r: &Request, grant: &Grant, out: &mut Vec<Effect>) {
        let Some(digest) = r.pre_command else {
            return self.refuse(r, self.policy.codes.fallback, out);
        };
        let expires = self.now + self.policy.keep.pre_command;
        self.pre_commands.insert(r.id, PreCommand { digest, srv: r.srv, expires });
        self.timers.set(expires, Timer::PreCommand(r.id));
        self.own_answer(r, grant, Body::PreCommand(r.content.clone()), out);
    }

    /// Accepted for a device: acknowledged, then held, waiting or queued.
    fn accept(&mut self, r: &Request, grant: &Grant, out: &mut Vec<Effect>) {
        let local = if r.cv.is_sent_and_returned() {
            Body::LocalCommand(r.content.clone())
        } else {
            Body::Empty
        };
        self.reply(r, ACCEPTED, None, local, out);
        let mut unit = self.unit(r, grant, S::Queued);
        unit.times.acknowledged = Some(self.now);
        unit.content.clone_from(&r.content);
        unit.after = r.preceding;
        if grant.mode == Mode::FutureDated {
            let due = r.execution.map_or(self.now, |e| e.0.max(self.now));
            unit.times.due = Some(due);
            if grant.rule.hold == Hold::Device {
                unit.on_device = Some(due);
            }
        }
        if r.cancels {
            return self.cancel(r, unit, out);
        }
        if let Some(breach) = self.breach(r, grant) {
            return self.hold(unit, breach, out);
        }
        self.proceed(unit, out);
    }

    /// Past quarantine, a new unit waits for its time or its predecessor, or queues.
    fn proceed(&mut self, mut unit: Exchange, out: &mut Vec<Effect>) {
        unit.state = self.next_state(&unit);
        let number = self.enter(unit, out);
        self.arrange(number, out);
    }

    /// Where a unit goes next that nothing holds any more.
    pub(crate) fn next_state(&self, unit: &Exchange) -> S {
        let waits_for_time =
            unit.on_device.is_none() && unit.times.due.is_some_and(|d| d > self.now);
        let waits_for_another = unit.after.is_some_and(|p| !self.outcomes.contains_key(&p));
        let fails = unit.after.is_some_and(|p| self.outcomes.get(&p) == Some(&false));
        if waits_for_time || waits_for_another || fails { S::Waiting } else { S::Queued }
    }

    /// Sets what a unit needs in the state that it is in.
    pub(crate) fn arrange(&mut self, number: u64, out: &mut Vec<Effect>) {
        let Some(unit) = self.units.get_mut(&number) else { return };
        // Once its predecessor has succeeded it waits for nobody, however long that is remembered.
        if unit.after.is_some_and(|p| self.outcomes.get(&p) == Some(&true)) {
            unit.after = None;
        }
        match unit.state {
            S::Waiting => {
                if let Some(p) = unit.after {
                    if !self.outcomes.contains_key(&p) && self.is_coming(p) {
                        return self.followers.entry(p).or_default().push(number);
                    }
                    return self.predecessor_failed(number, out);
                }
                let due = unit.times.due.unwrap_or(self.now);
                self.timers.set(due, Timer::Due(number));
            }
            S::Queued => self.enqueue(number),
            _ => {}
        }
    }

    /// A future-dated request is due.
    pub(crate) fn due(&mut self, number: u64, out: &mut Vec<Effect>) {
        if self.units.get(&number).is_some_and(|u| u.state == S::Waiting)
            && self.shift(number, S::Queued, out)
        {
            self.enqueue(number);
        }
    }

    /// Cancels the future-dated requests of the same User, device and service that still wait; the
    /// request to cancel is done by that.
    fn cancel(&mut self, r: &Request, mut unit: Exchange, out: &mut Vec<Effect>) {
        let mut hit: Vec<u64> = self
            .units
            .iter()
            .filter(|(_, u)| {
                matches!(u.state, S::Waiting | S::Held)
                    && u.mode == Mode::FutureDated
                    && u.srv == r.srv
                    && u.id.originator == r.id.originator
                    && u.id.target == r.id.target
            })
            .map(|(n, _)| *n)
            .collect();
        hit.sort_unstable();
        for number in hit {
            self.answer_end(number, S::Cancelled, self.policy.codes.cancelled, Body::Empty, out);
        }
        unit.times.queued = Some(self.now);
        let number = self.enter(unit, out);
        self.answer_end(number, S::AnsweredSuccess, DONE, Body::Empty, out);
    }
}
