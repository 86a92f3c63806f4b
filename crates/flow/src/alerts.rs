//! Alerts: for whom, whether they came before, and what becomes of them.

use crate::{
    core::Core,
    deliveries::Of,
    effect::{AlertRecord, Body, Delivery, Effect},
    event::Alert,
    requests::DONE,
    storm::Verdict,
    vocabulary::Role,
};
use hashbrown::HashMap;
use northbound_types::{AlertState, Eui64, Region, Srv};
use serde::{Deserialize, Serialize};

/// Alerts that were forwarded and not taken yet, by the number of their delivery.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct OpenAlerts {
    pending: HashMap<u64, AlertRecord>,
}

impl OpenAlerts {
    pub(crate) fn open(&self) -> Vec<AlertRecord> {
        let mut numbers: Vec<u64> = self.pending.keys().copied().collect();
        numbers.sort_unstable();
        numbers.into_iter().map(|n| self.pending[&n].clone()).collect()
    }
    pub(crate) fn len(&self) -> usize {
        self.pending.len()
    }
    /// The device's counter of the alert that is delivered under this number.
    pub(crate) fn counter(&self, delivery: u64) -> u64 {
        self.pending.get(&delivery).map_or(0, |r| r.counter)
    }
}

/// An alert for one User.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Copy {
    alert: Alert,
    recipient: Eui64,
    region: Region,
    received: i64,
    excluded: bool,
}

impl Copy {
    pub(crate) fn record(&self, state: AlertState, carried: i64) -> AlertRecord {
        AlertRecord {
            device: self.alert.device,
            recipient: self.recipient,
            counter: self.alert.counter,
            code: self.alert.code,
            dcc: self.alert.dcc,
            state,
            excluded: self.excluded,
            carried,
            raised: self.alert.raised.map(|t| t.0),
            received: self.received,
            delivered: None,
            region: self.region,
        }
    }
}

impl Core {
    pub(crate) fn alert(&mut self, a: &Alert, out: &mut Vec<Effect>) {
        let region = self.inventory.device(a.device).map_or(Region::Unknown, |d| d.region);
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

    fn copy(&self, a: &Alert, recipient: Eui64, region: Region) -> Copy {
        let excluded = a.closes.is_some() || self.policy.storm.excluded.contains(&a.code);
        Copy { alert: a.clone(), recipient, region, received: self.now, excluded }
    }

    /// The User that it names, or those who hold a role for the device. An outage is the network
    /// operator's; anything else without a name is the supplier's.
    fn recipients(&self, a: &Alert) -> Vec<Eui64> {
        if let Some(r) = a.recipient {
            return self.inventory.user_no(r).map(|_| r).into_iter().collect();
        }
        let Some(device) = self.inventory.device(a.device) else { return Vec::new() };
        let roles: &[Role] =
            if self.policy.tells_of_outage(a.code) { &[Role::Ed] } else { &[Role::Is, Role::Gs] };
        let mut all: Vec<Eui64> = self
            .inventory
            .home(device.hub)
            .iter()
            .filter(|d| device.hub == a.device || **d == a.device)
            .filter_map(|d| self.inventory.device(*d))
            .flat_map(|d| roles.iter().filter_map(|role| d.holder(*role, self.now)))
            .filter_map(|no| self.inventory.user(no))
            .map(|u| u.record.eui)
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
            && self.close_future_dated(c, a.code, &a.content, self.now, out)
        {
            // The answer carries it to the User; as an alert it is counted as forwarded there and then.
            self.counts.forwarded += 1;
            let mut record = copy.record(AlertState::Delivered, 0);
            record.delivered = Some(self.now);
            out.push(Effect::AlertSettled(Box::new(record)));
            return;
        }
        if copy.excluded {
            return self.forward(&copy, None, out);
        }
        match self.judge((a.device, a.code, recipient), &copy, out) {
            Verdict::Pass(throttled) => self.forward(&copy, throttled, out),
            Verdict::Keep => {}
        }
    }

    /// Counted for good: no copy of its own goes out.
    pub(crate) fn consolidate(&mut self, copy: &Copy, out: &mut Vec<Effect>) {
        self.counts.consolidated += 1;
        out.push(Effect::AlertSettled(Box::new(copy.record(AlertState::Consolidated, 0))));
    }

    /// Goes to its User. The fields of storm protection only go to Users set up for them; the count
    /// stands in the row all the same.
    pub(crate) fn forward(
        &mut self,
        copy: &Copy,
        throttled: Option<(u32, u32)>,
        out: &mut Vec<Effect>,
    ) {
        self.counts.forwarded += 1;
        let fields = self
            .inventory
            .user_no(copy.recipient)
            .and_then(|n| self.inventory.user(n))
            .is_some_and(|u| u.record.throttle_fields);
        let shown = throttled.filter(|_| fields);
        let (a, code) = (&copy.alert, copy.alert.code);
        let body = match (a.dcc, code) {
            (false, _) => Body::DeviceAlert { code, payload: a.content.clone(), throttled: shown },
            (true, _) if self.policy.tells_of_outage(code) => Body::PowerOutage {
                code,
                hub: a.device,
                since: a.raised.map_or(copy.received, |t| t.0),
                throttled: shown,
            },
            (true, _) => Body::DccAlert { code, device: a.device, throttled: shown },
        };
        let message = Delivery {
            number: 0,
            to: copy.recipient,
            from: if a.dcc { self.policy.service } else { a.device },
            answers: None,
            srv: Srv::NONE,
            code: DONE,
            at: self.now,
            body,
        };
        let record = copy.record(AlertState::Pending, i64::from(throttled.map_or(0, |(_, n)| n)));
        let number = self.deliver(message, Of::Alert, out);
        self.alerts.pending.insert(number, record);
    }

    pub(crate) fn alert_done(&mut self, delivery: u64, state: AlertState, out: &mut Vec<Effect>) {
        let Some(mut record) = self.alerts.pending.remove(&delivery) else { return };
        record.state = state;
        if state == AlertState::Delivered {
            record.delivered = Some(self.now);
        }
        out.push(Effect::AlertSettled(Box::new(record)));
    }
}
