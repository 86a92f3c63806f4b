//! Drafts to requests of the User interface, as the door would hand them to the core.

use crate::{
    mix::{MIX, Template},
    traffic::Draft,
    users::SERVICE,
    world::World,
};
use northbound_emulator::{
    DeviceType, Rng,
    fleet::device,
    latency::{HOUR, MINUTE, SECOND},
};
use northbound_flow::{IdText, Request, WebService, event::ScheduleAsked, vocabulary::Frequency};
use northbound_types::{CommandVariant, Day, Eui64, Mode, RequestId, Srv, TestKind, Utc};

/// Of requests to devices so many have something wrong with them, ppm.
const SPOILT: u64 = 12_000;
/// What is wrong, with its weight.
const SPOILS: [u64; 5] = [40, 25, 20, 10, 5];
/// A sender that is no User.
const STRANGER: Eui64 = Eui64(0x90B3_D51F_3001_FFFE);

/// Whole milliseconds drawn from a range in µs.
pub(crate) fn ms(rng: &mut Rng, from: i64, to: i64) -> i64 {
    let d = rng.between(from, to);
    d - d.rem_euclid(1_000)
}

/// What a draft becomes.
pub(crate) struct Asked {
    /// The requests, with their times: usually one, two in a chain or where it is cancelled later.
    pub(crate) requests: Vec<(i64, Request)>,
}

pub(crate) fn plain(from: Eui64, target: Eui64, at: i64, cv: CommandVariant, srv: Srv) -> Request {
    Request {
        id: RequestId { originator: from, target, counter: (at / 1_000).unsigned_abs() },
        written: IdText::Upper,
        signer: from,
        service: WebService::of_variant(cv).unwrap_or(WebService::Send),
        cv,
        srv,
        execution: None,
        cancels: false,
        first_in_sequence: false,
        preceding: None,
        schedule: None,
        schedule_id: None,
        about: None,
        about_type: None,
        devices: Vec::new(),
        content: Vec::new(),
        pre_command: None,
        test: TestKind::None,
        user_sent: None,
    }
}

/// The requests of a draft that is none of a schedule.
pub(crate) fn of_draft(world: &World, day: Day, d: &Draft) -> Asked {
    let template = &MIX[d.line];
    let mut rng = Rng::stream(world.config.seed, &[12, day.0 as u64, d.index]);
    let user = world.config.users[d.user].eui;
    let srv: Srv = template.srv.parse().unwrap_or(Srv::NONE);
    let cv = if template.mode == Mode::NonDevice {
        CommandVariant::NonDevice
    } else if template.critical {
        CommandVariant::Transform
    } else {
        CommandVariant::Send
    };
    let target = if template.mode == Mode::NonDevice { SERVICE } else { d.target };
    let mut r = plain(user, target, d.at, cv, srv);
    r.test = d.test;
    r.user_sent = Some(Utc(d.at - 1_000 * (10 + (d.index ^ day.0 as u64) as i64 % 80)));
    if cv == CommandVariant::NonDevice {
        own(world, d, &mut r);
    }
    if cv == CommandVariant::Transform {
        r.pre_command = Some(digest(&r));
    }
    if template.mode == Mode::FutureDated {
        r.execution = Some(Utc(due(day, d, template, &mut rng)));
    }
    if template.chained {
        return Asked { requests: chain(r, d.at) };
    }
    if cv != CommandVariant::NonDevice && rng.chance(SPOILT) {
        spoil(d, &mut r, &mut rng);
        return Asked { requests: vec![(d.at, r)] };
    }
    let mut requests = vec![(d.at, r)];
    if template.mode == Mode::FutureDated && cv == CommandVariant::Send && rng.chance(25_000) {
        requests.extend(cancel(&requests[0], &mut rng));
    }
    Asked { requests }
}

/// In place of the digest of a Pre-Command: no payload is made in virtual time.
pub(crate) fn digest(r: &Request) -> [u8; 32] {
    let mut d = [0; 32];
    d[..8].copy_from_slice(&r.id.counter.to_be_bytes());
    d[8..16].copy_from_slice(&r.id.target.0.to_be_bytes());
    d
}

/// What the device executes is due within the day, so that its closing alert falls in it.
fn due(day: Day, d: &Draft, t: &Template, rng: &mut Rng) -> i64 {
    if t.critical {
        d.at + ms(rng, MINUTE, (day.end().0 - d.at).max(2 * MINUTE))
    } else {
        d.at + ms(rng, HOUR, 60 * HOUR)
    }
}

fn own(world: &World, d: &Draft, r: &mut Request) {
    let home = &world.network.fleet.homes[d.home as usize];
    r.about = Some(device(home.number, DeviceType::Esme));
    if r.srv.as_str() == "5.1" {
        // Made for a month beyond the simulated one: its runs are not this month's traffic.
        r.schedule = Some(ScheduleAsked {
            srv: Srv::of("4.8.1"),
            device: device(home.number, DeviceType::Esme),
            every: Frequency::Monthly,
            first: Utc(d.at + 40 * 24 * HOUR),
            last: None,
        });
    }
}

/// A follower and the request that it waits for, a moment before.
fn chain(mut r: Request, at: i64) -> Vec<(i64, Request)> {
    let mut first = plain(r.id.originator, r.id.target, at - SECOND, CommandVariant::Send, r.srv);
    (first.first_in_sequence, first.user_sent) = (true, Some(Utc(at - SECOND - 40_000)));
    r.preceding = Some(first.id);
    vec![(at - SECOND, first), (at, r)]
}

/// The request that cancels another: the same, with the date that means it.
fn cancel((at, r): &(i64, Request), rng: &mut Rng) -> Option<(i64, Request)> {
    let due = r.execution?.0;
    let when = ms(rng, at + MINUTE, due);
    let mut c = plain(r.id.originator, r.id.target, when, r.cv, r.srv);
    (c.cancels, c.execution, c.user_sent) =
        (true, Some(Utc(32_535_129_600_000_000)), Some(Utc(when - 30_000)));
    Some((when, c))
}

/// Something that the service has to refuse.
fn spoil(d: &Draft, r: &mut Request, rng: &mut Rng) {
    let another = Eui64(r.id.target.0 ^ 0x80_0000);
    match rng.weighted(SPOILS.iter().copied()) {
        0 => {
            let other = Eui64(r.id.originator.0 ^ 3);
            (r.id.originator, r.signer) = (other, other);
        }
        1 => r.id.target = another,
        2 => {
            r.id.target = device(
                d.home,
                if d.device_type == DeviceType::Chf.as_str() {
                    DeviceType::Esme
                } else {
                    DeviceType::Chf
                },
            )
        }
        3 => (r.cv, r.service) = (CommandVariant::SignedLocal, WebService::NonDevice),
        _ => (r.id.originator, r.signer) = (STRANGER, STRANGER),
    }
}
