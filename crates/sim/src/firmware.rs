//! Firmware payloads per device: three campaigns of two Users.

use crate::world::World;
use northbound_emulator::{DeviceType, Rng, fleet::device, latency::HOUR};
use northbound_types::{Day, Eui64, Generation, Region, Utc};

/// One payload to one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the payloads layout")]
pub struct Payload {
    pub originator: Eui64,
    pub device: Eui64,
    pub counter: u64,
    pub firmware: &'static str,
    pub region: Region,
    pub provider: &'static str,
    pub received: Utc,
    pub completed: Option<Utc>,
    pub target_at: Utc,
    /// `completed`, `failed`, `pending`.
    pub state: &'static str,
}

/// A payload is to be complete after this (an assumption: no limit is published).
const TARGET: i64 = 5 * 24 * HOUR;
/// Campaigns: day (from 0), firmware.
const CAMPAIGNS: &[(i32, &str)] = &[(1, "00000A01"), (8, "00000A02"), (16, "00000B07")];
/// Share of a User's meters in a campaign, ppm.
const SHARE: u64 = 220_000;

/// The payloads that the service received on the day, as known at the cut-off.
pub(crate) fn payloads(world: &World, day: Day) -> Vec<Payload> {
    let mut all = Vec::new();
    for (n, &(_, firmware)) in
        CAMPAIGNS.iter().enumerate().filter(|(_, c)| c.0 == world.number(day))
    {
        let at = day.start().0 + 10 * HOUR;
        for home in world
            .network
            .fleet
            .homes
            .iter()
            .filter(|h| h.generation == Generation::Smets2 && h.connected_on(day))
        {
            let user =
                usize::from(world.serving[home.number as usize][crate::users::Role::Is as usize]);
            let mut rng = Rng::stream(world.config.seed, &[50, n as u64, u64::from(home.number)]);
            let Some(provider) = world.network.profile(home.region).map(|p| p.provider) else {
                continue;
            };
            if user > 3 || !rng.chance(SHARE) {
                continue;
            }
            let poor = home.region == Region::North && world.config.scenario.poor_north;
            let takes = match rng.below(1_000) {
                0..8 => None,
                8..200 if poor => Some(rng.between(TARGET, 2 * TARGET)),
                200..250 if poor => None,
                8..12 => Some(rng.between(TARGET, 2 * TARGET)),
                _ => Some(rng.between(8 * HOUR, TARGET)),
            };
            let end = takes.map(|t| at + t - t.rem_euclid(1_000));
            let gives_up = at + 2 * TARGET;
            let completed = end.filter(|&e| e < world.cut_off());
            let state = if completed.is_some() {
                "completed"
            } else if end.is_none() && gives_up < world.cut_off() {
                "failed"
            } else {
                "pending"
            };
            all.push(Payload {
                originator: world.config.users[user].eui,
                device: device(home.number, DeviceType::Esme),
                counter: (at / 1_000).unsigned_abs() + n as u64,
                firmware,
                region: home.region,
                provider,
                received: Utc(at),
                completed: completed.map(Utc),
                target_at: Utc(at + TARGET),
                state,
            });
        }
    }
    all
}
