//! Alerts that reach the service, for whom, and their rows.

use crate::{users::Role, world::World};
use northbound_emulator::{DeviceType, Raised, Rng, latency::SECOND};
use northbound_flow::{effect::AlertRecord, event};
use northbound_types::{AlertCode, AlertState, Day, Eui64, Region, Utc};

/// One alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the alerts layout")]
pub struct Alert {
    pub device: Eui64,
    pub recipient: Eui64,
    pub counter: u64,
    pub code: AlertCode,
    /// `device` or `dcc`.
    pub alert_kind: &'static str,
    pub state: AlertState,
    pub excluded: bool,
    pub carried: i64,
    pub raised: Utc,
    pub received: Utc,
    pub delivered: Option<Utc>,
    pub region: Region,
    pub provider: &'static str,
    pub feed: &'static str,
}

impl Alert {
    /// The row that the live core gave.
    pub(crate) fn of(world: &World, r: &AlertRecord) -> Alert {
        Alert {
            device: r.device,
            recipient: r.recipient,
            counter: r.counter,
            code: r.code,
            alert_kind: if r.dcc { "dcc" } else { "device" },
            state: r.state,
            excluded: r.excluded,
            carried: r.carried,
            raised: r.raised.unwrap_or(r.received),
            received: r.received,
            delivered: r.delivered,
            region: r.region,
            provider: world.network.profile(r.region).map_or("", |p| p.provider),
            feed: "alerts",
        }
    }
}

/// A User that has left: alerts for it have no recipient.
const GONE: Eui64 = Eui64(0x90B3_D51F_3001_FFFF);

/// The day's alerts as inputs of the core, with their times; exact repeats among them.
pub(crate) fn inputs(world: &World, day: Day) -> Vec<(i64, event::Alert)> {
    let mut all = Vec::new();
    for r in world.network.alerts_on(world.first(), day, &world.storms) {
        let Some(alert) = input(world, &r) else { continue };
        let mut rng = Rng::stream(world.config.seed, &[41, r.device.0, r.counter]);
        if !alert.dcc && rng.chance(4_000) {
            all.push((r.received + rng.between(1, 60) * SECOND, alert.clone()));
        }
        all.push((r.received, alert));
    }
    all
}

fn input(world: &World, r: &Raised) -> Option<event::Alert> {
    let (home, kind) = world.network.fleet.home(r.device)?;
    let network_code = r.code == "AD1" || r.code.starts_with("80");
    let role = if network_code {
        Role::Ed
    } else if matches!(kind, DeviceType::Gpf | DeviceType::Gsme) {
        Role::Gs
    } else {
        Role::Is
    };
    let recipient =
        world.config.users[usize::from(world.serving[home.number as usize][role as usize])].eui;
    let mut rng = Rng::stream(world.config.seed, &[40, r.device.0, r.counter]);
    let outage = r.code == "AD1";
    // In the poor region some outage alerts of hubs name a User that has left.
    let lost = rng.chance(if outage && home.region == Region::North { 45_000 } else { 800 });
    Some(event::Alert {
        device: r.device,
        recipient: Some(if lost { GONE } else { recipient }),
        counter: r.counter,
        code: r.code.parse().ok()?,
        dcc: outage,
        raised: Some(Utc(r.raised)),
        closes: None,
        content: Vec::new(),
    })
}
