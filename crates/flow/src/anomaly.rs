//! Thresholds of volume, and quarantine: what exceeds a threshold is held until somebody releases or
//! deletes it, or it expires. Windows are of fixed length from the start of the day (inferred).

use crate::{
    admission::Grant,
    core::Core,
    deliveries::Of,
    effect::{Body, Delivery, Effect, Notice},
    event::Request,
    exchange::Exchange,
    inventory::UserNo,
    requests::DONE,
    timers::Timer,
    vocabulary::Breach,
};
use northbound_types::{RequestState as S, Srv};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Counts of the present window, by threshold and User.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Windows {
    counts: BTreeMap<(u32, Option<UserNo>), (i64, u32)>,
}

impl Core {
    /// Counts a request under each threshold that it belongs to; the first that it exceeds holds it.
    /// Those within the threshold proceed.
    pub(crate) fn breach(&mut self, r: &Request, grant: &Grant) -> Option<Breach> {
        let mut found = None;
        for (i, t) in self.policy.thresholds.iter().enumerate() {
            if t.user.is_some_and(|u| u != r.id.originator)
                || t.srv.is_some_and(|s: Srv| s != r.srv)
            {
                continue;
            }
            let window = self.now.div_euclid(t.window);
            let key = (i as u32, t.user.map(|_| grant.user));
            let count = self.windows.counts.entry(key).or_default();
            if count.0 != window {
                *count = (window, 0);
            }
            count.1 = count.1.saturating_add(1);
            if count.1 > t.limit && found.is_none() {
                found = Some(if t.user.is_some() { Breach::User } else { Breach::Dcc });
            }
        }
        found
    }

    /// Holds a request that was acknowledged, and tells its User.
    pub(crate) fn hold(&mut self, mut unit: Exchange, breach: Breach, out: &mut Vec<Effect>) {
        self.next.event_ref += 1;
        let event_ref = self.next.event_ref;
        unit.state = S::Held;
        unit.event_ref = Some(event_ref);
        let message = Delivery {
            number: 0,
            to: unit.id.originator,
            from: self.policy.service,
            answers: None,
            srv: unit.srv,
            code: DONE,
            at: self.now,
            body: Body::Quarantined {
                code: self.policy.codes.quarantined,
                breach,
                request: unit.id,
                event_ref,
            },
        };
        let number = self.enter(unit, out);
        self.quarantine.insert(event_ref, number);
        self.timers.set(self.now + self.policy.keep.quarantine, Timer::Expire(event_ref));
        self.deliver(message, Of::Nothing, out);
    }

    /// Releases a held request: access is judged again, and it is not counted again.
    pub(crate) fn release(&mut self, event_ref: u64, out: &mut Vec<Effect>) {
        let Some(number) = self.held(event_ref, out) else { return };
        let Some(unit) = self.units.get_mut(&number) else { return };
        unit.times.released = Some(self.now);
        unit.event_ref = None;
        self.quarantine.remove(&event_ref);
        let may = self.may_still(number);
        if let Err(code) = may {
            return self.answer_end(number, S::Refused, code, Body::Empty, out);
        }
        let Some(unit) = self.units.get(&number) else { return };
        let next = self.next_state(unit);
        if self.shift(number, next, out) {
            self.arrange(number, out);
        }
    }

    /// Is the User still there, and still registered for the device?
    fn may_still(&self, number: u64) -> Result<(), northbound_types::ResponseCode> {
        let codes = &self.policy.codes;
        let unit = self.units.get(&number).ok_or(codes.fallback)?;
        let user = unit.user.and_then(|u| self.inventory.user(u)).ok_or(codes.unknown_user)?;
        if !user.record.active {
            return Err(codes.user_status);
        }
        let device = self.inventory.device(unit.id.target).ok_or(codes.unknown_device)?;
        match unit.role {
            Some(role)
                if self.policy.registered_roles.contains(&role)
                    && device.holder(role, self.now) != unit.user =>
            {
                Err(codes.role_for_device)
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn delete(&mut self, event_ref: u64, out: &mut Vec<Effect>) {
        let Some(number) = self.held(event_ref, out) else { return };
        self.answer_end(number, S::QuarantineDeleted, self.policy.codes.deleted, Body::Empty, out);
    }

    pub(crate) fn expire(&mut self, event_ref: u64, out: &mut Vec<Effect>) {
        let Some(&number) = self.quarantine.get(&event_ref) else { return };
        self.answer_end(number, S::QuarantineExpired, self.policy.codes.deleted, Body::Empty, out);
    }

    fn held(&self, event_ref: u64, out: &mut Vec<Effect>) -> Option<u64> {
        let number = self.quarantine.get(&event_ref).copied();
        if number.is_none() {
            out.push(Effect::Notice(Notice::ChangeRefused(format!(
                "nothing is held under event reference {event_ref}"
            ))));
        }
        number
    }

    /// What is held now: event reference, request, since when (µs UTC).
    pub fn quarantined(&self) -> impl Iterator<Item = (u64, northbound_types::RequestId, i64)> {
        self.quarantine
            .iter()
            .filter_map(|(r, n)| self.units.get(n).map(|u| (*r, u.id, u.times.received)))
    }
}
