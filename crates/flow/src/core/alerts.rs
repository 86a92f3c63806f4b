//! Alerts: for whom, whether they are repeats, and what becomes of them.

use super::{Core, DONE};
use crate::{
    effect::{Body, Delivery, Effect},
    event::Alert,
    state::{AlertCopy, Look, Purpose, StormKey, Timer},
    vocabulary::Role,
};
use northbound_types::{AlertState, Eui64, Region, Srv, Utc};

impl Core {
    pub(super) fn alert(&mut self, a: &Alert, out: &mut Vec<Effect>) {
        let region = self.inventory.device(a.device).map_or(Region::Unknown, |d| d.region());
        let recipients = self.recipients(a);
        if recipients.is_empty() {
            self.counts.alerts += 1;
            self.counts.refused_alerts += 1;
            let copy = self.copy(a, a.recipient.unwrap_or(Eui64(0)), region);
            out.push(Effect::AlertSettled(Box::new(copy.record(AlertState::Refused, 0))));
            return;
        }
        for recipient in recipients {
            self.alert_for(a, recipient, region, out);
        }
    }

    fn copy(&self, a: &Alert, recipient: Eui64, region: Region) -> AlertCopy {
        let excluded = a.closes.is_some() || self.policy.storm.excluded.contains(&a.code);
        AlertCopy::new(a, recipient, region, Utc(self.now), excluded)
    }

    /// The User that it names, or those who hold a role for the device. An outage is the network
    /// operator's; anything else without a name is the supplier's.
    fn recipients(&self, a: &Alert) -> Vec<Eui64> {
        if let Some(r) = a.recipient {
            return self.inventory.user_no(r).map(|_| r).into_iter().collect();
        }
        let Some(device) = self.inventory.device(a.device) else { return Vec::new() };
        let roles: &[Role] =
            if self.policy.is_outage_code(a.code) { &[Role::Ed] } else { &[Role::Is, Role::Gs] };
        let mut all: Vec<Eui64> = self
            .inventory
            .home(device.hub())
            .iter()
            .filter(|d| device.hub() == a.device || **d == a.device)
            .filter_map(|d| self.inventory.device(*d))
            .flat_map(|d| roles.iter().filter_map(|role| d.holder(*role, self.now)))
            .filter_map(|no| self.inventory.user(no))
            .map(|u| u.eui)
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn alert_for(&mut self, a: &Alert, recipient: Eui64, region: Region, out: &mut Vec<Effect>) {
        self.counts.alerts += 1;
        let copy = self.copy(a, recipient, region);
        if self.inventory.device_mut(a.device).is_some_and(|d| d.repeats(a.counter, recipient)) {
            self.counts.repeated_alerts += 1;
            out.push(Effect::AlertSettled(Box::new(copy.record(AlertState::Duplicate, 0))));
            return;
        }
        if let Some(c) = &a.closes
            && self.close_future_dated(c, a.code, &a.content, Utc(self.now), out)
        {
            // The answer carries it to the User; as an alert it is counted as forwarded there and then.
            self.counts.forwarded += 1;
            let mut record = copy.record(AlertState::Delivered, 0);
            record.delivered = Some(Utc(self.now));
            out.push(Effect::AlertSettled(Box::new(record)));
            return;
        }
        if copy.is_excluded() {
            return self.forward(&copy, None, out);
        }
        self.guard_against_storm((a.device, a.code, recipient), &copy, out);
    }

    /// Forwards an alert, or holds it back in a storm.
    fn guard_against_storm(&mut self, key: StormKey, copy: &AlertCopy, out: &mut Vec<Effect>) {
        if !self.policy.storm.on {
            return self.forward(copy, None, out);
        }
        let verdict = self.storms.judge(&self.policy.storm, key, copy, self.now);
        if let Some(at) = verdict.look_at {
            self.timers.set(at, Timer::Storm(key.0, key.1, key.2));
        }
        if let Some(before) = verdict.consolidated {
            self.consolidate(&before, out);
        }
        if let Some(throttled) = verdict.forward {
            self.forward(copy, throttled, out);
        }
    }

    /// Looks whether a storm is over. Then its last copy is forwarded after all and carries the rest.
    pub(super) fn storm_quiet(&mut self, key: StormKey, due: i64, out: &mut Vec<Effect>) {
        match self.storms.look(&self.policy.storm, &key, due) {
            Look::Again(at) => self.timers.set(at, Timer::Storm(key.0, key.1, key.2)),
            Look::Over(Some((latest, throttled))) => self.forward(&latest, Some(throttled), out),
            Look::Over(None) => {}
        }
    }

    /// Counts an alert into a storm's copy for good: it is not forwarded itself.
    fn consolidate(&mut self, copy: &AlertCopy, out: &mut Vec<Effect>) {
        self.counts.consolidated += 1;
        out.push(Effect::AlertSettled(Box::new(copy.record(AlertState::Consolidated, 0))));
    }

    /// Forwards an alert to its User. Only Users set up for the fields of storm protection get them;
    /// the row has the count in any case.
    fn forward(&mut self, copy: &AlertCopy, throttled: Option<(u32, u32)>, out: &mut Vec<Effect>) {
        self.counts.forwarded += 1;
        let fields = self
            .inventory
            .user_no(copy.recipient())
            .and_then(|n| self.inventory.user(n))
            .is_some_and(|u| u.throttle_fields);
        let body = self.alert_body(copy, throttled.filter(|_| fields));
        let a = copy.alert();
        let message = Delivery {
            number: 0,
            to: copy.recipient(),
            from: if a.dcc { self.policy.service } else { a.device },
            answers: None,
            srv: Srv::NONE,
            code: DONE,
            at: Utc(self.now),
            body,
        };
        let record = copy.record(AlertState::Pending, i64::from(throttled.map_or(0, |(_, n)| n)));
        let number = self.deliver(message, Purpose::Alert, out);
        self.alerts.forwarded(number, record);
    }

    fn alert_body(&self, copy: &AlertCopy, throttled: Option<(u32, u32)>) -> Body {
        let a = copy.alert();
        let code = a.code;
        match a.dcc {
            false => Body::DeviceAlert { code, payload: a.content.clone(), throttled },
            true if self.policy.is_outage_code(code) => Body::PowerOutage {
                code,
                hub: a.device,
                since: a.raised.unwrap_or(copy.received()),
                throttled,
            },
            true => Body::DccAlert { code, device: a.device, throttled },
        }
    }

    pub(super) fn alert_done(&mut self, delivery: u64, state: AlertState, out: &mut Vec<Effect>) {
        let Some(mut record) = self.alerts.take(delivery) else { return };
        record.state = state;
        if state == AlertState::Delivered {
            record.delivered = Some(Utc(self.now));
        }
        out.push(Effect::AlertSettled(Box::new(record)));
    }
}
