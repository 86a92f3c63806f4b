//! Anomaly detection by thresholds of volume, and quarantine: a request above a threshold is held
//! until it is released or deleted, or expires.

use super::{Core, DONE, admission::Grant};
use crate::{
    effect::{Body, Delivery, Effect, Notice},
    event::Request,
    state::{Exchange, Purpose, Timer},
    vocabulary::Breach,
};
use northbound_types::{RequestId, RequestState as S, ResponseCode, Srv, Utc};

impl Core {
    /// Counts a request under each threshold that it belongs to; the first that it exceeds holds it.
    /// Those within the threshold proceed.
    pub(super) fn breach(&mut self, r: &Request, grant: &Grant) -> Option<Breach> {
        let mut found = None;
        for (i, t) in self.policy.thresholds.iter().enumerate() {
            if t.user.is_some_and(|u| u != r.id.originator)
                || t.srv.is_some_and(|s: Srv| s != r.srv)
            {
                continue;
            }
            let user = t.user.map(|_| grant.user);
            let count = self.windows.count(i as u32, user, self.now, t.window);
            if count > t.limit && found.is_none() {
                found = Some(if t.user.is_some() { Breach::User } else { Breach::Dcc });
            }
        }
        found
    }

    /// Holds a request that was acknowledged, and notifies its User.
    pub(super) fn hold(&mut self, exchange: Exchange, breach: Breach, out: &mut Vec<Effect>) {
        let event_ref = self.quarantine.take_reference();
        let f = exchange.facts();
        let message = Delivery {
            number: 0,
            to: f.id.originator,
            from: self.policy.service,
            answers: None,
            srv: f.srv,
            code: DONE,
            at: Utc(self.now),
            body: Body::Quarantined {
                code: self.policy.codes.quarantined,
                breach,
                request: f.id,
                event_ref,
            },
        };
        let number = self.enter(exchange.held(event_ref), out);
        self.quarantine.hold(event_ref, number);
        self.timers.set(self.now + self.policy.keep.quarantine, Timer::Expire(event_ref));
        self.deliver(message, Purpose::Notification, out);
    }

    /// Releases a held request: access is judged again, and it is not counted again.
    pub(super) fn release(&mut self, event_ref: u64, out: &mut Vec<Effect>) {
        let Some(number) = self.held(event_ref, out) else { return };
        let Some(exchange) = self.exchanges.get_mut(number) else { return };
        exchange.release(Utc(self.now));
        self.quarantine.remove(event_ref);
        if let Err(code) = self.still_admitted(number) {
            return self.answer_end(number, S::Refused, code, Body::Empty, out);
        }
        let Some(exchange) = self.exchanges.get(number) else { return };
        let next = self.next_state(exchange);
        if self.shift(number, next, out) {
            self.arrange(number, out);
        }
    }

    /// Whether the User is still active, and still registered for the device.
    fn still_admitted(&self, number: u64) -> Result<(), ResponseCode> {
        let codes = &self.policy.codes;
        let f = self.exchanges.get(number).ok_or(codes.fallback)?.facts();
        let user = f.user.and_then(|u| self.inventory.user(u)).ok_or(codes.unknown_user)?;
        if !user.active {
            return Err(codes.user_status);
        }
        let device = self.inventory.device(f.id.target).ok_or(codes.unknown_device)?;
        match f.role {
            Some(role)
                if self.policy.registered_roles.contains(&role)
                    && device.holder(role, self.now) != f.user =>
            {
                Err(codes.role_for_device)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn delete(&mut self, event_ref: u64, out: &mut Vec<Effect>) {
        let Some(number) = self.held(event_ref, out) else { return };
        self.answer_end(number, S::QuarantineDeleted, self.policy.codes.deleted, Body::Empty, out);
    }

    pub(super) fn expire(&mut self, event_ref: u64, out: &mut Vec<Effect>) {
        let Some(number) = self.quarantine.get(event_ref) else { return };
        self.answer_end(number, S::QuarantineExpired, self.policy.codes.deleted, Body::Empty, out);
    }

    fn held(&self, event_ref: u64, out: &mut Vec<Effect>) -> Option<u64> {
        let number = self.quarantine.get(event_ref);
        if number.is_none() {
            out.push(Effect::Notice(Notice::ChangeRefused(format!(
                "nothing is held under event reference {event_ref}"
            ))));
        }
        number
    }

    /// The requests in quarantine: event reference, RequestID, and when each was received.
    pub fn quarantined(&self) -> impl Iterator<Item = (u64, RequestId, Utc)> {
        self.quarantine.iter().filter_map(|(r, n)| {
            self.exchanges.get(n).map(|e| (r, e.facts().id, e.times().received))
        })
    }
}
