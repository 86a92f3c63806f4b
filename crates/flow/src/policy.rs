//! Every limit and choice by which the core decides. Made from the rules and journaled as an input,
//! so that a replay needs no rule file.

mod from_rules;
mod services;

pub use from_rules::PolicyError;
pub use services::{Hold, ServiceRule};

use crate::vocabulary::{Class, Role};
use northbound_types::{AlertCode, Eui64, Region, ResponseCode, Srv};
use serde::{Deserialize, Serialize};

/// The policy in force. All durations are in µs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Hash of the rules that it was made from.
    pub rules: Box<str>,
    /// The service's own EUI: target of Non-Device requests, sender of its own Commands.
    pub service: Eui64,
    /// The catalogue, sorted by variant.
    pub services: Vec<ServiceRule>,
    /// Roles in which a User may act only where it is registered for the device.
    pub registered_roles: Vec<Role>,
    /// Time-outs of Commands.
    pub timeouts: Timeouts,
    /// Retries of Commands.
    pub retry: Retry,
    /// Capacity by region.
    pub capacity: Vec<Capacity>,
    /// Share of each class of the queue, in the order of [`Class::ALL`]; at least 1.
    pub weights: Vec<u32>,
    /// A request older than this in a queue is shed.
    pub longest_queue: i64,
    /// Response and alert codes.
    pub codes: Codes,
    /// How long things are remembered.
    pub keep: Keep,
    /// Thresholds of anomaly detection.
    pub thresholds: Vec<Threshold>,
    /// Storm protection.
    pub storm: StormRule,
    /// Codes of the service's own alerts that report a power outage: these go to the network operator.
    /// The service uses the first for outages that its networks report.
    pub outage_codes: Vec<AlertCode>,
}

/// When a Command times out, counted from when it was sent to the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeouts {
    /// To a device that listens.
    pub on_demand: i64,
    /// To a sleeping gas meter.
    pub asleep: i64,
    /// Of future-dated and scheduled requests.
    pub patient: i64,
}

/// Retries of Commands without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    /// Number of retries; only of Commands whose second execution does no harm.
    pub tries: u8,
    /// Time without an answer before each.
    pub after: i64,
}

/// Capacity of a regional network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capacity {
    /// The region.
    pub region: Region,
    /// Most Commands in flight at once.
    pub in_flight: u32,
    /// Most requests in the queue; the next one is refused.
    pub queued: u32,
}

/// Response and alert codes by occasion. The rules say which of them the code list leaves open.
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

/// How long things are remembered.
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
    /// The User whose traffic it counts; `None` counts all Users together.
    pub user: Option<Eui64>,
    /// The service that it counts; `None` counts all.
    pub srv: Option<Srv>,
    /// Most requests in a window that proceed.
    pub limit: u32,
    /// Length of the window.
    pub window: i64,
}

/// Storm protection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StormRule {
    /// Whether it is on.
    pub on: bool,
    /// A storm begins with more equal alerts than this in a window.
    pub threshold: u32,
    /// Length of the window.
    pub window: i64,
    /// In a storm, one copy is forwarded each.
    pub period: i64,
    /// A storm ends after this time without a repeat.
    pub quiet: i64,
    /// Codes that are never throttled.
    pub excluded: Vec<AlertCode>,
}

impl Policy {
    /// Whether an alert of the service with this code reports a power outage.
    #[must_use]
    pub fn is_outage_code(&self, code: AlertCode) -> bool {
        self.outage_codes.contains(&code)
    }

    /// The rule of a service.
    #[must_use]
    pub fn service(&self, srv: Srv) -> Option<&ServiceRule> {
        self.services.binary_search_by(|s| s.srv.cmp(&srv)).ok().map(|i| &self.services[i])
    }
    /// Capacity of a region; zero where it has none.
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
