//! Which requests one day holds. The number of messages is a difference of two running totals, so
//! a month has its share whatever its length (but for the few that cancel another); what they are is
//! drawn from the mix.

use crate::{
    mix::{Aim, MIX, line},
    users::{Role, SERVICE},
    world::World,
};
use northbound_emulator::{
    DeviceType, Home, Rng,
    fleet::device,
    latency::{HOUR, MINUTE},
};
use northbound_flow::{
    event::{ScheduleAsked, ScheduleRecord},
    vocabulary::{self, Frequency},
};
use northbound_types::{Day, Eui64, Generation, Mode, RequestId, TestKind, Utc};

/// Mean of messages per meter in thirty days (inferred from published volumes of one month).
pub const MESSAGES_PER_METER_30_DAYS: u64 = 48;

/// Of on-demand requests to meters drawn for a gas role, so many really go to the sleeping gas
/// meter, ppm (an assumption); the rest go to the electricity meter.
const ASLEEP: u64 = 40_000;

/// A request before it lives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Draft {
    /// When the service receives it, µs, whole milliseconds.
    pub at: i64,
    /// Line of the mix.
    pub line: usize,
    pub home: u32,
    pub user: usize,
    pub role: Role,
    pub target: Eui64,
    pub device_type: &'static str,
    pub test: TestKind,
    /// Names its draws, with the day.
    pub index: u64,
}

/// How many messages the first `days` days hold.
pub(crate) fn messages_until(world: &World, days: u64) -> u64 {
    u64::from(world.network.fleet.meters) * MESSAGES_PER_METER_30_DAYS * days / 30
}

/// The day's drafts by sender, target and time.
pub(crate) fn drafts(world: &World, day: Day) -> Vec<Draft> {
    let since = u64::try_from(world.number(day)).unwrap_or(0);
    let wanted = (messages_until(world, since + 1) - messages_until(world, since)) as usize;
    let mut drafts = Vec::with_capacity(wanted);
    let mut planned = 0;
    installs(world, day, wanted, &mut drafts, &mut planned);
    let mut index = 1 << 32;
    while planned < wanted {
        let mut draft = draft(world, day, index);
        if takes(draft.line) > 1 && planned + 1 == wanted {
            draft.line = line("4.1.1");
        }
        planned += takes(draft.line);
        drafts.push(draft);
        index += 1;
    }
    // A counter is the millisecond of sending, and rises strictly per sender and target.
    let from = |d: &Draft| world.config.users[d.user].eui;
    drafts.sort_unstable_by_key(|d| (from(d), d.target, d.at, d.index));
    for i in 1..drafts.len() {
        let last = drafts[i - 1];
        let d = &mut drafts[i];
        if from(&last) == world.config.users[d.user].eui
            && last.target == d.target
            && d.at <= last.at
        {
            d.at = last.at + 1_000;
        }
    }
    drafts
}

/// How many messages a draft of this line becomes: a critical one is transformed first, one in a
/// chain waits for another.
fn takes(line: usize) -> usize {
    1 + usize::from(MIX[line].critical || MIX[line].chained)
}

/// The run of a schedule: all of them were made before the month, one for each run.
pub(crate) fn run_of(world: &World, d: &Draft) -> Option<ScheduleRecord> {
    let template = &MIX[d.line];
    if template.mode != Mode::Scheduled {
        return None;
    }
    let made = (world.first().plus(-40).start().0 / 1_000).unsigned_abs() + d.line as u64;
    Some(ScheduleRecord {
        made_by: RequestId {
            originator: world.config.users[d.user].eui,
            target: SERVICE,
            counter: made,
        },
        asked: ScheduleAsked {
            srv: template.srv.parse().ok()?,
            device: d.target,
            every: Frequency::Monthly,
            first: Utc(d.at),
            last: Some(Utc(d.at)),
        },
        role: core_role(d.role),
    })
}

/// A role by the name that the core has for it.
pub(crate) const fn core_role(role: Role) -> vocabulary::Role {
    match role {
        Role::Is => vocabulary::Role::Is,
        Role::Gs => vocabulary::Role::Gs,
        Role::Ed => vocabulary::Role::Ed,
        Role::Gt => vocabulary::Role::Gt,
        Role::Ou => vocabulary::Role::Ou,
    }
}

/// The hour's weight by mode: people ask by day, schedules run by night.
fn hour_weight(mode: Mode, hour: u64) -> u64 {
    match (mode, hour) {
        (Mode::Scheduled, 0..=5) => 60,
        (Mode::Scheduled, _) => 4,
        (_, 0..=5) => 6,
        (_, 6..=7) => 25,
        (_, 8..=19) => 60,
        (_, _) => 30,
    }
}

fn draft(world: &World, day: Day, index: u64) -> Draft {
    let mut rng = Rng::stream(world.config.seed, &[10, day.0 as u64, index]);
    let line = rng.weighted(MIX.iter().map(|m| m.weight));
    let template = &MIX[line];
    let homes = &world.network.fleet.homes;
    let mut home = &homes[rng.below(homes.len() as u64) as usize];
    // No User asks for a device that is not installed yet: search on from there.
    for _ in 0..homes.len() {
        if home.installed < day {
            break;
        }
        home = &homes[(home.number as usize + 1) % homes.len()];
    }
    let mut role = template.roles[rng.below(template.roles.len() as u64) as usize];
    // Little is asked of sleeping gas meters on demand: suppliers date such requests ahead.
    let asleep =
        template.aim == Aim::Meter && template.mode == Mode::OnDemand && !rng.chance(ASLEEP);
    if (!home.gas || asleep) && matches!(role, Role::Gs | Role::Gt) {
        role = electric(template.roles);
    }
    let user = usize::from(world.serving[home.number as usize][role as usize]);
    let hour = rng.weighted((0..24).map(|h| hour_weight(template.mode, h))) as i64;
    // The last seconds of a day are left free, so that making counters unique never crosses it.
    let mut at = day.start().0 + hour * HOUR + rng.between(0, HOUR - 20_000_000);
    if let Some((burst, from, until)) = world.surge
        && burst == user
        && template.mode == Mode::OnDemand
        && northbound_types::Utc(from).day() == day
        && rng.chance(700_000)
    {
        at = rng.between(from, until);
    }
    let tests = match (template.srv, template.mode, user) {
        ("4.10", Mode::OnDemand, _) => 400_000,
        ("4.1.1", Mode::OnDemand, 0) => 20_000,
        _ => 0,
    };
    let test = if rng.chance(tests) { TestKind::User } else { TestKind::None };
    place(
        Draft {
            at: at - at.rem_euclid(1_000),
            line,
            home: home.number,
            user,
            role,
            target: SERVICE,
            device_type: "",
            test,
            index,
        },
        home,
    )
}

/// The role that a home without gas gives work to.
fn electric(roles: &[Role]) -> Role {
    roles.iter().copied().find(|r| !matches!(r, Role::Gs | Role::Gt)).unwrap_or(Role::Is)
}

/// Fills in the device that the request is for.
fn place(mut d: Draft, home: &Home) -> Draft {
    let gas = matches!(d.role, Role::Gs | Role::Gt);
    let kind = match MIX[d.line].aim {
        Aim::Service => return d,
        Aim::Hub => DeviceType::Chf,
        Aim::Reading => {
            if gas {
                DeviceType::Gpf
            } else {
                DeviceType::Esme
            }
        }
        Aim::Meter => {
            if gas {
                DeviceType::Gsme
            } else {
                DeviceType::Esme
            }
        }
    };
    d.target = device(home.number, kind);
    d.device_type = kind.as_str();
    d
}

/// What an installer's visit sends, in order.
const INSTALL: &[&str] = &["12.2", "8.14.1", "8.11", "8.7.2", "8.1.1", "6.20.1"];

fn installs(world: &World, day: Day, wanted: usize, drafts: &mut Vec<Draft>, planned: &mut usize) {
    for home in world
        .network
        .fleet
        .homes
        .iter()
        .filter(|h| h.installed == day && h.generation == Generation::Smets2)
    {
        let mut rng = Rng::stream(world.config.seed, &[11, u64::from(home.number)]);
        let mut at = day.start().0 + rng.between(9 * HOUR, 16 * HOUR);
        let user = usize::from(world.serving[home.number as usize][Role::Is as usize]);
        for (step, &srv) in INSTALL.iter().enumerate() {
            let srv = if srv == "8.14.1" && !home.connected_on(day) { "8.14.2" } else { srv };
            let line = line(srv);
            let takes = takes(line);
            if *planned + takes > wanted {
                return;
            }
            *planned += takes;
            at += rng.between(MINUTE, 5 * MINUTE);
            let index = u64::from(home.number) * 16 + step as u64;
            drafts.push(place(
                Draft {
                    at: at - at.rem_euclid(1_000),
                    line,
                    home: home.number,
                    user,
                    role: Role::Is,
                    target: SERVICE,
                    device_type: "",
                    test: TestKind::None,
                    index,
                },
                home,
            ));
        }
    }
}
