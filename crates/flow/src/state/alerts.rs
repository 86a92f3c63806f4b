//! Alerts that were forwarded and that their User has not taken yet.

use crate::{effect::AlertRecord, event::Alert};
use hashbrown::HashMap;
use northbound_types::{AlertState, Eui64, Region, Utc};
use serde::{Deserialize, Serialize};

/// By the number of their delivery.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct OpenAlerts {
    pending: HashMap<u64, AlertRecord>,
}

impl OpenAlerts {
    /// Their rows as of now, in the order in which they were forwarded.
    pub(crate) fn open(&self) -> Vec<AlertRecord> {
        let mut numbers: Vec<u64> = self.pending.keys().copied().collect();
        numbers.sort_unstable();
        numbers.into_iter().map(|n| self.pending[&n].clone()).collect()
    }
    pub(crate) fn len(&self) -> usize {
        self.pending.len()
    }
    /// The device's counter of the alert that is delivered under this number; 0 where there is none.
    pub(crate) fn counter(&self, delivery: u64) -> u64 {
        self.pending.get(&delivery).map_or(0, |r| r.counter)
    }
    pub(crate) fn forwarded(&mut self, delivery: u64, record: AlertRecord) {
        self.pending.insert(delivery, record);
    }
    pub(crate) fn take(&mut self, delivery: u64) -> Option<AlertRecord> {
        self.pending.remove(&delivery)
    }
}

/// An alert for one User.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AlertCopy {
    alert: Alert,
    recipient: Eui64,
    region: Region,
    received: Utc,
    excluded: bool,
}

impl AlertCopy {
    /// `excluded` where storm protection leaves it alone.
    pub(crate) fn new(
        alert: &Alert,
        recipient: Eui64,
        region: Region,
        received: Utc,
        excluded: bool,
    ) -> AlertCopy {
        AlertCopy { alert: alert.clone(), recipient, region, received, excluded }
    }
    pub(crate) fn alert(&self) -> &Alert {
        &self.alert
    }
    pub(crate) fn recipient(&self) -> Eui64 {
        self.recipient
    }
    pub(crate) fn received(&self) -> Utc {
        self.received
    }
    pub(crate) fn is_excluded(&self) -> bool {
        self.excluded
    }

    /// Its row in a state; `carried` is the number of others that this copy represents.
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
            raised: self.alert.raised,
            received: self.received,
            delivered: None,
            region: self.region,
        }
    }
}
