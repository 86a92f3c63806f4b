//! One request's life: admission, quarantine, waiting, queue, network, answer. A simple stand-in
//! for the live core; the states and their moves are the real ones.

use crate::{exchange::{Exchange, Path, Times}, mix::{MIX, Template}, traffic::Draft, world::World};
use northbound_network::{Command, DeviceType, Fate, Pace, Rng, latency::{HOUR, MINUTE, SECOND}};
use northbound_types::{Day, Generation, Kind, Leg, Mode, Region, RequestState as S};

/// An on-demand request to a device that listens is given up after this.
const GIVE_UP: i64 = 300 * SECOND;
/// One to a sleeping gas meter.
const GIVE_UP_ASLEEP: i64 = 2 * HOUR;
/// One with a day to spare.
const GIVE_UP_PATIENT: i64 = 24 * HOUR;
/// A request in quarantine expires after this (an assumption: nothing is published).
const QUARANTINE: i64 = 5 * 24 * HOUR;
/// Refused at admission, ppm.
const REFUSED: u64 = 12_000;
/// Held for exceeding a threshold, ppm of critical requests and top-ups.
const HELD: u64 = 9_000;
/// Dropped by queue management during the burst, ppm of reads.
const SHED: u64 = 90_000;
/// Answered by the device with an error, ppm.
const DEVICE_ERROR: u64 = 6_000;
/// Codes of refusals with their weights.
const REFUSALS: &[(&str, u64)] = &[("E4", 30), ("E5", 25), ("E19", 20), ("E11", 10), ("E2", 8), ("E1", 4), ("E12", 3)];

/// Whole milliseconds drawn from a range in µs.
fn ms(rng: &mut Rng, from: i64, to: i64) -> i64 { let d = rng.between(from, to); d - d.rem_euclid(1_000) }

/// Lives one draft: one exchange, or two where a critical request is transformed first.
pub(crate) fn live(world: &World, day: Day, d: &Draft, all: &mut Vec<Exchange>) {
    let template = &MIX[d.line];
    let mut rng = Rng::stream(world.config.seed, &[12, day.0 as u64, d.index]);
    let blank = blank(world, day, d, template);
    if template.critical {
        let transform = own_answer(Exchange {
            leg: Leg::Transform, cv: 4, mode: Mode::NonDevice, region: Region::None, class: "transform", ..blank
        }, &mut rng);
        let after = transform.times.answer_sent;
        all.push(transform);
        // The signed Pre-Command follows under the same RequestID a moment later, within the day.
        let signed = (after.unwrap_or(d.at) + ms(&mut rng, SECOND / 5, 3 * SECOND)).min(day.end().0 - 1_000);
        let mut send = Exchange { leg: Leg::Send, cv: 5, ..blank };
        send.times.received = signed;
        send.times.user_sent = Some(signed - ms(&mut rng, 10_000, 90_000));
        all.push(by_device(world, send, template, &mut rng));
    } else if template.mode == Mode::NonDevice {
        all.push(own_answer(blank, &mut rng));
    } else {
        all.push(by_device(world, blank, template, &mut rng));
    }
}

fn blank(world: &World, day: Day, d: &Draft, t: &Template) -> Exchange {
    let user = &world.config.users[d.user];
    let home = &world.network.fleet.homes[d.home as usize];
    let non_device = t.mode == Mode::NonDevice;
    let scheduled = t.mode == Mode::Scheduled;
    let (leg, kind) = match t.mode {
        Mode::Scheduled => (Leg::Instance, Kind::ScheduleInstance),
        Mode::NonDevice => (Leg::NonDevice, Kind::ServiceRequest),
        Mode::OnDemand | Mode::FutureDated => (Leg::Send, Kind::ServiceRequest),
    };
    // A schedule was made once, before the month: all its runs carry that request's counter.
    let made = (world.first().plus(-40).start().0 / 1_000).unsigned_abs() + d.line as u64;
    Exchange {
        namespace: "duis", originator: user.eui, target: d.target,
        counter: if scheduled { made } else { (d.at / 1_000).unsigned_abs() },
        leg, kind, mode: t.mode, srv: t.srv,
        // Runs of one schedule are numbered by the millisecond of the month in which they start.
        instance: if scheduled { (d.at - world.first().start().0) / 1_000 + 1 } else { 0 },
        cv: if non_device { 8 } else { 1 },
        role: d.role.as_str(), party_category: user.category.as_str(), class: t.class,
        generation: if non_device { Generation::None } else { home.generation },
        device_type: d.device_type, test_kind: d.test,
        region: if non_device { Region::None } else { home.region },
        provider: "DSP", feed: "dsp", code: "",
        times: Times {
            user_sent: (!scheduled).then(|| d.at - 1_000 * (10 + (d.index ^ day.0 as u64) as i64 % 80)),
            received: d.at, ..Times::default()
        },
        target_at: None, timeout_at: None,
        path: Path::enter(S::Queued, d.at),
    }
}

fn refused(mut e: Exchange, rng: &mut Rng) -> Exchange {
    e.code = REFUSALS[rng.weighted(REFUSALS.iter().map(|r| r.1))].0;
    e.path = Path::enter(S::Refused, e.times.received);
    e
}

/// Answered by the service itself.
fn own_answer(mut e: Exchange, rng: &mut Rng) -> Exchange {
    if rng.chance(REFUSED) { return refused(e, rng); }
    let takes = if rng.chance(15_000) { ms(rng, 3 * SECOND, 9 * SECOND) } else { ms(rng, 90_000, 2 * SECOND) };
    e.times.queued = Some(e.times.received);
    let at = e.times.received + takes;
    answer(&mut e, at, false, rng);
    e
}

/// Goes to a device.
fn by_device(world: &World, mut e: Exchange, t: &Template, rng: &mut Rng) -> Exchange {
    let at = e.times.received;
    let generated = e.kind.is_generated();
    if !generated {
        if rng.chance(REFUSED) { return refused(e, rng); }
        e.times.acknowledged = Some(at + ms(rng, 40_000, 400_000));
    }
    let Some(ready) = admit(world, &mut e, t, rng) else { return e };
    e.times.queued = Some(ready);
    let Some(sent) = queue(world, &mut e, ready, rng) else { return e };
    e.times.sent_to_wan = Some(sent);
    e.path.step(S::InFlight, sent);
    // What the device itself executes later is answered when it has done so.
    let on_device = if e.mode == Mode::FutureDated && t.critical { e.times.due } else { None };
    let patient = matches!(e.mode, Mode::Scheduled | Mode::FutureDated);
    let give_up = on_device.unwrap_or(sent) + if patient { GIVE_UP_PATIENT } else if e.device_type == DeviceType::Gsme.as_str() { GIVE_UP_ASLEEP } else { GIVE_UP };
    e.timeout_at = Some(give_up);
    let pace = match e.mode { Mode::Scheduled => Pace::Bulk, Mode::FutureDated => Pace::Relaxed, Mode::OnDemand | Mode::NonDevice => Pace::OnDemand };
    let key = e.counter ^ (e.instance as u64).rotate_left(32);
    match world.network.dispatch(&Command { at: sent, target: e.target, key, pace, error_ppm: DEVICE_ERROR }) {
        Fate::NoRoute { known } => { e.code = "E20"; e.path.step(S::FailedNoRoute, known.min(give_up)); }
        Fate::Lost { delivered } => { e.times.delivered_to_device = delivered.filter(|&d| d < give_up); time_out(&mut e, give_up); }
        Fate::Answered { delivered, answered, error } => {
            let answered = on_device.map_or(answered, |due| answered.max(due + 2 * SECOND));
            let sends = answered + ms(rng, 20_000, 200_000);
            e.times.delivered_to_device = Some(delivered);
            e.times.answered_at_wan = Some(answered);
            // Later than the time-out: a further movement, and the end stays.
            if sends >= give_up { time_out(&mut e, give_up) } else { answer(&mut e, sends, error, rng) }
        }
    }
    e
}

fn time_out(e: &mut Exchange, at: i64) {
    e.code = if e.mode == Mode::FutureDated { "E30" } else { "E21" };
    e.path.step(S::TimedOut, at);
}

fn answer(e: &mut Exchange, at: i64, error: bool, rng: &mut Rng) {
    e.code = if error { "E100" } else { "I0" };
    e.times.answer_sent = Some(at);
    e.path.step(if error { S::AnsweredDeviceError } else { S::AnsweredSuccess }, at);
    if !rng.chance(3_000) { e.times.delivered = Some(at + ms(rng, 20_000, 2 * SECOND)); }
}

/// Quarantine, waiting for a time or for a predecessor. `None` where it ended there; otherwise when
/// it enters the queue.
fn admit(world: &World, e: &mut Exchange, t: &Template, rng: &mut Rng) -> Option<i64> {
    let at = e.times.received;
    if (t.critical || t.srv == "2.2") && rng.chance(HELD) {
        e.path = Path::enter(S::Held, at);
        let decided = at + ms(rng, 10 * MINUTE, 72 * HOUR);
        match rng.below(100) {
            0..50 => { e.times.released = Some(decided); e.path.step(S::Queued, decided); return Some(decided) }
            50..75 => e.path.step(S::QuarantineDeleted, decided),
            75..90 => e.path.step(S::QuarantineExpired, at + QUARANTINE),
            _ => e.path.step(S::Cancelled, decided),
        }
        return None;
    }
    if e.mode == Mode::FutureDated {
        // What the device executes is due within the day, so that its closing alert falls in it.
        let end = northbound_types::Utc(at).day().end().0;
        let due = if t.critical { at + ms(rng, MINUTE, (end - at).max(2 * MINUTE)) } else { at + ms(rng, HOUR, 60 * HOUR) };
        e.times.due = Some(due);
        if t.critical { return Some(at); }
        e.path = Path::enter(S::Waiting, at);
        if rng.chance(25_000) { e.path.step(S::Cancelled, ms(rng, at + MINUTE, due)); return None; }
        e.path.step(S::Queued, due);
        return Some(due);
    }
    if t.chained {
        e.path = Path::enter(S::Waiting, at);
        let before = Command { at, target: e.target, key: e.counter ^ 1, pace: Pace::OnDemand, error_ppm: DEVICE_ERROR };
        return match world.network.dispatch(&before) {
            Fate::Answered { answered, error: false, .. } if answered < at + GIVE_UP => { e.path.step(S::Queued, answered); Some(answered) }
            _ => { e.path.step(S::PredecessorFailed, at + GIVE_UP); None }
        };
    }
    Some(at)
}

/// The queue: a moment as a rule, longer in the burst (where reads may be dropped), and until
/// planned work is over. `None` where it ended there; otherwise when it is sent.
fn queue(world: &World, e: &mut Exchange, ready: i64, rng: &mut Rng) -> Option<i64> {
    let mut sent = ready + ms(rng, 30_000, 900_000);
    if world.surge.is_some_and(|(_, from, until)| (from..until).contains(&ready)) {
        if e.class == "on-demand" && rng.chance(SHED) { e.path.step(S::Shed, ready + ms(rng, 20 * SECOND, 90 * SECOND)); return None; }
        if e.class != "prepayment" { sent += ms(rng, 0, 12 * SECOND); }
    }
    if (world.pause.0..world.pause.1).contains(&sent) { sent = world.pause.1 + ms(rng, 0, MINUTE); }
    Some(sent)
}
