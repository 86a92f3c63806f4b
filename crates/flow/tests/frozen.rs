//! Journals written before are still read: the bytes of one input of each kind, as the first
//! version with `EVENT_VERSION` 2 wrote them (or the first that knew the kind), and the effects that it gave.

use northbound_flow::{Core, Policy, codec, event::*, vocabulary::*};
use northbound_types::*;

const INPUTS: &str = include_str!("frozen/inputs.hex");
const EFFECTS: &str = include_str!("frozen/effects.hex");
const POLICY: &str = include_str!("frozen/policy.hex");

const USER: Eui64 = Eui64(0x90B3_D51F_3001_0001);
const METER: Eui64 = Eui64(0x00DB_1234_0100_0001);
const HUB: Eui64 = Eui64(0x00DB_1234_0300_0001);

fn cv(number: u8) -> CommandVariant {
    CommandVariant::try_from(number).unwrap()
}

fn srv(text: &str) -> Srv {
    text.parse().unwrap()
}

fn rejected() -> Event {
    Event::Rejected(Box::new(Rejected {
        id: None,
        from: Some(USER),
        cv: None,
        srv: Srv::NONE,
        code: "E1".parse().unwrap(),
    }))
}

fn unverified() -> Event {
    Event::Unverified(Box::new(Unverified {
        address: "192.0.2.1".into(),
        user: Some(USER),
        reason: UnverifiedReason::Signature,
        code: "E1".parse().unwrap(),
        claimed: Some(RequestId { originator: USER, target: METER, counter: 7 }),
        messages: 300,
        first: Utc(-1),
        last: Utc(1_700_000_000_000_000),
    }))
}

fn not_received() -> Event {
    Event::NotReceived(correlation())
}

fn correlation() -> Correlation {
    Correlation { device: Eui64(0x00DB_1234_0100_0001), recipient: USER, counter: 300, code: 0x27 }
}

fn request() -> Request {
    Request {
        id: RequestId { originator: USER, target: METER, counter: 1_000_000_000_001 },
        written: IdText::As("90-b3-D5:x".into()),
        signer: USER,
        service: WebService::Send,
        cv: cv(5),
        srv: srv("4.1.1"),
        execution: Some(Utc(1_700_000_000_000_000)),
        cancels: true,
        first_in_sequence: true,
        preceding: Some(RequestId { originator: USER, target: METER, counter: 7 }),
        schedule: Some(asked()),
        schedule_id: Some(9),
        about: Some(METER),
        about_type: Some(DeviceType::Gsme),
        devices: vec![METER, HUB],
        content: vec![1, 2, 3],
        pre_command: Some([7; 32]),
        test: TestKind::User,
        user_sent: Some(Utc(-5)),
    }
}

fn asked() -> ScheduleAsked {
    ScheduleAsked {
        srv: srv("4.8.1"),
        device: METER,
        every: Frequency::HalfYearly,
        first: Utc(1_700_000_000_000_000),
        last: Some(Utc(1_800_000_000_000_000)),
    }
}

fn user() -> UserRecord {
    UserRecord {
        eui: USER,
        party: "Invented".into(),
        category: "large-supplier".into(),
        roles: vec![Role::Is, Role::Mdr],
        active: true,
        throttle_fields: false,
    }
}

fn device() -> DeviceRecord {
    DeviceRecord {
        eui: METER,
        device_type: DeviceType::Esme,
        status: DeviceStatus::Recovered,
        region: Region::South,
        generation: Generation::Smets1,
        hub: HUB,
        registered: vec![(Role::Ed, USER)],
    }
}

fn changes() -> Vec<Change> {
    vec![
        Change::User(user()),
        Change::Device(device()),
        Change::Devices(vec![device()]),
        Change::Registration(Registration {
            device: METER,
            role: Role::Gt,
            user: None,
            from: Utc(12),
        }),
        Change::Release(4),
        Change::Delete(5),
        Change::Schedule(ScheduleRecord {
            made_by: RequestId { originator: USER, target: HUB, counter: 1 },
            asked: asked(),
            role: Role::Ou,
        }),
        Change::Pause { region: Region::North, until: Some(Utc(77)) },
        Change::Resume(Region::Central),
    ]
}

fn events() -> Vec<Event> {
    let mut all = vec![
        Event::Request(Box::new(request())),
        rejected(),
        Event::Answer(Box::new(Answer {
            to: correlation(),
            success: false,
            delivered_to_device: Some(Utc(1)),
            at_wan: Utc(2),
            content: vec![9; 3],
        })),
        Event::NoRoute(correlation()),
        not_received(),
        Event::Alert(Box::new(Alert {
            device: METER,
            recipient: Some(USER),
            counter: 8,
            code: "8F66".parse().unwrap(),
            dcc: true,
            raised: Some(Utc(3)),
            closes: Some(correlation()),
            content: vec![4],
        })),
        Event::Attempt(Attempt { delivery: 200, status: 503, outcome: Outcome::Parked }),
        Event::Tick,
        Event::Restarted,
    ];
    all.extend(changes().into_iter().map(|change| {
        Event::Control(Box::new(Control {
            actor: "kim+operations".into(),
            reason: "test".into(),
            change,
        }))
    }));
    // New kinds of input come last.
    all.push(unverified());
    all
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect()
}

#[test]
fn inputs_written_before_are_read_and_written_alike() {
    let frozen: Vec<Vec<u8>> = INPUTS.lines().map(bytes).collect();
    let events = events();
    assert_eq!(frozen.len(), events.len());
    for (bytes, event) in frozen.iter().zip(&events) {
        assert_eq!(&codec::decode_event(bytes).unwrap(), event);
        assert_eq!(&codec::encode_event(event, Vec::new()).unwrap(), bytes, "{event:?}");
    }
    let policy = bytes(POLICY.trim());
    let event = codec::decode_event(&policy).unwrap();
    assert_eq!(codec::encode_event(&event, Vec::new()).unwrap(), policy);
}

#[test]
fn the_same_inputs_have_the_same_effects_as_before() {
    let rules = northbound_rules::RuleSet::embedded().unwrap();
    let mut core = Core::new(Policy::from_rules(&rules, Day(20_000)).unwrap());
    let mut effects = Vec::new();
    for line in INPUTS.lines() {
        let event = codec::decode_event(&bytes(line)).unwrap();
        core.apply(Utc(1_000), &event, &mut effects);
    }
    let frozen: Vec<Vec<u8>> = EFFECTS.lines().map(bytes).collect();
    let written: Vec<Vec<u8>> =
        effects.iter().map(|e| codec::encode_effect(e, Vec::new()).unwrap()).collect();
    assert_eq!(written, frozen);
}

#[test]
fn a_state_of_the_version_before_is_an_error_of_version() {
    let rules = northbound_rules::RuleSet::embedded().unwrap();
    let core = Core::new(Policy::from_rules(&rules, Day(20_000)).unwrap());
    let mut state = codec::encode_state(&core).unwrap();
    assert!(codec::decode_state(&state).is_ok());
    state[0] = 2;
    assert_eq!(
        codec::decode_state(&state).unwrap_err(),
        codec::CodecError::Version { found: 2, known: codec::STATE_VERSION }
    );
}
