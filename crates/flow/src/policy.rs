//! Every number and choice by which the core decides. Made from the rules, journaled as an input,
//! so that a replay needs no rule file.

mod from_rules;
mod services;

pub use from_rules::PolicyError;
pub use services::{Hold, ServiceRule};

use crate::vocabulary::{Class, Role};
use northbound_types::{AlertCode, Eui64, Region, ResponseCode, Srv};
use serde::{Deserialize, Serialize};

/// Lengths of time in µs throughout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Hash of the rules that it was made from.
    pub rules: Box<str>,
    /// The service's own EUI: target of Non-Device requests, sender of its own Commands.
    pub service: Eui64,
    /// The catalogue, sorted by variant.
    pub services: Vec<ServiceRule>,
    /// Roles that count only where registered for the device.
    pub registered_roles: Vec<Role>,
    /// Given up after, by class and for sleeping meters.
    pub timeouts: Timeouts,
    /// Trying again.
    pub retry: Retry,
    /// Capacity by region.
    pub capacity: Vec<Capacity>,
    /// Share of each class of the queue, in the order of [`Class::ALL`]; at least 1.
    pub weights: Vec<u32>,
    /// A request older than this in a queue is shed.
    pub longest_queue: i64,
    /// Codes that are answered.
    pub codes: Codes,
    /// Pre-Commands, late answers, quarantine.
    pub keep: Keep,
    /// Thresholds of anomaly detection.
    pub thresholds: Vec<Threshold>,
    /// Storm protection.
    pub storm: StormRule,
    /// Codes of the service's own alerts that tell of a power outage: these go to the network operator.
    /// The first is the one by which the service says what its networks tell it.
    pub outage_codes: Vec<AlertCode>,
}

/// When a request is given up, counted from when it was sent to the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeouts {
    /// To a device that listens.
    pub on_demand: i64,
    /// To a sleeping gas meter.
    pub asleep: i64,
    /// With a day to spare: future-dated and scheduled.
    pub patient: i64,
}

/// Commands that nobody answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    /// Further tries; only of Commands that may be executed twice without harm.
    pub tries: u8,
    /// After so long without an answer.
    pub after: i64,
}

/// What a regional network takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capacity {
    /// Which.
    pub region: Region,
    /// Commands on their way at the same time.
    pub in_flight: u32,
    /// Requests in the queue; the next one is refused.
    pub queued: u32,
}

/// Response and alert codes by occasion. Which of them the code list leaves open stands with the
/// rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each is the occasion on which the code is answered")]
pub struct Codes {
    pub unknown_user: ResponseCode,
    pub role: ResponseCode,
    pub user_status: ResponseCode,
    pub unknown_device: ResponseCode,
    pub role_for_device: ResponseCode,
    pub device_type: ResponseCode,
    pub device_status: ResponseCode,
    pub local_delivery: ResponseCode,
    pub wrong_service: ResponseCode,
    pub variant: ResponseCode,
    pub replay: ResponseCode,
    pub pre_command: ResponseCode,
    pub sequence: ResponseCode,
    pub full: ResponseCode,
    pub shed: ResponseCode,
    pub no_route: ResponseCode,
    pub timed_out: ResponseCode,
    pub timed_out_future: ResponseCode,
    pub device_error: ResponseCode,
    pub deleted: ResponseCode,
    pub cancelled: ResponseCode,
    pub fallback: ResponseCode,
    pub quarantined: AlertCode,
}

/// How long things are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keep {
    /// A Pre-Command may be signed and sent back within this.
    pub pre_command: i64,
    /// After a time-out an answer is still recognised within this.
    pub late_answer: i64,
    /// A held request expires after this.
    pub quarantine: i64,
    /// The outcome of a request is known to its followers for this long.
    pub outcome: i64,
}

/// A threshold of volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Threshold {
    /// Whose traffic it counts; all Users together where none.
    pub user: Option<Eui64>,
    /// Which service it counts; all where none.
    pub srv: Option<Srv>,
    /// So many in the window are let through.
    pub limit: u32,
    /// Length of the window.
    pub window: i64,
}

/// Storm protection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StormRule {
    /// Switched on.
    pub on: bool,
    /// Above so many equal alerts in the window a storm begins.
    pub threshold: u32,
    /// Length of the window.
    pub window: i64,
    /// In a storm one copy passes each.
    pub period: i64,
    /// So long without a repeat ends it.
    pub quiet: i64,
    /// Codes that it leaves alone.
    pub excluded: Vec<AlertCode>,
}

impl Policy {
    /// Is this a code of the service by which a power outage is told?
    #[must_use]
    pub fn tells_of_outage(&self, code: AlertCode) -> bool {
        self.outage_codes.contains(&code)
    }

    /// The rule of a service.
    #[must_use]
    pub fn service(&self, srv: Srv) -> Option<&ServiceRule> {
        self.services.binary_search_by(|s| s.srv.cmp(&srv)).ok().map(|i| &self.services[i])
    }
    /// Capacity of a region; nothing passes where it has none.
    #[must_use]
    pub fn capacity(&self, region: Region) -> Capacity {
        self.capacity.iter().copied().find(|c| c.region == region).unwrap_or(Capacity {
            region,
            in_flight: 0,
            queued: 0,
        })
    }
    /// Weight of a class in the queue, at least 1.
    #[must_use]
    pub fn weight(&self, class: Class) -> u32 {
        self.weights.get(class as usize).copied().unwrap_or(1).max(1)
    }
}
