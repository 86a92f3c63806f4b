//! The devices' logs: a Command is done at most once however often it comes, its answer can be
//! asked for, and the records bring everything back.

use northbound_emulator::{
    DeviceType, Devices, Emulator, ExecutionStatus, Fleet, FleetConfig, Network, Pace, Record,
    ReplayError, Rng, Taken,
    executions::ANSWERS_KEPT,
    fleet::device,
    latency::{GOOD_CENTRAL, GOOD_SOUTH, HOUR, POOR_NORTH},
    protection::{agreement_key, signing_key},
};
use northbound_gbcs::{
    Correlation, Cra, Message, Signature, Supplementary, build,
    content::{CommandContent, ResponseContent},
    keys::AgreementKey,
    mac, parse, pre_command,
};
use northbound_types::{Day, Eui64};
use std::collections::HashMap;

const DAY: Day = Day(20_544);
const USER: Eui64 = Eui64(0x90B3_D51F_3001_0001);
const OTHER: Eui64 = Eui64(0x90B3_D51F_3001_0002);

fn emulator(meters: u32) -> Emulator {
    let fleet = Fleet::build(&FleetConfig { seed: 11, meters, first: DAY, days: 30 });
    Emulator::new(Network::new(11, fleet, vec![POOR_NORTH, GOOD_CENTRAL, GOOD_SOUTH], vec![]))
}

/// A home of a good region, connected.
fn home(e: &Emulator) -> u32 {
    e.network
        .fleet
        .homes
        .iter()
        .find(|h| h.number % 3 != 0 && h.gas && h.connected_on(DAY))
        .unwrap()
        .number
}

fn content(once: bool) -> Vec<u8> {
    CommandContent { srv: "4.1.1".into(), once, execute_at: None, parameters: vec![] }
        .write()
        .unwrap()
}

fn message(user: Eui64, to: Eui64, counter: u64, content: &[u8]) -> Message<'_> {
    Message {
        cra: Cra::Command,
        counter,
        originator: user,
        recipient: to,
        date_time: None,
        code: 0x27,
        supplementary: Supplementary::PartyCounter { id: USER, counter: 5 },
        content,
        signature: Signature::Empty,
        mac: None,
    }
}

fn command(user: Eui64, to: Eui64, counter: u64) -> Vec<u8> {
    build(&message(user, to, counter, &content(true))).unwrap()
}

fn at() -> i64 {
    DAY.start().0 + 10 * HOUR
}

/// Sends until an answer comes (some are lost).
fn answered(e: &mut Emulator, bytes: &[u8]) -> (i64, Vec<u8>, Option<Record>) {
    for k in 0..50 {
        if let Taken::Answered { delivered, answered, answer, record } =
            e.take(bytes, Pace::OnDemand, at() + k).unwrap().1
        {
            assert!(delivered <= answered);
            return (delivered, answer, record);
        }
    }
    panic!("no answer in fifty tries");
}

#[test]
fn the_same_command_again_gets_the_logged_answer_and_is_not_done_again() {
    let mut e = emulator(600);
    let to = device(home(&e), DeviceType::Esme);
    let bytes = command(USER, to, 7);
    let (delivered, answer, record) = answered(&mut e, &bytes);
    let record = record.expect("done for the first time");
    assert_eq!((record.number, record.once, e.devices.done(to)), (1, true, (1, 1)));
    for k in 0..40 {
        match e.take(&bytes, Pace::OnDemand, at() + HOUR + k).unwrap().1 {
            Taken::Answered { delivered: d, answer: a, record, .. } => {
                assert_eq!((d, a, record), (delivered, answer.clone(), None))
            }
            Taken::Lost { record, .. } => assert_eq!(record, None),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(e.devices.done(to), (1, 1));
    // Another counter, another User, another code are other Commands.
    answered(&mut e, &command(USER, to, 8));
    answered(&mut e, &command(OTHER, to, 7));
    let content = content(false);
    answered(&mut e, &build(&Message { code: 0x28, ..message(USER, to, 7, &content) }).unwrap());
    assert_eq!(e.devices.done(to), (4, 3));
    assert_eq!(
        (
            e.devices.highest(to, USER),
            e.devices.highest(to, OTHER),
            e.devices.highest(to, Eui64(1))
        ),
        (Some(8), Some(7), None)
    );
}

#[test]
fn the_answer_is_the_commands_and_names_its_execution() {
    let mut e = emulator(600);
    let to = device(home(&e), DeviceType::Esme);
    let bytes = command(USER, to, 7);
    let (delivered, answer, _) = answered(&mut e, &bytes);
    let (sent, got) = (parse(&bytes).unwrap().message, parse(&answer).unwrap().message);
    assert_eq!(sent.correlation().unwrap(), got.correlation().unwrap());
    assert_eq!((got.cra, got.supplementary), (Cra::Response, sent.supplementary));
    let said = ResponseContent::read(got.content).unwrap();
    assert_eq!(
        (said.srv.as_str(), said.status, said.execution, said.executed),
        ("4.1.1", 0, 1, delivered)
    );
    assert!(said.value.ends_with(" kWh"), "{}", said.value);
    // What is not in the network's format is answered with an error, and done once all the same.
    let odd = build(&message(USER, to, 9, b"something else")).unwrap();
    let (_, answer, record) = answered(&mut e, &odd);
    assert_eq!(ResponseContent::read(parse(&answer).unwrap().message.content).unwrap().status, 1);
    assert_eq!(record.map(|r| r.number), Some(2));
    assert!(e.take(&answer, Pace::OnDemand, at()).is_err(), "a response is no Command");
}

#[test]
fn what_became_of_a_command_can_be_asked() {
    let mut e = emulator(600);
    let to = device(home(&e), DeviceType::Gsme);
    let bytes = command(USER, to, 7);
    let key = parse(&bytes).unwrap().message.correlation().unwrap();
    assert_eq!(e.devices.ask(&key, i64::MAX), ExecutionStatus::Unknown);
    let (delivered, answer, _) = answered(&mut e, &bytes);
    assert_eq!(
        e.devices.ask(&key, delivered - 1),
        ExecutionStatus::Executing { delivered, answer: &answer }
    );
    assert_eq!(
        e.devices.ask(&key, delivered),
        ExecutionStatus::Known { delivered, answer: &answer }
    );
    assert_eq!(
        e.devices.ask(&Correlation { counter: 8, ..key }, i64::MAX),
        ExecutionStatus::Unknown
    );
}

#[test]
fn a_command_older_than_what_the_device_remembers_is_refused() {
    let mut e = emulator(600);
    let to = device(home(&e), DeviceType::Chf);
    let first = command(USER, to, 1_000);
    answered(&mut e, &first);
    for n in 1..ANSWERS_KEPT as u64 {
        answered(&mut e, &command(USER, to, 1_000 + n));
    }
    // Still remembered: the answer comes from the log. An older one that never came is done yet.
    assert_eq!(answered(&mut e, &first).2, None);
    assert!(answered(&mut e, &command(USER, to, 990)).2.is_some());
    // That one pushed out the first: the device can't know it any more, and does nothing.
    let before = e.devices.done(to);
    for counter in [1_000, 999, 1] {
        let refused = (0..50)
            .map(|k| e.take(&command(USER, to, counter), Pace::OnDemand, at() + k).unwrap().1)
            .find(|t| matches!(t, Taken::Refused { .. }));
        assert!(refused.is_some(), "{counter}");
    }
    assert_eq!(e.devices.done(to), before);
    assert!(answered(&mut e, &command(OTHER, to, 1)).2.is_some(), "another's counters are his own");
}

#[test]
fn records_bring_everything_back_and_never_twice() {
    let mut e = emulator(300);
    let (mut records, mut sent, mut rng) = (Vec::new(), Vec::new(), Rng::stream(5, &[]));
    for i in 0..6_000u64 {
        let h = rng.below(e.network.fleet.homes.len() as u64) as u32;
        let bytes = if i % 3 == 2 && !sent.is_empty() {
            let n = sent.len() as u64;
            sent[rng.below(n) as usize]
        } else {
            (device(h, DeviceType::Esme), i)
        };
        sent.push(bytes);
        let user = if bytes.1 % 2 == 0 { USER } else { OTHER };
        match e.take(&command(user, bytes.0, bytes.1), Pace::OnDemand, at() + i as i64).unwrap().1 {
            Taken::Answered { record, .. } | Taken::Lost { record, .. } => records.extend(record),
            Taken::NoRoute { .. } | Taken::Refused { .. } => {}
        }
    }
    let mut seen = HashMap::new();
    for r in &records {
        assert_eq!(seen.insert(r.key, r.number), None, "done twice: {r:?}");
    }
    assert_eq!(e.devices.executions(), records.len() as u64);
    assert!(
        records.len() > 3_000 && sent.len() - records.len() > 1_000,
        "{} of {}",
        records.len(),
        sent.len()
    );

    let mut bytes = Vec::new();
    for r in &records {
        r.encode(&mut bytes);
    }
    let (mut back, mut at) = (Devices::default(), 0);
    while at < bytes.len() {
        let (r, n) = Record::decode(&bytes[at..]).unwrap();
        back.replay(r).unwrap();
        at += n;
    }
    assert_eq!(back, e.devices);
    let again = records.iter().rev().find(|r| back.done(r.key.device).0 == r.number).unwrap();
    assert!(matches!(back.replay(again.clone()), Err(ReplayError::Twice { .. })));
    let gap = Record {
        number: again.number + 2,
        key: Correlation { counter: u64::MAX, ..again.key },
        ..again.clone()
    };
    assert!(matches!(back.replay(gap), Err(ReplayError::Turn { .. })));
}

#[test]
fn devices_check_macs_and_protect_their_answers() {
    let mut e = emulator(600);
    let to = device(home(&e), DeviceType::Esme);
    let (broker, user) =
        (AgreementKey::read(&[3; 32]).unwrap(), AgreementKey::read(&[5; 32]).unwrap());
    e.protection.broker = Some(broker.public().unwrap());
    e.protection.recipients.insert(USER, user.public().unwrap());
    e.protection.sign = true;
    let device_key = agreement_key(e.protection.seed, to).unwrap().public().unwrap();
    let z = broker.agree(&device_key).unwrap();

    let plain = content(false);
    let good = mac::with_mac(&z, &message(USER, to, 7, &plain)).unwrap();
    let (_, answer, _) = answered(&mut e, &good);
    assert!(mac::parse_verified(&user.agree(&device_key).unwrap(), &answer).is_ok());
    assert!(mac::parse_verified(&z, &answer).is_err(), "the MAC is for the User");
    for odd in [
        build(&message(USER, to, 8, &plain)).unwrap(),
        mac::with_mac(&user.agree(&device_key).unwrap(), &message(USER, to, 8, &plain)).unwrap(),
    ] {
        for k in 0..20 {
            assert!(matches!(
                e.take(&odd, Pace::OnDemand, at() + k).unwrap().1,
                Taken::Refused { .. }
            ));
        }
    }
    // A critical Command is answered with a signature and no MAC.
    let signed = pre_command::sign_with(
        &pre_command::issue(&message(USER, to, 9, &plain)).unwrap(),
        &[1; 64],
    )
    .unwrap();
    let critical = mac::with_mac(&z, &parse(&signed).unwrap().message).unwrap();
    let (_, answer, _) = answered(&mut e, &critical);
    let p = parse(&answer).unwrap();
    assert_eq!(p.message.mac, None);
    assert_eq!(
        signing_key(e.protection.seed, to).unwrap().public().unwrap().verify_message(&p),
        Ok(())
    );
    assert_eq!(e.devices.done(to).0, 2);
}

#[test]
fn some_devices_answer_with_an_error() {
    let mut e = emulator(600);
    e.error_ppm = 1_000_000;
    let to = device(home(&e), DeviceType::Esme);
    let (_, answer, record) = answered(&mut e, &command(USER, to, 1));
    assert_eq!(ResponseContent::read(parse(&answer).unwrap().message.content).unwrap().status, 1);
    assert!(record.unwrap().error);
}
