//! What is going on now, as one document.

use northbound_flow::vocabulary::Class;
use northbound_types::{Eui64, Utc};
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
