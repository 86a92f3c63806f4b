//! What `serve --demo` makes at its first start: invented Users with keys, invented devices, and
//! settings for their emulated network.

use super::policy;
use crate::{
    context::Context,
    error::{AppError, Result},
    service::SETTINGS,
    whole_file,
};
use northbound_emulator::{Fleet, FleetConfig, Home, fleet::device};
use northbound_flow::{
    Change, Control,
    event::{DeviceRecord, UserRecord},
    vocabulary::{DeviceStatus, DeviceType, Role},
};
use northbound_gateway::{
    config::{Config, Network},
    offline,
};
use northbound_keys::{self as keys, FOLDER};
use northbound_registers::records::participants::parties::{Party, RoleHeld, User};
use northbound_sim::{User as Invented, invented_users};
use northbound_types::{Actor, Eui64, Region};

/// Seed of the demo's network.
pub const SEED: u64 = 1;
/// Devices of one journal input.
const TOGETHER: usize = 500;
/// The first so many invented Users are suppliers; the next three network operators, one a region;
/// the next two gas transporters; the others other Users.
const SUPPLIERS: usize = 7;

/// Makes Users, keys, devices and settings. A data folder that has a journal is left as it is.
///
/// # Errors
/// Where the folder cannot be written.
pub fn prepare(ctx: &Context, seed: u64, meters: u32) -> Result<()> {
    if ctx.data.join(offline::JOURNAL).exists() {
        return Ok(());
    }
    let users = invented_users();
    let actor = Actor {
        person: "demo".to_owned(),
        party: None,
        body: None,
        roles: vec!["operations".to_owned(), "analyst".to_owned()],
    };
    // Keys are dated by the machine's clock, by which the service judges them.
    let now = northbound_gateway::clock::SystemClock::shared().wall();
    let ctx = &Context { actor, now, reason: "serve --demo".to_owned(), ..ctx.clone() };
    register(ctx, &users)?;
    let folder = ctx.data.join(FOLDER);
    let policy = policy(ctx)?;
    keys::make_service(&folder, policy.service, ctx.now, &mut keys::entropy)?;
    for u in &users {
        keys::make_user(&folder, u.eui, certificate_role(u), ctx.now, &mut keys::entropy)?;
    }
    let mut changes: Vec<Change> = users
        .iter()
        .map(|u| {
            Change::User(UserRecord {
                eui: u.eui,
                party: u.name.into(),
                category: u.category.as_str().into(),
                roles: u.roles.iter().filter_map(|r| r.as_str().parse().ok()).collect(),
                active: true,
                throttle_fields: false,
            })
        })
        .collect();
    let fleet = Fleet::build(&FleetConfig { seed, meters, first: ctx.now.day(), days: 1 });
    let devices: Vec<DeviceRecord> = fleet.homes.iter().flat_map(|h| home(h, &users)).collect();
    changes.extend(devices.chunks(TOGETHER).map(|d| Change::Devices(d.to_vec())));
    let controls: Vec<Control> = changes
        .into_iter()
        .map(|change| Control { actor: ctx.actor.to_string(), reason: ctx.reason.clone(), change })
        .collect();
    settings(ctx, seed, meters, &users)?;
    offline::change(&ctx.data, policy, &controls, ctx.now)?;
    Ok(())
}

/// A User of the demo and one of its electricity meters, for a first request: of the first supplier, in a region
/// whose network loses little. `None` where the network has none.
#[must_use]
pub fn first_request(seed: u64, meters: u32) -> Option<(Eui64, Eui64)> {
    let first = northbound_types::Day(0);
    let fleet = Fleet::build(&FleetConfig { seed, meters, first, days: 1 });
    let user = invented_users().first()?.eui;
    let near =
        |h: &&Home| (h.number as usize).is_multiple_of(SUPPLIERS) && h.region != Region::North;
    let home = fleet.homes.iter().find(near)?;
    Some((user, device(home.number, northbound_emulator::DeviceType::Esme)))
}

fn register(ctx: &Context, users: &[Invented]) -> Result<()> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    for u in users {
        gate.add(
            &Party {
                id: u.name.to_owned(),
                name: u.name.to_owned(),
                category: u.category.as_str().to_owned(),
            },
            &ctx.write(),
        )?;
        let roles = u
            .roles
            .iter()
            .map(|r| RoleHeld { role: r.as_str().to_owned(), from: ctx.now.day(), to: None })
            .collect();
        gate.add(&User { eui: u.eui, party: u.name.to_owned(), roles }, &ctx.write())?;
    }
    Ok(())
}

/// Role of the certificates by which a User signs Commands.
fn certificate_role(u: &Invented) -> u8 {
    match u.category.as_str() {
        "large-supplier" | "small-supplier" => 0x02,
        "electricity-network" | "gas-network" => 0x03,
        _ => 0x7F,
    }
}

/// Who is registered for a home: one supplier for both fuels, the operators by region.
fn home(h: &Home, users: &[Invented]) -> Vec<DeviceRecord> {
    let n = h.number as usize;
    let of = |i: usize| users.get(i).map_or(Eui64(0), |u| u.eui);
    let supplier = of(n % SUPPLIERS);
    let operator = of(SUPPLIERS
        + match h.region {
            Region::North => 0,
            Region::Central => 1,
            _ => 2,
        });
    let transporter = of(SUPPLIERS + 3 + n % 2);
    let hub = device(h.number, northbound_emulator::DeviceType::Chf);
    let record = |kind: northbound_emulator::DeviceType,
                  device_type,
                  registered: Vec<(Role, Eui64)>| DeviceRecord {
        eui: device(h.number, kind),
        device_type,
        status: DeviceStatus::Commissioned,
        region: h.region,
        generation: h.generation,
        hub,
        registered,
    };
    let mut all = vec![
        record(
            northbound_emulator::DeviceType::Chf,
            DeviceType::Chf,
            vec![(Role::Is, supplier), (Role::Ed, operator)],
        ),
        record(
            northbound_emulator::DeviceType::Esme,
            DeviceType::Esme,
            vec![(Role::Is, supplier), (Role::Es, supplier), (Role::Ed, operator)],
        ),
    ];
    if h.gas {
        for (kind, t) in [
            (northbound_emulator::DeviceType::Gsme, DeviceType::Gsme),
            (northbound_emulator::DeviceType::Gpf, DeviceType::Gpf),
        ] {
            all.push(record(kind, t, vec![(Role::Gs, supplier), (Role::Gt, transporter)]));
        }
    }
    all
}

fn settings(ctx: &Context, seed: u64, meters: u32, users: &[Invented]) -> Result<()> {
    let path = ctx.data.join(SETTINGS);
    let there = if path.exists() {
        std::fs::read_to_string(&path).map_err(|e| AppError::io("read", &path, e))? + "\n"
    } else {
        String::new()
    };
    // Settings of somebody's own that say nothing of a network get the demo's.
    if path.exists() && Config::load(&path)?.network != Network::default() {
        return Ok(());
    }
    let recipients: Vec<String> =
        users.iter().take(SUPPLIERS).map(|u| format!("\"{}\"", u.eui)).collect();
    let text = format!(
        "{there}# Made by serve --demo. docs/serve.md lists the keys.\n[network]\nseed = {seed}\nmeters = {meters}\nmacs = true\nproviders = [\"north=CSPN\", \"central=CSPC\", \"south=CSPS\"]\nrecipients = [{}]\n",
        recipients.join(", ")
    );
    whole_file::write(&path, |to| {
        to.write_all(text.as_bytes()).map_err(|e| AppError::io("write", &path, e))
    })
}
