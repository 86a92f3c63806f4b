//! Requests that are refused, and messages that the ingress has rejected: they get a row.

use super::Core;
use crate::{
    effect::{Body, Effect},
    event::{IdText, Rejected, Request, Unverified, leg_of},
    state::{Exchange, Facts},
    vocabulary::Class,
};
use northbound_types::{
    Eui64, Generation, Kind, Mode, Region, RequestId, RequestState as S, ResponseCode, TestKind,
    Utc,
};

impl Core {
    /// Refuses a request with a code. Refusals may repeat a RequestID, so the number of the input
    /// tells them apart.
    pub(super) fn refuse(&mut self, r: &Request, code: ResponseCode, out: &mut Vec<Effect>) {
        let device = self.inventory.device(r.id.target);
        let user = self.inventory.user_no(r.id.originator);
        let non_device =
            self.policy.service(r.srv).is_some_and(|s| s.non_device) || !r.cv.is_sent_to_device();
        let mode = match r.execution {
            _ if non_device => Mode::NonDevice,
            Some(_) => Mode::FutureDated,
            None => Mode::OnDemand,
        };
        let facts = Facts {
            id: r.id,
            written: r.written.clone(),
            leg: leg_of(Some(r.cv)),
            instance: self.refusal_number(),
            kind: Kind::ServiceRequest,
            mode,
            srv: r.srv,
            cv: Some(r.cv),
            user,
            role: None,
            party_category: self.inventory.party_category(user),
            class: if non_device { Class::NonDevice } else { Class::OnDemand },
            generation: device.map_or(Generation::None, |d| d.generation()),
            device_type: device.map(|d| d.device_type()),
            test: r.test,
            region: if non_device {
                Region::None
            } else {
                device.map_or(Region::Unknown, |d| d.region())
            },
            repeatable: false,
            schedule: None,
            leads: false,
        };
        self.reply(r, code, None, Body::Empty, out);
        let exchange = Exchange::new(facts, S::Refused, self.now()).sent_by_user(r.user_sent);
        self.enter_refused(exchange, code, out);
    }

    /// A message that could not be read, or whose signature was bad.
    pub(super) fn rejected(&mut self, t: &Rejected, out: &mut Vec<Effect>) {
        let unknown = Eui64(0);
        let id = t.id.unwrap_or(RequestId {
            originator: t.from.unwrap_or(unknown),
            target: unknown,
            counter: 0,
        });
        let facts = Facts {
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
            repeatable: false,
            schedule: None,
            leads: false,
        };
        self.enter_refused(Exchange::new(facts, S::Refused, Utc(self.now)), t.code, out);
    }

    /// Messages whose sender was not verified. They enter no exchange: a stranger can write any
    /// RequestID, so they may change nothing that is counted for a User, a device or a region.
    pub(super) fn unverified(&mut self, u: &Unverified, out: &mut Vec<Effect>) {
        self.counts.unverified = self.counts.unverified.saturating_add(u.messages);
        out.push(Effect::Unverified(Box::new(u.clone())));
    }

    fn enter_refused(&mut self, exchange: Exchange, code: ResponseCode, out: &mut Vec<Effect>) {
        let number = self.enter(exchange.refused(code, Some(self.now())), out);
        self.settle(number, out);
    }

    fn refusal_number(&self) -> i64 {
        i64::try_from(self.counts.inputs).unwrap_or(i64::MAX)
    }
}
