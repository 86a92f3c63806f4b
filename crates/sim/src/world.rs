//! The world: configuration, network and calendar, and what one day holds.

use crate::{
    alerts::Alert,
    config::{SimConfig, SimError},
    exchange::Exchange,
    firmware::{self, Payload},
    rtt,
    users::{self, Role},
};
use northbound_emulator::{
    Fault, Fleet, FleetConfig, Home, Network, RegionProfile, Storm, Trouble,
    latency::{GOOD_CENTRAL, HOUR, MINUTE, SECOND},
};
use northbound_types::{Day, Region, Utc};

/// A simulated month.
#[derive(Debug, Clone)]
pub struct World {
    /// What it was made of.
    pub config: SimConfig,
    /// Days simulated, from the first of the month.
    pub days: u32,
    /// Hubs, meters, faults.
    pub network: Network,
    /// Meters that repeat one alert.
    pub storms: Vec<Storm>,
    /// One User's burst: (User, from, until).
    pub(crate) surge: Option<(usize, i64, i64)>,
    /// The dispatcher is paused for planned work: (from, until), and in the middle of the burst.
    pub(crate) pauses: Vec<(i64, i64)>,
    /// User by home and role, so that it is drawn once.
    pub(crate) serving: Vec<[u8; 5]>,
}

/// What one day holds.
#[derive(Debug, Clone)]
pub struct DayTraffic {
    /// The day.
    pub day: Day,
    /// Users' requests and schedule instances, by time of receipt.
    pub requests: Vec<Exchange>,
    /// The providers' test commands, by time.
    pub tests: Vec<Exchange>,
    /// Alerts, by time of receipt.
    pub alerts: Vec<Alert>,
    /// Firmware payloads.
    pub payloads: Vec<Payload>,
    /// Consolidated alerts that no copy carries at the cut-off (with the last day).
    pub residue: u64,
}

/// The days (from 0) on which the demo's reporting tool is faulty, both included.
pub(crate) const FAULTY_DAYS: (i32, i32) = (10, 19);
/// The days (from 0) on which region Central is slow, unseen by the faulty tool.
const SLOW_DAYS: (i32, i32) = (11, 14);

/// The User of a home in each role.
fn serving(config: &SimConfig, home: &Home) -> [u8; 5] {
    let mut row = [0u8; 5];
    for &role in Role::ALL {
        row[role as usize] = users::user_of(&config.users, config.seed, home, role) as u8;
    }
    row
}

/// The regions' profiles; without the poor North, the North is as good as Central.
fn profiles(config: &SimConfig) -> Vec<RegionProfile> {
    let mut profiles = config.regions.clone();
    if !config.scenario.poor_north {
        for p in profiles.iter_mut().filter(|p| p.region == Region::North) {
            *p = RegionProfile { region: p.region, provider: p.provider, ..GOOD_CENTRAL };
        }
    }
    profiles
}

/// A storm of some hours in the second week, and one that still lasts at the cut-off: its alerts that no copy
/// carries yet are the residue.
fn storms(first: Day, days: u32, homes: u32) -> Vec<Storm> {
    let last = days as i32 - 1;
    let (day, end) = (first.plus(7.min(last)).start().0, first.plus(last).end().0);
    vec![
        Storm {
            home: homes / 2,
            code: "8F3E",
            from: day + 9 * HOUR,
            until: day + 15 * HOUR,
            every: 6 * SECOND,
        },
        Storm {
            home: homes / 3,
            code: "81A0",
            from: end - 2 * HOUR,
            until: end,
            every: 20 * SECOND,
        },
    ]
}

impl World {
    /// Builds the world; the traffic is made day by day on demand.
    ///
    /// # Errors
    /// [`SimError::Config`] where a setting is out of its limits.
    pub fn new(config: SimConfig) -> Result<World, SimError> {
        let days = config.checked_days()?;
        if config.users.len() > usize::from(u8::MAX) {
            return Err(SimError::Config(format!(
                "{} Users: at most {}",
                config.users.len(),
                u8::MAX
            )));
        }
        let first = config.period.first();
        let fleet =
            Fleet::build(&FleetConfig { seed: config.seed, meters: config.meters, first, days });
        let serving = fleet.homes.iter().map(|h| serving(&config, h)).collect();
        let end = first.plus(days as i32 - 1).end().0;
        let storms = if config.scenario.storms {
            storms(first, days, fleet.homes.len() as u32)
        } else {
            Vec::new()
        };
        let surge = (config.scenario.surge && config.users.len() > 1).then(|| {
            let day = first.plus(8.min(days as i32 - 1)).start().0;
            (1, day + 13 * HOUR, day + 15 * HOUR)
        });
        let (profiles, faults) = (profiles(&config), faults(&config, first));
        let network = Network::new(config.seed, fleet, profiles, faults);
        let mut pauses = vec![(end - 10 * MINUTE, end + 20 * MINUTE)];
        // Unplanned work in the middle of the burst: what grows too old is shed.
        if let Some((_, from, _)) = surge {
            pauses.push((from + 30 * MINUTE, from + 36 * MINUTE));
        }
        Ok(World { days, network, storms, surge, pauses, serving, config })
    }

    /// The first day.
    #[must_use]
    pub fn first(&self) -> Day {
        self.config.period.first()
    }
    /// The simulated days, in order.
    pub fn each_day(&self) -> impl Iterator<Item = Day> + use<> {
        let first = self.first();
        (0..self.days as i32).map(move |d| first.plus(d))
    }
    /// Records know nothing from this instant on, µs UTC: the end of the last day.
    #[must_use]
    pub fn cut_off(&self) -> i64 {
        self.first().plus(self.days as i32).start().0
    }
    /// When the sources state their records: 30 hours after the cut-off, µs UTC.
    #[must_use]
    pub fn known(&self) -> i64 {
        self.cut_off() + 30 * HOUR
    }
    /// Number of a day, from 0.
    #[must_use]
    pub fn number(&self, day: Day) -> i32 {
        day.0 - self.first().0
    }

    /// Everything of one day, as of the cut-off.
    pub(crate) fn day_of(
        &self,
        day: Day,
        mut requests: Vec<Exchange>,
        mut alerts: Vec<Alert>,
        residue: u64,
    ) -> DayTraffic {
        requests.sort_unstable_by_key(|e| {
            (e.times.received, e.originator, e.target, e.counter, e.leg, e.instance)
        });
        alerts.sort_unstable_by_key(|a| (a.received, a.device, a.counter, a.recipient, a.state));
        let mut tests = rtt::tests(self, day);
        for e in &mut tests {
            e.cut(Utc(self.cut_off()));
        }
        DayTraffic {
            day,
            requests,
            tests,
            alerts,
            payloads: firmware::payloads(self, day),
            residue,
        }
    }
}

fn faults(config: &SimConfig, first: Day) -> Vec<Fault> {
    let mut all = Vec::new();
    let cut = |day: i32, minute: i64, lasts: i64, hubs: u32| {
        let from = first.plus(day).start().0 + minute * MINUTE;
        Fault {
            region: Region::North,
            from,
            until: from + lasts * MINUTE,
            trouble: Trouble::PowerCut { hubs },
        }
    };
    if config.scenario.outages {
        // Windows are three minutes from midnight: a cut at minute 3n + 1 speaks at 3n + 4, inside
        // one window; one at 3n + 2 with 50 s more speaks from 3n + 5:50 and straddles two.
        all.push(cut(2, 9 * 60 + 1, 40, 50));
        all.push(cut(4, 18 * 60 + 1, 25, 12));
        all.push(cut(20, 6 * 60 + 1, 90, 130));
        let mut straddling = cut(23, 15 * 60 + 2, 30, 40);
        straddling.from += 50 * SECOND;
        all.push(straddling);
        // Back within three minutes: no alert is raised.
        all.push(cut(24, 12 * 60 + 1, 3, 45));
        let from = first.plus(17).start().0 + 14 * HOUR;
        all.push(Fault {
            region: Region::South,
            from,
            until: from + 45 * MINUTE,
            trouble: Trouble::Outage,
        });
    }
    if config.scenario.faulty_reporting {
        let days = |(a, b): (i32, i32), trouble| {
            Fault::days(Region::Central, first.plus(a), first.plus(b), trouble)
        };
        all.push(days(FAULTY_DAYS, Trouble::ReportingTool));
        all.push(days(SLOW_DAYS, Trouble::Slow { percent: 320 }));
    }
    all
}
