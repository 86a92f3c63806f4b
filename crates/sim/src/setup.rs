//! Inputs of the core before the month begins: policy, Users, inventory; and what is planned.

use crate::{
    config::SimError,
    mix::MIX,
    traffic::{self, core_role},
    users::Role,
    world::World,
};
use northbound_emulator::{DeviceType, Home, fleet::device, latency::SECOND};
use northbound_flow::{
    Change, Policy,
    event::{DeviceRecord, UserRecord},
    policy::{PolicyError, Threshold},
    vocabulary::{self, DeviceStatus},
};
use northbound_rules::RuleSet;
use northbound_types::{Eui64, Mode, Region, Srv, Utc};

/// Devices in one input.
const DEVICES_AT_ONCE: usize = 2_000;
/// A request older than this in a queue is shed, µs (an assumption of the story).
const LONGEST_QUEUE: i64 = 150 * SECOND;
/// Service whose volume Users have set thresholds for.
const GUARDED: &str = "2.2";

impl World {
    /// The embedded rules' policy, with what the story sets otherwise: no further tries (the poor
    /// region shows), thresholds for top-ups, old requests shed soon.
    pub(crate) fn policy(&self) -> Result<Policy, SimError> {
        let rules = RuleSet::embedded().map_err(PolicyError::from)?;
        let mut p = Policy::from_rules(&rules, self.first())?;
        p.retry.tries = 0;
        p.longest_queue = LONGEST_QUEUE;
        let srv: Srv = GUARDED.parse().map_err(|_| {
            SimError::Config(format!("{GUARDED} is not a Service Reference Variant"))
        })?;
        p.thresholds = self
            .config
            .users
            .iter()
            .filter(|u| u.roles.contains(&Role::Is))
            .map(|u| Threshold {
                user: Some(u.eui),
                srv: Some(srv),
                limit: self.limit(u.share),
                window: 3_600 * SECOND,
            })
            .collect();
        Ok(p)
    }

    /// About as many top-ups as a User of this share sends in a busy hour.
    fn limit(&self, share: u64) -> u32 {
        let weight = |f: &dyn Fn(&crate::Template) -> bool| {
            MIX.iter().filter(|m| f(m)).map(|m| m.weight).sum::<u64>()
        };
        let (mine, all) =
            (weight(&|m| m.srv == GUARDED && m.mode == Mode::OnDemand), weight(&|_| true).max(1));
        let shares: u64 = self
            .config
            .users
            .iter()
            .filter(|u| u.roles.contains(&Role::Is))
            .map(|u| u.share)
            .sum::<u64>()
            .max(1);
        let a_day = u64::from(self.network.fleet.meters) * traffic::MESSAGES_PER_METER_30_DAYS / 30
            * mine
            / all
            * share
            / shares;
        u32::try_from(a_day / 14 + 1).unwrap_or(u32::MAX)
    }

    /// Users and inventory.
    pub(crate) fn changes(&self) -> Vec<Change> {
        let mut all: Vec<Change> = self
            .config
            .users
            .iter()
            .map(|u| {
                Change::User(UserRecord {
                    eui: u.eui,
                    party: u.name.into(),
                    category: u.category.as_str().into(),
                    roles: u.roles.iter().map(|r| core_role(*r)).collect(),
                    active: true,
                    throttle_fields: false,
                })
            })
            .collect();
        let devices: Vec<DeviceRecord> =
            self.network.fleet.homes.iter().flat_map(|h| self.devices(h)).collect();
        all.extend(devices.chunks(DEVICES_AT_ONCE).map(|c| Change::Devices(c.to_vec())));
        all
    }

    fn devices(&self, home: &Home) -> Vec<DeviceRecord> {
        let hub = device(home.number, DeviceType::Chf);
        let user = |role: Role| {
            self.config.users[usize::from(self.serving[home.number as usize][role as usize])].eui
        };
        let electricity: Vec<(vocabulary::Role, Eui64)> =
            vec![(vocabulary::Role::Is, user(Role::Is)), (vocabulary::Role::Ed, user(Role::Ed))];
        let gas: Vec<(vocabulary::Role, Eui64)> =
            vec![(vocabulary::Role::Gs, user(Role::Gs)), (vocabulary::Role::Gt, user(Role::Gt))];
        let one = |kind: DeviceType, registered: Vec<(vocabulary::Role, Eui64)>| DeviceRecord {
            eui: device(home.number, kind),
            device_type: core_type(kind),
            status: DeviceStatus::Commissioned,
            region: home.region,
            generation: home.generation,
            hub,
            registered,
        };
        let mut all = vec![
            one(DeviceType::Chf, [electricity.clone(), gas.clone()].concat()),
            one(DeviceType::Esme, electricity),
        ];
        if home.gas {
            all.extend([one(DeviceType::Gsme, gas.clone()), one(DeviceType::Gpf, gas)]);
        }
        all
    }

    /// The dispatchers are paused at certain times.
    pub(crate) fn planned(&self) -> Vec<(i64, Change)> {
        let regions = [Region::North, Region::Central, Region::South];
        self.pauses
            .iter()
            .flat_map(|&(from, until)| {
                regions.map(|region| (from, Change::Pause { region, until: Some(Utc(until)) }))
            })
            .collect()
    }
}

const fn core_type(kind: DeviceType) -> vocabulary::DeviceType {
    match kind {
        DeviceType::Esme => vocabulary::DeviceType::Esme,
        DeviceType::Gsme => vocabulary::DeviceType::Gsme,
        DeviceType::Chf => vocabulary::DeviceType::Chf,
        DeviceType::Gpf => vocabulary::DeviceType::Gpf,
    }
}
