//! Alerts that devices and hubs raise, day by day.

use crate::model::{
    fault::Trouble,
    fleet::{DeviceType, device},
    latency::{MINUTE, SECOND},
    rng::Rng,
    wan::Network,
};
use northbound_types::{Day, Eui64, time::DAY_US};

/// A hub raises AD1 when its supply has been out for this long (published: three minutes).
pub const AD1_AFTER: i64 = 3 * MINUTE;
/// Mean of Device Alerts per meter in thirty days (inferred from published volumes of one month).
pub const ALERTS_PER_METER_30_DAYS: u64 = 76;

/// Which part of the model raised an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertSource {
    /// The usual murmur.
    Usual,
    /// The storm with this number.
    Storm(usize),
    /// The power cut that is this number among the faults.
    PowerCut(usize),
}

/// An alert as it reaches the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raised {
    /// The device that raised it.
    pub device: Eui64,
    /// The device's counter: milliseconds since 1970, made unique within the device's day.
    pub counter: u64,
    /// Alert code.
    pub code: &'static str,
    /// When it was raised, µs UTC.
    pub raised: i64,
    /// When the service had it, µs UTC.
    pub received: i64,
    /// What caused it.
    pub source: AlertSource,
}

/// One device repeats one alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Storm {
    /// Which home's electricity meter.
    pub home: u32,
    /// The code that it repeats.
    pub code: &'static str,
    /// From, µs UTC.
    pub from: i64,
    /// Until, µs UTC, half-open.
    pub until: i64,
    /// One alert every so many µs.
    pub every: i64,
}

/// Codes of the usual murmur with their weights; the flag says whether a gas meter raises them.
/// The mix is invented; the codes are those of the published list.
pub const USUAL: &[(&str, u64, bool)] = &[
    ("8F3E", 220, false),
    ("8006", 90, false),
    ("8002", 110, false),
    ("8020", 40, false),
    ("8028", 40, false),
    ("8085", 60, false),
    ("8089", 60, false),
    ("81A0", 80, true),
    ("8145", 90, true),
    ("8154", 110, true),
    ("8F12", 30, false),
    ("810D", 40, true),
    ("810E", 30, true),
    ("8119", 20, true),
    ("8F1F", 15, true),
    ("8F75", 15, false),
];

impl Network {
    /// Alerts raised on a day, by time of receipt. Those raised so late that they are received on
    /// the next day still belong to this list.
    #[must_use]
    pub fn alerts_on(&self, first: Day, day: Day, storms: &[Storm]) -> Vec<Raised> {
        let mut all = Vec::new();
        self.usual(first, day, &mut all);
        for (i, s) in storms.iter().enumerate() {
            self.storm(day, i, s, &mut all);
        }
        self.power_cuts(day, &mut all);
        all.sort_unstable_by_key(|a| (a.device, a.counter, a.received));
        for i in 1..all.len() {
            if all[i].device == all[i - 1].device && all[i].counter <= all[i - 1].counter {
                all[i].counter = all[i - 1].counter + 1;
            }
        }
        all.sort_unstable_by_key(|a| (a.received, a.device, a.counter));
        all
    }

    /// How many usual alerts fall in the first `days` days: the day's share is a difference of
    /// two of these, so a month has its whole number whatever its length.
    #[must_use]
    pub fn usual_until(&self, days: u64) -> u64 {
        u64::from(self.fleet.meters) * ALERTS_PER_METER_30_DAYS * days / 30
    }

    fn usual(&self, first: Day, day: Day, all: &mut Vec<Raised>) {
        let since = u64::try_from(day.0 - first.0).unwrap_or(0);
        let homes = self.fleet.homes.len() as u64;
        if homes == 0 {
            return;
        }
        let mut rng = Rng::stream(self.seed, &[5, day.0 as u64]);
        for _ in self.usual_until(since)..self.usual_until(since + 1) {
            let home = &self.fleet.homes[rng.below(homes) as usize];
            let gas = home.gas && rng.chance(300_000);
            let code =
                USUAL[rng.weighted(USUAL.iter().map(|&(_, w, g)| if g || !gas { w } else { 0 }))].0;
            let at = day.start().0 + ms(rng.between(0, DAY_US));
            let kind = if gas { DeviceType::Gpf } else { DeviceType::Esme };
            all.push(raised(
                device(home.number, kind),
                code,
                at,
                ms(rng.between(800_000, 9 * SECOND)),
                AlertSource::Usual,
            ));
        }
    }

    fn storm(&self, day: Day, number: usize, s: &Storm, all: &mut Vec<Raised>) {
        let mut rng = Rng::stream(self.seed, &[6, number as u64, day.0 as u64]);
        let mut at = s.from;
        while at < s.until.min(day.end().0) {
            // Repeats come in the order in which they were raised: each takes equally long.
            if at >= day.start().0 {
                all.push(raised(
                    device(s.home, DeviceType::Esme),
                    s.code,
                    at,
                    SECOND,
                    AlertSource::Storm(number),
                ));
            }
            at += s.every.max(SECOND) + ms(rng.between(0, SECOND / 2));
        }
    }

    fn power_cuts(&self, day: Day, all: &mut Vec<Raised>) {
        for (i, f) in self.faults.iter().enumerate() {
            // Back within three minutes: no hub says anything. Exactly three minutes is within.
            if !matches!(f.trouble, Trouble::PowerCut { .. }) || f.until - f.from <= AD1_AFTER {
                continue;
            }
            let at = f.from + AD1_AFTER;
            if northbound_types::Utc(at).day() != day {
                continue;
            }
            for &home in self.dark(i) {
                let mut rng = Rng::stream(self.seed, &[7, i as u64, u64::from(home)]);
                let said = at + ms(rng.between(0, 20 * SECOND));
                all.push(raised(
                    device(home, DeviceType::Chf),
                    "AD1",
                    said,
                    ms(rng.between(SECOND, 8 * SECOND)),
                    AlertSource::PowerCut(i),
                ));
            }
        }
    }
}

/// Whole milliseconds, µs.
const fn ms(us: i64) -> i64 {
    us - us.rem_euclid(1_000)
}

fn raised(device: Eui64, code: &'static str, at: i64, takes: i64, source: AlertSource) -> Raised {
    Raised {
        device,
        counter: (at / 1_000).unsigned_abs(),
        code,
        raised: at,
        received: at + takes,
        source,
    }
}
