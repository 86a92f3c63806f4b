//! How fast the core is and how much it keeps for a device. Prints inputs a second with every input
//! decoded and every effect encoded, and bytes of state a device; the mix is that of the common path.
//!
//! `cargo run --release -p northbound-flow --example flow_speed -- [DEVICES] [INPUTS]`

use northbound_flow::{
    Change, Control, Core, Effect, Event, IdText, Outcome, Policy, Request, WebService, codec,
    event::{Answer, Attempt, DeviceRecord, UserRecord},
    vocabulary::{DeviceStatus, DeviceType, Role},
};
use northbound_rules::RuleSet;
use northbound_types::{CommandVariant, Day, Eui64, Generation, Region, RequestId, TestKind, Utc};
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

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let devices: u64 = args.next().map_or(Ok(1_000_000), |a| a.parse())?;
    let inputs: u64 = args.next().map_or(Ok(2_000_000), |a| a.parse())?;
    let mut flow = Core::new(Policy::from_rules(&RuleSet::embedded()?, Day(20_000))?);
    let mut out = Vec::new();
    let mut at = Day(20_000).start().0;
    for n in 0..USERS {
        flow.apply(
            Utc(at),
            &control(Change::User(UserRecord {
                eui: user(n),
                party: "Invented".into(),
                category: "large-supplier".into(),
                roles: vec![Role::Is],
                active: true,
                throttle_fields: false,
            })),
            &mut out,
        );
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
        flow.apply(Utc(at), &control(Change::Device(record)), &mut out);
    }
    println!(
        "{devices} devices: {} bytes of state a device (resident, with their homes)",
        (resident() - before) / devices
    );
    // Each request makes three inputs: request, answer, delivery. All are encoded beforehand.
    let (mut journal, mut effects, mut bytes) = (Vec::new(), 0u64, Vec::with_capacity(1 << 20));
    let started = Instant::now();
    let mut done = 0u64;
    let mut n = 0u64;
    while done < inputs {
        at += 100;
        let target = n.wrapping_mul(0x9E37_79B9) % devices;
        let request = Event::Request(Box::new(Request {
            id: RequestId {
                originator: user(target % USERS),
                target: device(target),
                counter: 1_000_000 + n,
            },
            written: IdText::Upper,
            signer: user(target % USERS),
            service: WebService::Send,
            cv: CommandVariant::Send,
            srv: "4.1.1".parse()?,
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
        }));
        let mut next = Some(request);
        while let Some(event) = next.take() {
            journal.clear();
            journal = codec::encode_event(&event, journal)?;
            out.clear();
            flow.apply(Utc(at), &codec::decode_event(&journal)?, &mut out);
            done += 1;
            for e in &out {
                bytes.clear();
                bytes = codec::encode_effect(e, bytes)?;
                effects += 1;
                match e {
                    Effect::Dispatch(c) => {
                        next = Some(Event::Answer(Box::new(Answer {
                            to: c.correlation,
                            success: true,
                            delivered_to_device: None,
                            at_wan: Utc(at),
                            content: vec![0; 80],
                        })))
                    }
                    Effect::Deliver(d) => {
                        next = Some(Event::Attempt(Attempt {
                            delivery: d.number,
                            status: 204,
                            outcome: Outcome::Delivered,
                        }))
                    }
                    _ => {}
                }
            }
        }
        n += 1;
    }
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{done} inputs, {effects} effects in {seconds:.2} s: {:.0} inputs a second, decoded and with effects encoded",
        done as f64 / seconds
    );
    println!("still open: {}", flow.snapshot().open);
    Ok(())
}
