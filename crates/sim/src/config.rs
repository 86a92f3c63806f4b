//! What a world is made of.

use crate::users::{User, invented_users};
use northbound_emulator::latency::{GOOD_CENTRAL, GOOD_SOUTH, POOR_NORTH, RegionProfile};
use northbound_flow::policy::PolicyError;
use northbound_types::{Period, Region};
use std::path::PathBuf;

/// Most meters in one world (three bytes number the homes; see `northbound_emulator::fleet`).
pub const MAX_METERS: u32 = 10_000_000;

/// Which parts of the story happen. All of them by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scenario {
    /// Region North is poor by day.
    pub poor_north: bool,
    /// CSPC's reporting tool is faulty on days 11 to 20 and Central is slow on some of them.
    pub faulty_reporting: bool,
    /// Power cuts, and one outage of a region.
    pub outages: bool,
    /// Two meters that repeat one alert.
    pub storms: bool,
    /// One User's burst, with shedding.
    pub surge: bool,
}

impl Default for Scenario {
    fn default() -> Scenario {
        Scenario {
            poor_north: true,
            faulty_reporting: true,
            outages: true,
            storms: true,
            surge: true,
        }
    }
}

/// A world's configuration.
#[derive(Debug, Clone)]
pub struct SimConfig {
    /// Seed of every draw.
    pub seed: u64,
    /// Meters in all.
    pub meters: u32,
    /// The month.
    pub period: Period,
    /// Only the first so many days of it; `None` for all.
    pub days: Option<u32>,
    /// One profile per region.
    pub regions: Vec<RegionProfile>,
    /// The Users; the first is the one whose own records are written.
    pub users: Vec<User>,
    /// Which parts of the story happen.
    pub scenario: Scenario,
}

impl Default for SimConfig {
    fn default() -> SimConfig {
        SimConfig {
            seed: 2026,
            meters: 5_000,
            period: Period::Month(2026, 4),
            days: None,
            regions: vec![POOR_NORTH, GOOD_CENTRAL, GOOD_SOUTH],
            users: invented_users(),
            scenario: Scenario::default(),
        }
    }
}

impl SimConfig {
    /// Checks the limits and gives the number of days.
    ///
    /// # Errors
    /// [`SimError::Config`] naming the setting and what it may be.
    pub fn checked_days(&self) -> Result<u32, SimError> {
        let bad = |what: String| Err(SimError::Config(what));
        if !(1..=MAX_METERS).contains(&self.meters) {
            return bad(format!("meters is {}: use 1 to {MAX_METERS}", self.meters));
        }
        let Period::Month(year, month) = self.period else {
            return bad(format!("period is {}: use a month such as 2026-04", self.period));
        };
        if !(2000..=2200).contains(&year) || !(1..=12).contains(&month) {
            return bad(format!(
                "period is {}: use a month of the years 2000 to 2200",
                self.period
            ));
        }
        let whole = self.period.days().unsigned_abs();
        let days = self.days.unwrap_or(whole);
        if !(1..=whole).contains(&days) {
            return bad(format!("days is {days}: {} has 1 to {whole}", self.period));
        }
        for r in [Region::North, Region::Central, Region::South] {
            if self.regions.iter().filter(|p| p.region == r).count() != 1 {
                return bad(format!("regions must hold {r} exactly once"));
            }
        }
        crate::users::check(&self.users)?;
        Ok(days)
    }
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// A setting is out of its limits.
    #[error("simulation setting: {0}")]
    Config(String),
    /// The embedded rules make no policy.
    #[error("simulation setting: the embedded rules make no policy: {0}")]
    Policy(#[from] PolicyError),
    /// A file could not be written.
    #[error("cannot write {}: {source}; check the folder, its rights and the free space", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: std::io::Error,
    },
}
