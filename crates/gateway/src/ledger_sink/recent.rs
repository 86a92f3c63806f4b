//! Messages that the ledger does not have yet: open in the core, or waiting for a commit.

use super::{
    RowBuffer,
    ledger::{alert, delivery, exchange},
};
use northbound_flow::{
    Core, Record,
    effect::{AlertRecord, DeliveryRecord},
};
use northbound_ledger::{LedgerError, find};
use northbound_types::{Eui64, RequestId, Utc};
use serde_json::{Value, json};

/// Most messages of each kind in one answer.
const MOST: usize = 10_000;

/// Which messages: those that fulfil everything that is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct About {
    /// One request, and the deliveries of its answers.
    pub request: Option<RequestId>,
    /// Of a device.
    pub device: Option<Eui64>,
    /// Of a User: its requests, and the alerts for it.
    pub user: Option<Eui64>,
}

impl About {
    fn takes(&self, id: RequestId) -> bool {
        self.request.is_none_or(|r| r == id)
            && self.device.is_none_or(|d| d == id.target)
            && self.user.is_none_or(|u| u == id.originator)
    }
    fn takes_alert(&self, a: &AlertRecord) -> bool {
        self.request.is_none()
            && self.device.is_none_or(|d| d == a.device)
            && self.user.is_none_or(|u| u == a.recipient)
    }
    fn takes_delivery(&self, d: &DeliveryRecord) -> bool {
        match d.request {
            Some(id) => self.takes(id),
            None => {
                self.request.is_none()
                    && self.device.is_none_or(|x| x == d.from)
                    && self.user.is_none_or(|u| u == d.to)
            }
        }
    }
}

/// What the core and the rows that wait have of it.
#[derive(Debug, Default)]
pub struct Recent {
    at: Option<Utc>,
    /// The journal's position that the ledger has reached.
    ledger_position: u64,
    /// Each with whether it will not change any more.
    requests: Vec<(Record, bool)>,
    alerts: Vec<(AlertRecord, bool)>,
    deliveries: Vec<DeliveryRecord>,
    more: bool,
}

impl Recent {
    /// Looks at the core and at the rows that wait for a commit.
    #[must_use]
    pub fn of(core: &Core, rows: &RowBuffer, about: &About) -> Recent {
        let mut found = Recent { at: Some(core.now()), ..Recent::default() };
        let (reached, uncommitted) = rows.uncommitted();
        found.ledger_position = reached;
        for rows in uncommitted {
            let settled = rows.settled.iter().filter(|r| about.takes(r.id));
            found.requests.extend(settled.map(|r| (r.clone(), true)));
            let alerts = rows.alerts.iter().filter(|a| about.takes_alert(a));
            found.alerts.extend(alerts.map(|a| (a.clone(), true)));
            found.deliveries.extend(rows.tried.iter().filter(|d| about.takes_delivery(d)).cloned());
        }
        let open = core.find_newest(MOST + 1, |id| about.takes(id));
        found.requests.extend(open.into_iter().map(|r| (r, false)));
        let open = core.find_alerts(|a| about.takes_alert(a));
        found.alerts.extend(open.into_iter().map(|a| (a, false)));
        found.requests.sort_by_key(|(r, _)| std::cmp::Reverse(r.times.received));
        found.alerts.sort_by_key(|(a, _)| std::cmp::Reverse(a.received));
        found.deliveries.sort_by_key(|d| std::cmp::Reverse(d.at));
        found.more =
            found.requests.len().max(found.alerts.len()).max(found.deliveries.len()) > MOST;
        found.requests.truncate(MOST);
        found.alerts.truncate(MOST);
        found.deliveries.truncate(MOST);
        found
    }

    /// As a document, with the columns of the ledger's tables.
    ///
    /// # Errors
    /// Where a row cannot be laid out: a fault of the program.
    pub fn document(&self) -> Result<Value, LedgerError> {
        let requests: Vec<Value> = self
            .requests
            .iter()
            .map(|(r, settled)| {
                Ok(json!({"columns": find::exchange(&exchange(r, ""))?, "settled": settled}))
            })
            .collect::<Result<_, LedgerError>>()?;
        let alerts: Vec<Value> = self
            .alerts
            .iter()
            .map(|(a, settled)| {
                Ok(json!({"columns": find::alert(&alert(a, ""))?, "settled": settled}))
            })
            .collect::<Result<_, LedgerError>>()?;
        let deliveries: Vec<Value> = self
            .deliveries
            .iter()
            .map(|d| Ok(json!({"columns": find::delivery(&delivery(d))?, "settled": true})))
            .collect::<Result<_, LedgerError>>()?;
        Ok(json!({
            "core_time": self.at.map(|t| t.to_string()), "ledger_position": self.ledger_position, "requests": requests, "alerts": alerts,
            "deliveries": deliveries, "more": self.more,
        }))
    }
}
