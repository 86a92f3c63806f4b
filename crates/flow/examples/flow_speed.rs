//! Speed of the core and its memory for a device. Prints inputs a second, with every input decoded
//! and every effect encoded, and bytes of state a device; the mix is that of the common path.
//!
//! `cargo run --release -p northbound-flow --example flow_speed -- [DEVICES] [INPUTS]`

use northbound_flow::{
    Change, Control, Core, Effect, Event, IdText, Outcome, Policy, Request, WebService, codec,
    event::{Answer, Attempt, DeviceRecord, UserRecord},
    vocabulary::{DeviceStatus, DeviceType, Role},
};
use northbound_rules::RuleSet;
use northbound_types::{
    CommandVariant, Day, Eui64, Generation, Region, RequestId, Srv, TestKind, Utc,
};
use std::time::Instant;

const USERS: u64 = 100;

fn control(change: Change) -> Event {
    Event::Control(Box::new(Control {
        actor: "bench+operations".into(),
        reason: String::new(),
        change,
    }))
}

fn user(n: u64) -> Eui64 {
    Eui64(0x90B3_D51F_3001_0000 + n)
}
fn device(n: u64) -> Eui64 {
    Eui64(0x00DB_1234_0100_0000 + n)
}

/// Resident memory of this process, bytes; 0 where the system does not say.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split(' ').nth(1).and_then(|p| p.parse::<u64>().ok()).unwrap_or(0) * 4096
}

/// Adds Users and devices; prints the resident memory that a device takes.
fn fill(core: &mut Core, at: i64, devices: u64) {
    let mut out = Vec::new();
    for n in 0..USERS {
        let record = UserRecord {
            eui: user(n),
            party: "Invented".into(),
            category: "large-supplier".into(),
            roles: vec![Role::Is],
            active: true,
            throttle_fields: false,
        };
        core.apply(Utc(at), &control(Change::User(record)), &mut out);
    }
    let before = resident();
    for n in 0..devices {
        let record = DeviceRecord {
            eui: device(n),
            device_type: DeviceType::Esme,
            status: DeviceStatus::Commissioned,
            region: [Region::North, Region::Central, Region::South][n as usize % 3],
            generation: Generation::Smets2,
            hub: Eui64(0x00DB_1234_0300_0000 + n / 4),
            registered: vec![(Role::Is, user(n % USERS)), (Role::Ed, user((n + 1) % USERS))],
        };
        core.apply(Utc(at), &control(Change::Device(record)), &mut out);
    }
    println!(
        "{devices} devices: {} bytes of state a device (resident, with their homes)",
        (resident() - before) / devices
    );
}

/// The n-th request: a read of some device by the User registered for it.
fn request(n: u64, devices: u64, srv: Srv) -> Event {
    let target = n.wrapping_mul(0x9E37_79B9) % devices;
    let originator = user(target % USERS);
    Event::Request(Box::new(Request {
        id: RequestId { originator, target: device(target), counter: 1_000_000 + n },
        written: IdText::Upper,
        signer: originator,
        service: WebService::Send,
        cv: CommandVariant::Send,
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
        content: vec![0; 60],
        pre_command: None,
        test: TestKind::None,
        user_sent: None,
    }))
}

/// The input that follows from an effect: the device answers, the User takes its message.
fn follows(effect: &Effect, at: i64) -> Option<Event> {
    match effect {
        Effect::Dispatch(c) => Some(Event::Answer(Box::new(Answer {
            to: c.correlation,
            success: true,
            delivered_to_device: None,
            at_wan: Utc(at),
            content: vec![0; 80],
        }))),
        Effect::Deliver(d) => Some(Event::Attempt(Attempt {
            delivery: d.number,
            status: 204,
            outcome: Outcome::Delivered,
        })),
        _ => None,
    }
}

/// Applies inputs, three for each request: request, answer, delivery. Gives the numbers of inputs
/// and effects.
fn drive(
    core: &mut Core,
    mut at: i64,
    devices: u64,
    inputs: u64,
) -> Result<(u64, u64), Box<dyn std::error::Error>> {
    let srv: Srv = "4.1.1".parse()?;
    let (mut journal, mut bytes, mut out) = (Vec::new(), Vec::with_capacity(1 << 20), Vec::new());
    let (mut done, mut effects, mut n) = (0u64, 0u64, 0u64);
    while done < inputs {
        at += 100;
        let mut next = Some(request(n, devices, srv));
        while let Some(event) = next.take() {
            journal.clear();
            journal = codec::encode_event(&event, journal)?;
            out.clear();
            core.apply(Utc(at), &codec::decode_event(&journal)?, &mut out);
            done += 1;
            for e in &out {
                bytes.clear();
                bytes = codec::encode_effect(e, bytes)?;
                effects += 1;
                next = follows(e, at).or(next);
            }
        }
        n += 1;
    }
    Ok((done, effects))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let devices: u64 = args.next().map_or(Ok(1_000_000), |a| a.parse())?;
    let inputs: u64 = args.next().map_or(Ok(2_000_000), |a| a.parse())?;
    let mut core = Core::new(Policy::from_rules(&RuleSet::embedded()?, Day(20_000))?);
    let at = Day(20_000).start().0;
    fill(&mut core, at, devices);
    let started = Instant::now();
    let (done, effects) = drive(&mut core, at, devices, inputs)?;
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{done} inputs, {effects} effects in {seconds:.2} s: {:.0} inputs a second, decoded and with effects encoded",
        done as f64 / seconds
    );
    println!("still open: {}", core.snapshot().open);
    Ok(())
}
