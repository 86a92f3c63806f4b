//! A small network for the tests: two suppliers, a network operator, two homes. All invented.
use northbound_flow::{
    Body, Change, Command, Control, Core, Delivery, Effect, Event, IdText, Outcome, Policy, Record,
    Reply, Request, WebService,
    books::RunBooks,
    codec,
    event::{Alert, Answer, Attempt, DeviceRecord, UserRecord},
    vocabulary::{DeviceStatus, DeviceType, Role},
};
use northbound_rules::RuleSet;
use northbound_types::{
    AlertCode, CommandVariant, Day, Eui64, Generation, Region, RequestId, Srv, TestKind, Utc,
};

pub const SECOND: i64 = 1_000_000;
pub const SUPPLIER: Eui64 = Eui64(0x90B3_D51F_3001_0001);
pub const OTHER: Eui64 = Eui64(0x90B3_D51F_3001_0002);
pub const NETWORK: Eui64 = Eui64(0x90B3_D51F_3001_0008);
pub const SERVICE: Eui64 = Eui64(0x90B3_D51F_3000_0002);
pub const HUB: Eui64 = Eui64(0x00DB_1234_0300_0001);
pub const ESME: Eui64 = Eui64(0x00DB_1234_0100_0001);
pub const GSME: Eui64 = Eui64(0x00DB_1234_0200_0001);

/// The core with its books; each step is checked.
pub struct Network {
    pub flow: Core,
    pub books: RunBooks,
    pub at: i64,
    pub counter: u64,
    pub journal: Vec<(i64, Vec<u8>)>,
    pub settled: Vec<Record>,
}

pub fn policy() -> Policy {
    let mut p = Policy::from_rules(&RuleSet::embedded().unwrap(), Day(20_000)).unwrap();
    p.retry.tries = 0;
    p
}

pub fn user(eui: Eui64, roles: &[Role]) -> UserRecord {
    UserRecord {
        eui,
        party: "Invented".into(),
        category: "large-supplier".into(),
        roles: roles.to_vec(),
        active: true,
        throttle_fields: false,
    }
}

pub fn device(
    eui: Eui64,
    device_type: DeviceType,
    region: Region,
    registered: &[(Role, Eui64)],
) -> DeviceRecord {
    DeviceRecord {
        eui,
        device_type,
        status: DeviceStatus::Commissioned,
        region,
        generation: Generation::Smets2,
        hub: HUB,
        registered: registered.to_vec(),
    }
}

impl Network {
    pub fn new() -> Network {
        Network::with(policy())
    }
    pub fn with(policy: Policy) -> Network {
        let start = Day(20_000).start().0;
        let mut h = Network {
            flow: Core::new(policy),
            books: RunBooks::default(),
            at: start,
            counter: 1_000,
            journal: Vec::new(),
            settled: Vec::new(),
        };
        for u in [
            user(SUPPLIER, &[Role::Is, Role::Gs]),
            user(OTHER, &[Role::Is, Role::Ou]),
            user(NETWORK, &[Role::Ed]),
        ] {
            h.change(Change::User(u));
        }
        h.change(Change::Device(device(
            HUB,
            DeviceType::Chf,
            Region::North,
            &[(Role::Is, SUPPLIER)],
        )));
        h.change(Change::Device(device(
            ESME,
            DeviceType::Esme,
            Region::North,
            &[(Role::Is, SUPPLIER), (Role::Ed, NETWORK)],
        )));
        h.change(Change::Device(device(
            GSME,
            DeviceType::Gsme,
            Region::North,
            &[(Role::Gs, SUPPLIER)],
        )));
        h
    }

    pub fn wait(&mut self, micros: i64) -> Vec<Effect> {
        self.at += micros;
        self.step(Event::Tick)
    }

    /// Applies an input, journals it, keeps the books and checks everything that always holds.
    pub fn step(&mut self, event: Event) -> Vec<Effect> {
        self.journal.push((self.at, codec::encode_event(&event, Vec::new()).unwrap()));
        let mut out = Vec::new();
        self.flow.apply(Utc(self.at), &event, &mut out);
        for e in &out {
            self.books.post(e);
            if let Effect::Settled(r) = e {
                self.settled.push((**r).clone());
            }
        }
        assert_eq!(self.flow.broken(), Vec::<String>::new());
        assert_eq!(self.books.check(&self.flow), vec![]);
        out
    }

    pub fn change(&mut self, change: Change) -> Vec<Effect> {
        self.step(Event::Control(Box::new(Control {
            actor: "kim+operations".into(),
            reason: "test".into(),
            change,
        })))
    }

    /// A request with the next counter.
    pub fn ask(&mut self, from: Eui64, target: Eui64, cv: u8, srv: &str) -> Request {
        self.counter += 1;
        let cv = CommandVariant::try_from(cv).unwrap();
        Request {
            id: RequestId { originator: from, target, counter: self.counter },
            written: IdText::Upper,
            signer: from,
            service: WebService::of_variant(cv).unwrap(),
            cv,
            srv: srv.parse().unwrap(),
            execution: None,
            cancels: false,
            first_in_sequence: false,
            preceding: None,
            schedule: None,
            schedule_id: None,
            about: None,
            about_type: None,
            devices: vec![],
            content: vec![1, 2, 3],
            pre_command: None,
            test: TestKind::None,
            user_sent: None,
        }
    }

    pub fn send(&mut self, r: Request) -> Vec<Effect> {
        self.at += 1_000;
        self.step(Event::Request(Box::new(r)))
    }

    pub fn answer(&mut self, c: &Command, success: bool) -> Vec<Effect> {
        self.at += SECOND;
        self.step(Event::Answer(Box::new(Answer {
            to: c.correlation,
            success,
            delivered_to_device: None,
            at_wan: Utc(self.at),
            content: vec![9],
        })))
    }

    pub fn attempt(&mut self, delivery: u64, status: u16, outcome: Outcome) -> Vec<Effect> {
        self.at += 1_000;
        self.step(Event::Attempt(Attempt { delivery, status, outcome }))
    }

    pub fn alert(
        &mut self,
        device: Eui64,
        counter: u64,
        code: &str,
        recipient: Option<Eui64>,
    ) -> Vec<Effect> {
        let dcc = code.starts_with("AD");
        self.step(Event::Alert(Box::new(Alert {
            device,
            recipient,
            counter,
            code: code.parse::<AlertCode>().unwrap(),
            dcc,
            raised: Some(Utc(self.at)),
            closes: None,
            content: vec![7],
        })))
    }
}

pub fn reply(out: &[Effect]) -> &Reply {
    out.iter()
        .find_map(|e| if let Effect::Reply(r) = e { Some(&**r) } else { None })
        .expect("a reply")
}
pub fn code(out: &[Effect]) -> String {
    reply(out).code.to_string()
}
pub fn commands(out: &[Effect]) -> Vec<Command> {
    out.iter()
        .filter_map(|e| if let Effect::Dispatch(c) = e { Some((**c).clone()) } else { None })
        .collect()
}
pub fn deliveries(out: &[Effect]) -> Vec<Delivery> {
    out.iter()
        .filter_map(|e| if let Effect::Deliver(d) = e { Some((**d).clone()) } else { None })
        .collect()
}
pub fn settled(out: &[Effect]) -> Vec<Record> {
    out.iter()
        .filter_map(|e| if let Effect::Settled(r) = e { Some((**r).clone()) } else { None })
        .collect()
}
pub fn payload(d: &Delivery) -> bool {
    matches!(d.body, Body::Payload(_))
}
pub fn srv(text: &str) -> Srv {
    text.parse().unwrap()
}
