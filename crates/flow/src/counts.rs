//! Live numbers for monitoring. Reported figures come from the ledger, not from these.

use crate::vocabulary::Class;
use northbound_types::{Region, RequestState};
use serde::{Deserialize, Serialize};

const REGIONS: usize = Region::ALL.len();
const STATES: usize = RequestState::ALL.len();
const CLASSES: usize = Class::ALL.len();

/// Counts since the core began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Inputs applied.
    pub inputs: u64,
    /// Requests and generated exchanges that entered.
    pub entered: u64,
    /// Exchanges by region and state: now for live states, ever for ends.
    states: Vec<i64>,
    /// Time-outs by region and class.
    timed_out: Vec<u64>,
    /// Commands sent, retries included.
    pub dispatched: u64,
    /// Answers that came in.
    pub answers: u64,
    /// Answers after time-out.
    pub late_answers: u64,
    /// Answers that belong to no Command, or had arrived before.
    pub stray_answers: u64,
    /// Alerts received.
    pub alerts: u64,
    /// Alerts forwarded.
    pub forwarded: u64,
    /// Alerts consolidated.
    pub consolidated: u64,
    /// Repeats of alerts.
    pub repeated_alerts: u64,
    /// Alerts without a recipient.
    pub refused_alerts: u64,
    /// Deliveries: begun, attempted, delivered, dead-lettered.
    pub deliveries: [u64; 4],
    /// Messages whose sender was not verified.
    pub unverified: u64,
}

impl Default for Counts {
    fn default() -> Counts {
        Counts {
            inputs: 0,
            entered: 0,
            states: vec![0; REGIONS * STATES],
            timed_out: vec![0; REGIONS * CLASSES],
            dispatched: 0,
            answers: 0,
            late_answers: 0,
            stray_answers: 0,
            alerts: 0,
            forwarded: 0,
            consolidated: 0,
            repeated_alerts: 0,
            refused_alerts: 0,
            deliveries: [0; 4],
            unverified: 0,
        }
    }
}

impl Counts {
    pub(crate) fn moved(&mut self, region: Region, from: Option<RequestState>, to: RequestState) {
        match from {
            None => self.entered += 1,
            Some(f) => self.states[region as usize * STATES + f as usize] -= 1,
        }
        self.states[region as usize * STATES + to as usize] += 1;
    }
    pub(crate) fn timed_out(&mut self, region: Region, class: Class) {
        self.timed_out[region as usize * CLASSES + class as usize] += 1;
    }

    /// Exchanges of a region in a state: now for live states, ever for ends.
    #[must_use]
    pub fn in_state(&self, region: Region, state: RequestState) -> i64 {
        self.states[region as usize * STATES + state as usize]
    }
    /// Time-outs of a region and class.
    #[must_use]
    pub fn time_outs(&self, region: Region, class: Class) -> u64 {
        self.timed_out[region as usize * CLASSES + class as usize]
    }
    /// Exchanges in a state, all regions.
    #[must_use]
    pub fn all_in(&self, state: RequestState) -> i64 {
        Region::ALL.iter().map(|r| self.in_state(*r, state)).sum()
    }
}
