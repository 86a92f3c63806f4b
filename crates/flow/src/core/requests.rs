//! A User's request, from its admission to the queue.

use super::{ACCEPTED, Core, DONE, admission::Grant};
use crate::{
    effect::{Body, Effect, Reply},
    event::Request,
    policy::Hold,
    state::{Exchange, Facts, Timer},
    vocabulary::Class,
};
use northbound_types::{Kind, Leg, Mode, RequestState as S, ResponseCode, Utc};

impl Core {
    pub(super) fn request(&mut self, r: &Request, out: &mut Vec<Effect>) {
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

    /// The exchange of an admitted request, queued.
    fn exchange(&self, r: &Request, grant: &Grant) -> Exchange {
        let transform = grant.leg == Leg::Transform;
        let facts = Facts {
            id: r.id,
            written: r.written.clone(),
            leg: grant.leg,
            instance: 0,
            kind: Kind::ServiceRequest,
            mode: if transform { Mode::NonDevice } else { grant.mode },
            srv: r.srv,
            cv: Some(r.cv),
            user: Some(grant.user),
            role: Some(grant.role),
            party_category: self.inventory.party_category(Some(grant.user)),
            class: if transform { Class::Transform } else { grant.rule.class(grant.mode) },
            generation: grant.generation,
            device_type: grant.device_type,
            test: r.test,
            region: grant.region,
            repeatable: !grant.rule.critical,
            schedule: None,
            leads: r.first_in_sequence || r.preceding.is_some(),
        };
        Exchange::new(facts, S::Queued, self.now()).sent_by_user(r.user_sent)
    }

    pub(super) fn reply(
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
    pub(super) fn own_answer(
        &mut self,
        r: &Request,
        grant: &Grant,
        body: Body,
        out: &mut Vec<Effect>,
    ) {
        let delivery = self.deliveries.take_number();
        self.reply(r, DONE, Some(delivery), body, out);
        let exchange = self.exchange(r, grant).answered_at_once(Utc(self.now));
        let number = self.enter(exchange, out);
        self.end(number, S::AnsweredSuccess, DONE, out);
        self.settle(number, out);
    }

    fn transform(&mut self, r: &Request, grant: &Grant, out: &mut Vec<Effect>) {
        let Some(digest) = r.pre_command else {
            return self.refuse(r, self.policy.codes.fallback, out);
        };
        let expires = self.now + self.policy.keep.pre_command;
        self.pre_commands.returned(r.id, digest, r.srv, expires);
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
        let mut exchange =
            self.exchange(r, grant).acknowledged(Utc(self.now), &r.content, r.preceding);
        if grant.mode == Mode::FutureDated {
            let due = r.execution.map_or(self.now, |e| e.0.max(self.now));
            exchange.future_dated(due, grant.rule.hold == Hold::Device);
        }
        if r.cancels {
            return self.cancel(r, exchange, out);
        }
        if let Some(breach) = self.breach(r, grant) {
            return self.hold(exchange, breach, out);
        }
        self.proceed(exchange, out);
    }

    /// Past quarantine, a new exchange waits for its time or its predecessor, or queues.
    fn proceed(&mut self, exchange: Exchange, out: &mut Vec<Effect>) {
        let next = self.next_state(&exchange);
        let number = self.enter(exchange.entering(next), out);
        self.arrange(number, out);
    }

    /// Where an exchange goes next that nothing holds any more.
    pub(super) fn next_state(&self, exchange: &Exchange) -> S {
        let waits_for_time =
            exchange.on_device().is_none() && exchange.times().due.is_some_and(|d| d > self.now());
        let succeeded = |p| self.sequences.outcome(p) == Some(true);
        let waits_or_fails = exchange.after().is_some_and(|p| !succeeded(p));
        if waits_for_time || waits_or_fails { S::Waiting } else { S::Queued }
    }

    /// Sets what an exchange needs in the state that it is in.
    pub(super) fn arrange(&mut self, number: u64, out: &mut Vec<Effect>) {
        let Some(exchange) = self.exchanges.get_mut(number) else { return };
        // Once its predecessor has succeeded it waits for none, however long that is remembered.
        if exchange.after().is_some_and(|p| self.sequences.outcome(p) == Some(true)) {
            exchange.follow();
        }
        match exchange.state() {
            S::Waiting => {
                let due = exchange.times().due;
                if let Some(p) = exchange.after() {
                    if self.sequences.outcome(p).is_none() && self.is_coming(p) {
                        return self.sequences.follow(p, number);
                    }
                    return self.predecessor_failed(number, out);
                }
                self.timers.set(due.map_or(self.now, |due| due.0), Timer::Due(number));
            }
            S::Queued => self.enqueue(number),
            _ => {}
        }
    }

    /// A future-dated request is due.
    pub(super) fn due(&mut self, number: u64, out: &mut Vec<Effect>) {
        if self.exchanges.is_in(number, S::Waiting) && self.shift(number, S::Queued, out) {
            self.enqueue(number);
        }
    }

    /// Cancels the future-dated requests of the same User, device and service that still wait; the
    /// cancelling request is answered by that.
    fn cancel(&mut self, r: &Request, mut exchange: Exchange, out: &mut Vec<Effect>) {
        let cancelled = self.exchanges.numbers(|e| {
            let f = e.facts();
            matches!(e.state(), S::Waiting | S::Held)
                && f.mode == Mode::FutureDated
                && f.srv == r.srv
                && f.id.originator == r.id.originator
                && f.id.target == r.id.target
        });
        for number in cancelled {
            self.answer_end(number, S::Cancelled, self.policy.codes.cancelled, Body::Empty, out);
        }
        exchange.queue(Utc(self.now));
        let number = self.enter(exchange, out);
        self.answer_end(number, S::AnsweredSuccess, DONE, Body::Empty, out);
    }
}
