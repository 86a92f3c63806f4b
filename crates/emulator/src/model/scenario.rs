//! Scenarios: what goes wrong when, as text. Times count from the start of the run, so one file
//! serves the live service and the simulator.
//!
//! Text in, structure out; every key is closed. A fault of the text is reported with file, line and
//! reason. `docs/network.md` lists the keys.

mod parse;
mod text;

pub use parse::{ScenarioError, read};
pub use text::duration;

use crate::model::{
    alerts::Storm,
    fault::{Fault, Trouble},
    fleet::{DeviceType, Fleet, FleetConfig},
    latency::{GOOD_CENTRAL, GOOD_SOUTH, POOR_NORTH},
    wan::Network,
};
use northbound_types::{Eui64, Region, Utc, text_enum, time::DAY_US};

/// Meters of a scenario's fleet.
pub const MAX_METERS: u32 = 1_000_000;
/// A scenario's length: forty days.
pub const MAX_LENGTH: i64 = 40 * DAY_US;
/// Entries of one list.
pub const MAX_ENTRIES: usize = 1_000;
/// Requests in a minute of one entry of traffic.
pub const MAX_PER_MINUTE: u32 = 600_000;

text_enum! {
    /// How a User's receive endpoint fails.
    pub enum EndpointFault("fault of an endpoint") {
        /// Connections are refused.
        Dead = "dead",
        /// It answers 500.
        Error500 = "500",
        /// It answers late.
        Slow = "slow",
        /// It answers 413, as for a body that is too large.
        TooLarge = "413",
    }
}

/// From and until, µs from the start, half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First instant.
    pub from: i64,
    /// First instant after it.
    pub until: i64,
}

impl Span {
    /// Does it hold at an instant, µs from the start?
    #[must_use]
    pub fn holds(&self, at: i64) -> bool {
        (self.from..self.until).contains(&at)
    }
}

/// A trouble of a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedFault {
    /// The region.
    pub region: Region,
    /// When it happens.
    pub span: Span,
    /// The kind of fault.
    pub trouble: Trouble,
}

/// A device that repeats an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedStorm {
    /// Which home's electricity meter.
    pub home: u32,
    /// The alert code.
    pub code: &'static str,
    /// When it happens.
    pub span: Span,
    /// One alert every so many µs.
    pub every: i64,
}

/// A receive endpoint that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedEndpoint {
    /// The User.
    pub user: Eui64,
    /// When it happens.
    pub span: Span,
    /// The kind of fault.
    pub kind: EndpointFault,
    /// How long a slow one takes, µs (0 for the others).
    pub delay: i64,
}

/// Requests that are to be sent while the scenario runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedTraffic {
    /// The User that sends them.
    pub user: Eui64,
    /// Service Reference Variant.
    pub srv: String,
    /// To which kind of device.
    pub device: DeviceType,
    /// When it happens.
    pub span: Span,
    /// How many a minute, evenly.
    pub per_minute: u32,
}

/// A scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// One line.
    pub title: String,
    /// What happens and what to look at.
    pub description: String,
    /// Seed of all draws.
    pub seed: u64,
    /// Meters of the fleet.
    pub meters: u32,
    /// How long it runs, µs.
    pub length: i64,
    /// Troubles of regions.
    pub faults: Vec<PlannedFault>,
    /// Storms.
    pub storms: Vec<PlannedStorm>,
    /// Endpoints that fail.
    pub endpoints: Vec<PlannedEndpoint>,
    /// Traffic.
    pub traffic: Vec<PlannedTraffic>,
}

impl Scenario {
    /// The faults of a run that starts at `start`.
    #[must_use]
    pub fn faults(&self, start: Utc) -> Vec<Fault> {
        self.faults
            .iter()
            .map(|f| Fault {
                region: f.region,
                from: start.0 + f.span.from,
                until: start.0 + f.span.until,
                trouble: f.trouble,
            })
            .collect()
    }

    /// The storms of a run that starts at `start`.
    #[must_use]
    pub fn storms(&self, start: Utc) -> Vec<Storm> {
        self.storms
            .iter()
            .map(|s| Storm {
                home: s.home,
                code: s.code,
                from: start.0 + s.span.from,
                until: start.0 + s.span.until,
                every: s.every,
            })
            .collect()
    }

    /// The network of a run that starts at `start`: the invented regions, the fleet, the faults.
    #[must_use]
    pub fn network(&self, start: Utc) -> Network {
        let days = u32::try_from(self.length.div_euclid(DAY_US) + 1).unwrap_or(1);
        let fleet = Fleet::build(&FleetConfig {
            seed: self.seed,
            meters: self.meters,
            first: start.day(),
            days,
        });
        Network::new(
            self.seed,
            fleet,
            vec![POOR_NORTH, GOOD_CENTRAL, GOOD_SOUTH],
            self.faults(start),
        )
    }

    /// How a User's endpoint fails at an instant, µs from the start: the first entry that holds.
    #[must_use]
    pub fn endpoint(&self, user: Eui64, at: i64) -> Option<&PlannedEndpoint> {
        self.endpoints.iter().find(|e| e.user == user && e.span.holds(at))
    }
}
