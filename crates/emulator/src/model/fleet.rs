//! Homes with their hub and meters. A device's EUI-64 contains its type and its home, so nothing has
//! to be looked up: `00-DB-12-34`, one byte of type, three of home.

use crate::model::rng::Rng;
use northbound_types::{Day, Eui64, Generation, Region, text_enum};

text_enum! {
    /// Device types, as the inventory spells them.
    pub enum DeviceType("device type") {
        /// Electricity meter.
        Esme = "ESME",
        /// Gas meter: asleep, wakes every 30 minutes.
        Gsme = "GSME",
        /// Communications hub function.
        Chf = "CHF",
        /// Gas proxy function: the hub's mirror of the gas meter.
        Gpf = "GPF",
    }
}

/// The first four bytes of every invented device.
const DEVICE_PREFIX: u64 = 0x00DB_1234 << 32;
/// Homes that the three bytes can tell apart.
pub const MAX_HOMES: u32 = 0x00FF_FFFF;

/// The device of a home.
#[must_use]
pub fn device(home: u32, kind: DeviceType) -> Eui64 {
    let byte = match kind {
        DeviceType::Esme => 1,
        DeviceType::Gsme => 2,
        DeviceType::Chf => 3,
        DeviceType::Gpf => 4,
    };
    Eui64(DEVICE_PREFIX | byte << 24 | u64::from(home))
}

/// Home and type of a device; `None` for what is no device of ours.
#[must_use]
pub fn home_of(eui: Eui64) -> Option<(u32, DeviceType)> {
    if eui.0 >> 32 << 32 != DEVICE_PREFIX {
        return None;
    }
    let kind = match eui.0 >> 24 & 0xFF {
        1 => DeviceType::Esme,
        2 => DeviceType::Gsme,
        3 => DeviceType::Chf,
        4 => DeviceType::Gpf,
        _ => return None,
    };
    Some(((eui.0 & u64::from(MAX_HOMES)) as u32, kind))
}

/// How a hub reaches the regional network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wan {
    /// Connected at install.
    AtInstall,
    /// Connected so many days after the install.
    After(u16),
    /// Not connected.
    Never,
}

/// One home.
#[derive(Debug, Clone, Copy)]
pub struct Home {
    /// Its number, from 0.
    pub number: u32,
    /// Region.
    pub region: Region,
    /// Generation of its devices.
    pub generation: Generation,
    /// Is there a gas meter (and so a gas proxy function)?
    pub gas: bool,
    /// Day of the hub's installation.
    pub installed: Day,
    /// Its connection.
    pub wan: Wan,
    /// Inside the Coverage Area.
    pub in_coverage: bool,
    /// What the coverage database had promised.
    pub predicted: bool,
}

impl Home {
    /// Is the hub installed and connected on the day?
    #[must_use]
    pub fn connected_on(&self, day: Day) -> bool {
        self.installed <= day
            && match self.wan {
                Wan::AtInstall => true,
                Wan::After(n) => self.installed.plus(i32::from(n)) <= day,
                Wan::Never => false,
            }
    }
    /// Meters in the home (the hub and the gas proxy function are none).
    #[must_use]
    pub fn meters(&self) -> u32 {
        1 + u32::from(self.gas)
    }
}

/// What a fleet is made of.
#[derive(Debug, Clone)]
pub struct FleetConfig {
    /// Seed.
    pub seed: u64,
    /// Meters in all (electricity and gas).
    pub meters: u32,
    /// First day of the period: installs in it and in the 180 days before are spread evenly.
    pub first: Day,
    /// Days in the period.
    pub days: u32,
}

/// All homes.
#[derive(Debug, Clone)]
pub struct Fleet {
    /// By number.
    pub homes: Vec<Home>,
    /// Meters in all.
    pub meters: u32,
}

/// Of each ten homes so many have gas.
const GAS_IN_TEN: u32 = 7;
/// First-generation homes, ppm.
const SMETS1_PPM: u64 = 300_000;
/// Second-generation homes whose hub was put in during the 180 days before the period or in it, ppm.
const RECENT_PPM: u64 = 200_000;

impl Fleet {
    /// Builds homes until they hold exactly the meters asked for (at most [`MAX_HOMES`] homes).
    #[must_use]
    pub fn build(config: &FleetConfig) -> Fleet {
        let mut homes = Vec::new();
        let mut meters = 0;
        while meters < config.meters && (homes.len() as u32) < MAX_HOMES {
            let home = build_home(config, homes.len() as u32, config.meters - meters);
            meters += home.meters();
            homes.push(home);
        }
        Fleet { homes, meters }
    }

    /// The home of a device.
    #[must_use]
    pub fn home(&self, eui: Eui64) -> Option<(&Home, DeviceType)> {
        let (number, kind) = home_of(eui)?;
        self.homes.get(number as usize).map(|h| (h, kind))
    }
}

fn build_home(config: &FleetConfig, number: u32, room: u32) -> Home {
    let mut rng = Rng::stream(config.seed, &[1, u64::from(number)]);
    let region = [Region::North, Region::Central, Region::South][number as usize % 3];
    let generation = if rng.chance(SMETS1_PPM) { Generation::Smets1 } else { Generation::Smets2 };
    let recent = generation == Generation::Smets2 && rng.chance(RECENT_PPM);
    let installed = if recent {
        config.first.plus(rng.between(-180, i64::from(config.days)) as i32)
    } else {
        config.first.plus(-(rng.between(200, 1_500) as i32))
    };
    let poor = region == Region::North;
    let in_coverage =
        generation == Generation::Smets1 || !rng.chance(if poor { 30_000 } else { 8_000 });
    let trouble = rng.chance(match (generation, in_coverage) {
        (Generation::Smets1, _) => 2_000,
        (_, false) => 700_000,
        (_, true) => {
            if poor {
                50_000
            } else {
                5_000
            }
        }
    });
    let wan = if !trouble {
        Wan::AtInstall
    } else if rng.chance(600_000) {
        Wan::After(rng.between(1, 120) as u16)
    } else {
        Wan::Never
    };
    // The coverage database is wrong now and then: it promises what is not there, or denies what is.
    let predicted = in_coverage != rng.chance(if poor { 15_000 } else { 4_000 });
    Home {
        number,
        region,
        generation,
        gas: room > 1 && number % 10 < GAS_IN_TEN,
        installed,
        wan,
        in_coverage,
        predicted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fleet_has_exactly_the_meters_asked_for() {
        for meters in [0, 1, 2, 3, 100, 5_001] {
            let f = Fleet::build(&FleetConfig { seed: 3, meters, first: Day(20_000), days: 30 });
            assert_eq!(f.homes.iter().map(Home::meters).sum::<u32>(), meters);
        }
    }

    #[test]
    fn a_device_leads_back_to_its_home() {
        let f = Fleet::build(&FleetConfig { seed: 3, meters: 50, first: Day(20_000), days: 30 });
        for &kind in DeviceType::ALL {
            let (h, k) = f.home(device(7, kind)).unwrap();
            assert_eq!((h.number, k), (7, kind));
        }
        assert!(f.home(device(5_000, DeviceType::Esme)).is_none());
        assert!(home_of(Eui64(0x90B3_D51F_3001_0001)).is_none());
    }
}
