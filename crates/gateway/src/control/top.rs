//! What is going on now, as one document.

use crate::{delivery::Deliveries, metrics::Metrics};
use northbound_flow::{Core, vocabulary::Class};
use northbound_types::{Eui64, RequestState, Utc};
use serde::{Deserialize, Serialize};

/// One region now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionTop {
    /// Which.
    pub region: northbound_types::Region,
    /// Nothing leaves for it.
    pub paused: bool,
    /// Commands on their way.
    pub in_flight: u32,
    /// Waiting, by class.
    pub queued: Vec<(Class, u32)>,
    /// Given up, by class, ever.
    pub timed_out: Vec<(Class, u64)>,
}

/// All of it. What is counted ever gives rates between two looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Top {
    /// The core's time.
    pub at: Utc,
    /// Inputs, ever.
    pub inputs: u64,
    /// Requests and generated units, ever.
    pub entered: u64,
    /// Refused, ever.
    pub refused: u64,
    /// Commands sent, ever.
    pub dispatched: u64,
    /// Answers, ever.
    pub answers: u64,
    /// Answers after time-out, ever.
    pub late_answers: u64,
    /// Alerts received, forwarded, consolidated, ever.
    pub alerts: [u64; 3],
    /// Deliveries made, tried, done, parked, ever.
    pub deliveries: [u64; 4],
    /// The regions.
    pub regions: Vec<RegionTop>,
    /// Held in quarantine now.
    pub held: usize,
    /// Waiting for a time or a predecessor now.
    pub waiting: i64,
    /// Messages that Users have not taken.
    pub undelivered: usize,
    /// The same by User, most first.
    pub undelivered_by_user: Vec<(Eui64, usize)>,
    /// Alert storms that are on.
    pub storms: usize,
    /// Users in the inventory.
    pub users: usize,
    /// Devices in the inventory.
    pub devices: usize,
    /// Exchanges that can still change.
    pub open: usize,
    /// Rows that wait for the ledger.
    pub ledger_waiting: u64,
    /// Does the disk refuse?
    pub suspended: bool,
}

/// Users listed by what waits for them.
const LISTED: usize = 20;

impl Top {
    /// From the core.
    #[must_use]
    pub fn of(flow: &Core) -> Top {
        let (c, s) = (flow.counts(), flow.snapshot());
        let regions = s
            .regions
            .into_iter()
            .map(|r| RegionTop {
                region: r.region,
                paused: r.paused,
                in_flight: r.in_flight,
                queued: r.queued,
                timed_out: r.timed_out,
            })
            .collect();
        Top {
            at: flow.now(),
            inputs: c.inputs,
            entered: c.entered,
            refused: u64::try_from(c.all_in(RequestState::Refused)).unwrap_or(0),
            dispatched: c.dispatched,
            answers: c.answers,
            late_answers: c.late_answers,
            alerts: [c.alerts, c.forwarded, c.consolidated],
            deliveries: c.deliveries,
            regions,
            held: s.held,
            waiting: s.waiting,
            undelivered: s.undelivered,
            undelivered_by_user: Vec::new(),
            storms: s.storms,
            users: s.users,
            devices: s.devices,
            open: s.open,
            ledger_waiting: 0,
            suspended: false,
        }
    }

    /// With what stands outside the core.
    #[must_use]
    pub fn with(mut self, deliveries: &Deliveries, metrics: &Metrics) -> Top {
        self.undelivered_by_user = deliveries.waiting();
        self.undelivered_by_user.truncate(LISTED);
        self.ledger_waiting = metrics.ledger_waiting.get();
        self.suspended = metrics.suspended.get() > 0;
        self
    }
}
