//! The regional networks as the core sees them: the queue of each, and what is in flight.

mod queue;

use crate::vocabulary::Class;
use northbound_types::{Region, RequestState};
use queue::Queue;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct RegionState {
    queue: Queue,
    in_flight: u32,
    paused: bool,
}

/// The three regions that have a network.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Regions {
    regions: [RegionState; 3],
}

/// Index of a region that has a network; `None` for the others.
pub(crate) const fn region_index(region: Region) -> Option<usize> {
    match region {
        Region::North => Some(0),
        Region::Central => Some(1),
        Region::South => Some(2),
        Region::None | Region::Unknown => None,
    }
}

impl Regions {
    pub(crate) const WITH_NETWORK: [Region; 3] = [Region::North, Region::Central, Region::South];

    fn of(&self, region: Region) -> Option<&RegionState> {
        region_index(region).map(|i| &self.regions[i])
    }
    fn of_mut(&mut self, region: Region) -> Option<&mut RegionState> {
        region_index(region).map(|i| &mut self.regions[i])
    }

    pub(crate) fn queued(&self, region: Region) -> u32 {
        self.of(region).map_or(0, |r| r.queue.len())
    }
    pub(crate) fn queued_by_class(&self, region: Region) -> Vec<(Class, u32)> {
        self.of(region)
            .map(|r| r.queue.by_class().filter(|(_, n)| *n > 0).collect())
            .unwrap_or_default()
    }
    pub(crate) fn in_flight(&self, region: Region) -> u32 {
        self.of(region).map_or(0, |r| r.in_flight)
    }
    pub(crate) fn is_paused(&self, region: Region) -> bool {
        self.of(region).is_some_and(|r| r.paused)
    }

    /// Puts an exchange into its region's queue; `false` where the region has no network.
    pub(crate) fn enqueue(
        &mut self,
        region: Region,
        class: Class,
        user: u16,
        exchange: u64,
    ) -> bool {
        let Some(r) = self.of_mut(region) else { return false };
        r.queue.push(class, user, exchange);
        true
    }

    /// The next exchange to be sent, while fewer than `most` are in flight and nothing is paused.
    pub(crate) fn next(
        &mut self,
        region: Region,
        most: u32,
        weight: impl Fn(Class) -> u32,
    ) -> Option<u64> {
        let r = self.of_mut(region)?;
        if r.paused || r.in_flight >= most {
            return None;
        }
        r.queue.pop(weight)
    }

    /// Follows an exchange that moves to another state. One that leaves the queue for any state but
    /// in flight is taken out of it: [`Self::next`] has taken out the others.
    pub(crate) fn moved(
        &mut self,
        region: Region,
        (from, to): (RequestState, RequestState),
        class: Class,
        user: Option<u16>,
        exchange: u64,
    ) {
        let Some(r) = self.of_mut(region) else { return };
        if from == RequestState::InFlight {
            r.in_flight -= 1;
        }
        if to == RequestState::InFlight {
            r.in_flight += 1;
        }
        if from == RequestState::Queued
            && to != RequestState::InFlight
            && let Some(user) = user
        {
            r.queue.remove(class, user, exchange);
        }
    }

    /// Pauses or resumes dispatch to a region; `false` where it has no network.
    pub(crate) fn set_paused(&mut self, region: Region, paused: bool) -> bool {
        let Some(r) = self.of_mut(region) else { return false };
        r.paused = paused;
        true
    }
}
