//! The present state in numbers and rows, for monitoring.

use super::Core;
use crate::{
    effect::{AlertRecord, Record},
    event::{DeviceRecord, UserRecord},
    state::Regions,
    vocabulary::Class,
};
use northbound_types::{Eui64, Region, RequestId, RequestState};

/// One region at present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionNow {
    /// The region.
    pub region: Region,
    /// Whether sending to it is paused.
    pub paused: bool,
    /// Commands in flight.
    pub in_flight: u32,
    /// Requests in its queue, by class; only classes that have any.
    pub queued: Vec<(Class, u32)>,
    /// Time-outs since the core began, by class.
    pub timed_out: Vec<(Class, u64)>,
}

/// The whole core at present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The three regions.
    pub regions: Vec<RegionNow>,
    /// Requests in quarantine.
    pub held: usize,
    /// Requests that wait for a time or a predecessor.
    pub waiting: i64,
    /// Messages that Users have not taken.
    pub undelivered: usize,
    /// Alerts among them.
    pub undelivered_alerts: usize,
    /// Alert storms at present.
    pub storms: usize,
    /// Consolidated alerts that no copy carries yet.
    pub residue: u64,
    /// Users.
    pub users: usize,
    /// Devices.
    pub devices: usize,
    /// Exchanges that can still change.
    pub open: usize,
    /// Timers set.
    pub timers: usize,
}

impl Core {
    /// The present numbers.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let region = |region: Region| RegionNow {
            region,
            paused: self.regions.is_paused(region),
            in_flight: self.regions.in_flight(region),
            queued: self.regions.queued_by_class(region),
            timed_out: Class::ALL
                .iter()
                .map(|c| (*c, self.counts.time_outs(region, *c)))
                .filter(|(_, n)| *n > 0)
                .collect(),
        };
        let (users, devices) = self.inventory.len();
        Snapshot {
            regions: Regions::WITH_NETWORK.map(region).to_vec(),
            held: self.quarantine.len(),
            waiting: self.counts.all_in(RequestState::Waiting),
            undelivered: self.deliveries.len(),
            undelivered_alerts: self.alerts.len(),
            storms: self.storms.count(),
            residue: self.storms.residue(),
            users,
            devices,
            open: self.exchanges.len(),
            timers: self.timers.len(),
        }
    }

    /// A device of the inventory, with the Users registered for it now.
    #[must_use]
    pub fn device(&self, eui: Eui64) -> Option<DeviceRecord> {
        self.inventory.record(eui, self.now)
    }

    /// At most `most` devices whose EUI is above `after`, by EUI.
    #[must_use]
    pub fn devices(&self, after: Option<Eui64>, most: usize) -> Vec<DeviceRecord> {
        self.inventory.after(after, most).into_iter().filter_map(|d| self.device(d)).collect()
    }

    /// Every User, in the order in which they were added.
    #[must_use]
    pub fn users(&self) -> Vec<UserRecord> {
        self.inventory.users().cloned().collect()
    }

    /// The rows of a request that can still change, in the order in which its exchanges entered.
    #[must_use]
    pub fn find(&self, id: RequestId) -> Vec<Record> {
        let found = self.exchanges.numbers(|e| e.facts().id == id);
        found.into_iter().filter_map(|n| self.exchanges.get(n)).map(|e| e.record()).collect()
    }

    /// At most `most` rows of requests that can still change and whose id fulfils a condition, those that
    /// entered last.
    #[must_use]
    pub fn find_newest(&self, most: usize, wanted: impl Fn(RequestId) -> bool) -> Vec<Record> {
        let found = self.exchanges.numbers(|e| wanted(e.facts().id));
        let newest = found.into_iter().rev().take(most);
        newest.filter_map(|n| self.exchanges.get(n)).map(|e| e.record()).collect()
    }

    /// The rows of alerts that can still change and fulfil a condition.
    #[must_use]
    pub fn find_alerts(&self, wanted: impl Fn(&AlertRecord) -> bool) -> Vec<AlertRecord> {
        self.alerts.open().into_iter().chain(self.storms.open()).filter(|a| wanted(a)).collect()
    }
}
