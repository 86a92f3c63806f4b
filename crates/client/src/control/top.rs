//! The current activity of a service, as one document.

use northbound_flow::vocabulary::Class;
use northbound_types::{Eui64, Utc};
use serde::{Deserialize, Serialize};

/// The current state of a region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionTop {
    /// The region.
    pub region: northbound_types::Region,
    /// Dispatch to the region is paused.
    pub paused: bool,
    /// Commands in flight.
    pub in_flight: u32,
    /// Commands queued, by class.
    pub queued: Vec<(Class, u32)>,
    /// Commands timed out, by class, since the journal began.
    pub timed_out: Vec<(Class, u64)>,
}

/// The current activity. Counters run since the journal began, so two documents give rates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Top {
    /// Time of the live core.
    pub at: Utc,
    /// Inputs, since the journal began.
    pub inputs: u64,
    /// Requests and generated exchanges, since the journal began.
    pub entered: u64,
    /// Refused requests, since the journal began.
    pub refused: u64,
    /// Messages without a verified sender, since the journal began; those that are only counted are in it
    /// when their window has ended.
    #[serde(default)]
    pub unverified: u64,
    /// Commands sent, since the journal began.
    pub dispatched: u64,
    /// Responses, since the journal began.
    pub answers: u64,
    /// Responses after time-out, since the journal began.
    pub late_answers: u64,
    /// Alerts received, forwarded and consolidated, since the journal began.
    pub alerts: [u64; 3],
    /// Deliveries created, attempted, done and parked, since the journal began.
    pub deliveries: [u64; 4],
    /// The regions.
    pub regions: Vec<RegionTop>,
    /// Requests in quarantine.
    pub held: usize,
    /// Requests waiting for a time or a predecessor.
    pub waiting: i64,
    /// Messages that Users have not accepted.
    pub undelivered: usize,
    /// The same by User, largest first.
    pub undelivered_by_user: Vec<(Eui64, usize)>,
    /// Current alert storms.
    pub storms: usize,
    /// Users in the inventory.
    pub users: usize,
    /// Devices in the inventory.
    pub devices: usize,
    /// Exchanges that can still change.
    pub open: usize,
    /// Rows waiting for the ledger.
    pub ledger_waiting: u64,
    /// Whether the disk fails, so that requests are rejected.
    pub suspended: bool,
}
