//! What becomes of a Command.

use crate::model::{
    fault::{Fault, Trouble},
    fleet::{DeviceType, Fleet, Home},
    latency::{self, MINUTE, RegionProfile, SECOND},
    rng::Rng,
};
use northbound_types::{Day, Eui64, Region, text_enum};

text_enum! {
    /// How much time a Command has.
    pub enum Pace("pace") {
        /// To be answered in seconds.
        OnDemand = "on-demand",
        /// Hours to spare.
        Relaxed = "relaxed",
        /// A day to spare.
        Bulk = "bulk",
    }
}

/// A Command put on the regional network's interface.
#[derive(Debug, Clone, Copy)]
pub struct Command {
    /// When, µs UTC.
    pub at: i64,
    /// To which device.
    pub target: Eui64,
    /// Distinguishes it from any other Command to the device (its counter, say): seeds its random draws.
    pub key: u64,
    /// How much time it has.
    pub pace: Pace,
    /// Chance that the device answers with an error, ppm.
    pub error_ppm: u64,
}

/// What becomes of it. Times in µs UTC, never before the Command's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The network says that there is no way to the device.
    NoRoute {
        /// When it says so.
        known: i64,
    },
    /// Nothing ever comes back.
    Lost {
        /// When the device had it, where it got that far.
        delivered: Option<i64>,
    },
    /// An answer comes back, perhaps long after the sender gave up.
    Answered {
        /// When the device had it.
        delivered: i64,
        /// When the answer was at the interface.
        answered: i64,
        /// `true` where the device answers with an error.
        error: bool,
    },
}

/// A sleeping gas meter wakes this often.
pub const GSME_WAKES_EVERY: i64 = 30 * MINUTE;
/// How long the network tries before it says that there is no route.
pub const NO_ROUTE_AFTER: i64 = 20 * SECOND;

/// The network: devices, profiles, faults, a seed.
#[derive(Debug, Clone)]
pub struct Network {
    /// Seed of all draws.
    pub seed: u64,
    /// The devices.
    pub fleet: Fleet,
    /// One per region.
    pub profiles: Vec<RegionProfile>,
    /// Faults over time.
    pub faults: Vec<Fault>,
    /// Homes of each power cut, in the order of `faults` (empty for other troubles), sorted.
    dark: Vec<Vec<u32>>,
}

impl Network {
    /// A network with its faults; the hubs of each power cut are chosen here, by the seed.
    #[must_use]
    pub fn new(
        seed: u64,
        fleet: Fleet,
        profiles: Vec<RegionProfile>,
        faults: Vec<Fault>,
    ) -> Network {
        let dark = faults
            .iter()
            .enumerate()
            .map(|(i, f)| match f.trouble {
                Trouble::PowerCut { hubs } => choose(seed, i as u64, &fleet, f, hubs),
                _ => Vec::new(),
            })
            .collect();
        Network { seed, fleet, profiles, faults, dark }
    }

    /// The homes that a fault leaves without supply, sorted (none for other troubles).
    #[must_use]
    pub fn dark(&self, fault: usize) -> &[u32] {
        self.dark.get(fault).map_or(&[], Vec::as_slice)
    }

    /// The profile of a region.
    #[must_use]
    pub fn profile(&self, region: Region) -> Option<&RegionProfile> {
        self.profiles.iter().find(|p| p.region == region)
    }

    /// What becomes of a Command. A device that is not in the fleet has no route.
    #[must_use]
    pub fn dispatch(&self, c: &Command) -> Fate {
        let none = Fate::NoRoute { known: c.at + NO_ROUTE_AFTER };
        let Some((home, kind)) = self.fleet.home(c.target) else { return none };
        let Some(profile) = self.profile(home.region) else { return none };
        if !home.connected_on(Day(c.at.div_euclid(northbound_types::time::DAY_US) as i32)) {
            return none;
        }
        let mut rng = Rng::stream(self.seed, &[2, c.target.0, c.key, c.at as u64]);
        let mut slow = 100;
        let mut loss = self.own_loss(profile, c, kind);
        for (i, f) in self.faults.iter().enumerate().filter(|(_, f)| f.holds(home.region, c.at)) {
            match f.trouble {
                Trouble::Outage => return none,
                Trouble::Slow { percent } => slow = slow * percent / 100,
                Trouble::Loss { ppm } => loss += ppm,
                Trouble::PowerCut { .. } => {
                    if self.dark[i].binary_search(&home.number).is_ok() {
                        return Fate::Lost { delivered: None };
                    }
                }
                Trouble::ReportingTool => {}
            }
        }
        let whole = self.latency(profile, c, kind).draw(&mut rng) * slow / 100;
        let delivered = self.wake(home, kind, c.at + milliseconds(whole * 45 / 100));
        if rng.chance(loss) {
            // A third of what vanishes had reached the device: its answer was lost on the way back.
            return Fate::Lost { delivered: rng.chance(333_333).then_some(delivered) };
        }
        Fate::Answered {
            delivered,
            answered: delivered + milliseconds(whole * 55 / 100),
            error: rng.chance(c.error_ppm),
        }
    }

    fn own_loss(&self, p: &RegionProfile, c: &Command, kind: DeviceType) -> u64 {
        match (c.pace, kind) {
            (Pace::Relaxed | Pace::Bulk, _) => p.loss_patient,
            (Pace::OnDemand, DeviceType::Chf) => p.loss_hub,
            (Pace::OnDemand, _) => {
                if latency::is_quiet(c.at) {
                    p.loss_quiet
                } else {
                    p.loss_busy
                }
            }
        }
    }

    fn latency(&self, p: &RegionProfile, c: &Command, kind: DeviceType) -> latency::Latency {
        match (c.pace, kind) {
            (Pace::Relaxed, _) => p.relaxed,
            (Pace::Bulk, _) => p.bulk,
            (Pace::OnDemand, DeviceType::Chf) => p.hub,
            (Pace::OnDemand, _) => {
                if latency::is_quiet(c.at) {
                    p.quiet
                } else {
                    p.busy
                }
            }
        }
    }

    /// When the device can take what reaches its hub at `at`: at once, or when a gas meter next
    /// wakes (each at its own minute).
    fn wake(&self, home: &Home, kind: DeviceType, at: i64) -> i64 {
        if kind != DeviceType::Gsme {
            return at;
        }
        let own = milliseconds(
            Rng::stream(self.seed, &[3, u64::from(home.number)]).between(0, GSME_WAKES_EVERY),
        );
        let past = (at - own).rem_euclid(GSME_WAKES_EVERY);
        if past == 0 { at } else { at + GSME_WAKES_EVERY - past }
    }
}

/// Clocks of the network count whole milliseconds.
const fn milliseconds(us: i64) -> i64 {
    us - us.rem_euclid(1_000)
}

fn choose(seed: u64, fault: u64, fleet: &Fleet, f: &Fault, hubs: u32) -> Vec<u32> {
    let day = Day(f.from.div_euclid(northbound_types::time::DAY_US) as i32);
    let mut ranked: Vec<(u64, u32)> = fleet
        .homes
        .iter()
        .filter(|h| h.region == f.region && h.connected_on(day))
        .map(|h| (Rng::stream(seed, &[4, fault, u64::from(h.number)]).bits(), h.number))
        .collect();
    ranked.sort_unstable();
    let mut chosen: Vec<u32> = ranked.into_iter().take(hubs as usize).map(|(_, n)| n).collect();
    chosen.sort_unstable();
    chosen
}
