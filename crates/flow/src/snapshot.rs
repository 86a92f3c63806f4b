//! What is going on now, for those who watch.

use crate::{
    core::{Core, region_index},
    vocabulary::Class,
};
use northbound_types::{Region, RequestId, RequestState};

/// One region now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionNow {
    /// Which.
    pub region: Region,
    /// Nothing leaves for it.
    pub paused: bool,
    /// Commands on their way.
    pub in_flight: u32,
    /// Waiting, by class.
    pub queued: Vec<(Class, u32)>,
    /// Given up since the core began, by class.
    pub timed_out: Vec<(Class, u64)>,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The three regions.
    pub regions: Vec<RegionNow>,
    /// Held in quarantine.
    pub held: usize,
    /// Waiting for a time or a predecessor.
    pub waiting: i64,
    /// Messages that Users have not taken.
    pub undelivered: usize,
    /// Alerts among them.
    pub undelivered_alerts: usize,
    /// Storms that are on.
    pub storms: usize,
    /// Consolidated alerts that no copy carries yet.
    pub residue: u64,
    /// Users, devices.
    pub users: usize,
    /// Devices.
    pub devices: usize,
    /// Exchanges that can still change.
    pub open: usize,
    /// Timers set.
    pub timers: usize,
}

impl Core {
    /// What is going on now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let region = |region: Region| {
            let r = region_index(region).map(|i| &self.regions[i]);
            RegionNow {
                region,
                paused: r.is_some_and(|r| r.paused),
                in_flight: r.map_or(0, |r| r.in_flight),
                queued: r
                    .map(|r| r.queue.by_class().filter(|(_, n)| *n > 0).collect())
                    .unwrap_or_default(),
                timed_out: Class::ALL
                    .iter()
                    .map(|c| (*c, self.counts.time_outs(region, *c)))
                    .filter(|(_, n)| *n > 0)
                    .collect(),
            }
        };
        let (users, devices) = self.inventory.len();
        Snapshot {
            regions: [Region::North, Region::Central, Region::South].map(region).to_vec(),
            held: self.quarantine.len(),
            waiting: self.counts.all_in(RequestState::Waiting),
            undelivered: self.pending.len(),
            undelivered_alerts: self.alerts.len(),
            storms: self.storms.count(),
            residue: self.storms.residue(),
            users,
            devices,
            open: self.units.len(),
            timers: self.timers.len(),
        }
    }

    /// A device of the inventory, with who is registered for it now.
    #[must_use]
    pub fn device(&self, eui: northbound_types::Eui64) -> Option<crate::event::DeviceRecord> {
        self.inventory.record(eui, self.now)
    }

    /// At most so many devices after one, by EUI.
    #[must_use]
    pub fn devices(
        &self,
        after: Option<northbound_types::Eui64>,
        most: usize,
    ) -> Vec<crate::event::DeviceRecord> {
        self.inventory.after(after, most).into_iter().filter_map(|d| self.device(d)).collect()
    }

    /// Every User, in the order in which they came.
    #[must_use]
    pub fn users(&self) -> Vec<crate::event::UserRecord> {
        self.inventory.users().cloned().collect()
    }

    /// How a request that can still change stands now.
    #[must_use]
    pub fn find(&self, id: RequestId) -> Vec<crate::effect::Record> {
        let mut found: Vec<(u64, crate::effect::Record)> =
            self.units.iter().filter(|(_, u)| u.id == id).map(|(n, u)| (*n, u.record())).collect();
        found.sort_by_key(|(n, _)| *n);
        found.into_iter().map(|(_, r)| r).collect()
    }
}
