//! The process around the core in a trial: a journal that is synced in batches, effects that are
//! carried out only after the sync, checkpoints, kills, and the checks.

mod checks;
mod network;

use super::{
    Bug, Next, Trial, Trouble, Verdict,
    client::{Clients, Devices},
    plan::{self, Planner},
};
use crate::requests;
use northbound_emulator::{
    self as emulator, DeviceType, Fault, Fleet, FleetConfig, Network, Rng,
    fleet::device,
    latency::{GOOD_CENTRAL, GOOD_SOUTH, HOUR, MINUTE, POOR_NORTH, SECOND},
};
use northbound_flow::{
    Change, Control, Core, Delivery, Effect, Event, Policy, Request, WebService,
    books::RunBooks,
    codec,
    event::{DeviceRecord, UserRecord},
    policy::Threshold,
    vocabulary::{self, DeviceStatus, Role},
};
use northbound_rules::RuleSet;
use northbound_types::{CommandVariant, Eui64, Region, RequestId, Utc};
use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, HashSet},
};

/// Inputs of one batch, at most.
const BATCH: usize = 4;
/// A try that failed is made again after this, µs.
const AGAIN_AFTER: i64 = 5 * MINUTE;
/// A message that an endpoint refuses is parked at this try.
const PARKED_AT: u32 = 3;

pub(super) struct Host {
    trial: Trial,
    flow: Core,
    books: RunBooks,
    network: Network,
    planner: Planner,
    rng: Rng,
    verdict: Verdict,
    queue: BinaryHeap<Reverse<(i64, u64)>>,
    nexts: HashMap<u64, Next>,
    made: u64,
    /// Inputs with their times; those before `synced` are safe.
    journal: Vec<(i64, Vec<u8>)>,
    /// Inputs of the present batch, not yet synced.
    batch: Vec<(i64, Event)>,
    checkpoint: (usize, Vec<u8>, RunBooks),
    clients: Clients,
    devices: Devices,
    messages: HashMap<u64, Delivery>,
    transforms: HashMap<RequestId, Request>,
    rows: HashSet<(RequestId, &'static str, i64)>,
    lost_one: bool,
}

impl Host {
    pub(super) fn new(trial: Trial) -> Host {
        let fleet = Fleet::build(&FleetConfig {
            seed: trial.seed,
            meters: trial.meters,
            first: plan::START,
            days: trial.days,
        });
        let planner = Planner::new(trial, &fleet);
        let network = Network::new(
            trial.seed,
            fleet,
            vec![POOR_NORTH, GOOD_CENTRAL, GOOD_SOUTH],
            faults(trial),
        );
        let flow = Core::new(policy());
        Host {
            trial,
            books: RunBooks::default(),
            network,
            planner,
            rng: Rng::stream(trial.seed, &[71]),
            verdict: Verdict::default(),
            queue: BinaryHeap::new(),
            nexts: HashMap::new(),
            made: 0,
            journal: Vec::new(),
            batch: Vec::new(),
            checkpoint: (0, codec::encode_state(&flow).unwrap_or_default(), RunBooks::default()),
            clients: Clients::default(),
            devices: Devices::default(),
            messages: HashMap::new(),
            transforms: HashMap::new(),
            rows: HashSet::new(),
            lost_one: false,
            flow,
        }
    }

    pub(super) fn run(mut self) -> Verdict {
        let start = plan::START.start().0;
        for change in self.world() {
            self.input(
                start,
                Event::Control(Box::new(Control {
                    actor: "trial+operations".into(),
                    reason: "the world".into(),
                    change,
                })),
            );
        }
        self.sync(start);
        for hour in 0..self.trial.days * 24 {
            self.at(start + i64::from(hour) * HOUR, Next::Plan(hour));
        }
        while let Some(at) = self.next_time() {
            if !self.verdict.problems.is_empty() {
                break;
            }
            self.turn(at);
        }
        self.at_the_end();
        self.verdict.inputs = self.flow.counts().inputs;
        self.verdict
    }

    fn world(&self) -> Vec<Change> {
        let user = |eui: Eui64, roles: &[Role]| {
            Change::User(UserRecord {
                eui,
                party: "Invented".into(),
                category: "other".into(),
                roles: roles.to_vec(),
                active: true,
                throttle_fields: false,
            })
        };
        let mut all = vec![
            user(plan::SUPPLIER, &[Role::Is]),
            user(plan::RIVAL, &[Role::Is]),
            user(plan::NETWORK, &[Role::Ed]),
        ];
        for home in &self.network.fleet.homes {
            let hub = device(home.number, DeviceType::Chf);
            for (kind, device_type) in [
                (DeviceType::Chf, vocabulary::DeviceType::Chf),
                (DeviceType::Esme, vocabulary::DeviceType::Esme),
            ] {
                all.push(Change::Device(DeviceRecord {
                    eui: device(home.number, kind),
                    device_type,
                    status: DeviceStatus::Commissioned,
                    region: home.region,
                    generation: home.generation,
                    hub,
                    registered: vec![(Role::Is, plan::SUPPLIER), (Role::Ed, plan::NETWORK)],
                }));
            }
        }
        all
    }

    fn at(&mut self, at: i64, next: Next) {
        self.queue.push(Reverse((at, self.made)));
        self.nexts.insert(self.made, next);
        self.made += 1;
    }

    fn next_time(&self) -> Option<i64> {
        let queued = self.queue.peek().map(|Reverse((at, _))| *at);
        let timer = self.flow.next_timer().map(|t| t.0);
        match (queued, timer) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// One turn of the process: whatever is there at the time, a batch at most, then sync and act.
    fn turn(&mut self, at: i64) {
        if self.queue.peek().is_none_or(|Reverse((t, _))| *t > at) {
            self.input(at, Event::Tick);
        }
        while self.batch.len() < BATCH {
            let Some(&Reverse((t, number))) = self.queue.peek() else { break };
            if t > at {
                break;
            }
            self.queue.pop();
            match self.nexts.remove(&number) {
                Some(Next::Input(event)) => self.input(at, event),
                Some(Next::Plan(hour)) => self.plan(hour),
                Some(Next::Try(delivery, user, n)) => self.try_delivery(delivery, user, n, at),
                Some(Next::Kill(how)) => return self.kill(how, at),
                None => {}
            }
        }
        self.sync(at);
    }

    fn plan(&mut self, hour: u32) {
        let mut happened = Vec::new();
        for (at, next) in self.planner.hour(hour, &mut |t| happened.push(t)) {
            self.at(at, next);
        }
        for t in happened {
            self.verdict.happened(t);
        }
    }

    fn input(&mut self, at: i64, event: Event) {
        let mut at = at;
        if self.rng.chance(3_000) {
            at -= 10 * SECOND;
            self.verdict.happened(Trouble::ClockBack);
        }
        if let Event::Request(r) = &event {
            if r.cv == CommandVariant::Transform {
                self.transforms.insert(r.id, (**r).clone());
            }
            if self.trial.bug == Some(Bug::AcknowledgesTooSoon) {
                self.acknowledge_now(at, r);
            }
        }
        self.batch.push((at, event));
    }

    /// The planted bug: asks a copy of the core what it would say, and says so before the sync.
    fn acknowledge_now(&mut self, at: i64, r: &Request) {
        let mut out = Vec::new();
        self.flow.clone().apply(Utc(at), &Event::Request(Box::new(r.clone())), &mut out);
        for e in out {
            if let Effect::Reply(reply) = e {
                self.clients.reply(&reply);
            }
        }
    }

    fn sync(&mut self, at: i64) {
        let batch = self.write_batch();
        for (t, event) in batch {
            let out = self.apply(t, &event);
            for e in out {
                self.carry_out(e, at);
            }
        }
        self.check(at);
        if self.rng.chance(20_000) {
            self.checkpoint = (
                self.journal.len(),
                codec::encode_state(&self.flow).unwrap_or_default(),
                self.books.clone(),
            );
        }
    }

    fn write_batch(&mut self) -> Vec<(i64, Event)> {
        let batch = std::mem::take(&mut self.batch);
        for (t, event) in &batch {
            self.journal.push((*t, codec::encode_event(event, Vec::new()).unwrap_or_default()));
        }
        batch
    }

    fn apply(&mut self, at: i64, event: &Event) -> Vec<Effect> {
        let mut out = Vec::new();
        self.flow.apply(Utc(at), event, &mut out);
        if self.trial.bug == Some(Bug::LosesMovement)
            && !self.lost_one
            && self.journal.len() > 200
            && let Some(i) = out.iter().position(|e| matches!(e, Effect::Moved(_)))
        {
            out.remove(i);
            self.lost_one = true;
        }
        for e in &out {
            self.books.post(e);
            self.verdict.note(e);
        }
        out
    }

    fn kill(&mut self, how: Trouble, at: i64) {
        self.verdict.happened(how);
        match how {
            Trouble::KilledBeforeSync => self.unsynced(at),
            // Synced, but no effect was carried out.
            Trouble::KilledAfterSync => {
                for (t, e) in self.write_batch() {
                    self.apply(t, &e);
                }
            }
            _ => self.sync(at),
        }
        let before = (self.flow.counts().clone(), self.flow.snapshot());
        let (from, state, books) = self.checkpoint.clone();
        let Ok(flow) = codec::decode_state(&state) else {
            return self.verdict.report("a checkpoint cannot be read".into());
        };
        (self.flow, self.books) = (flow, books);
        let mut tail: Vec<(i64, Vec<u8>)> = self.journal[from..].to_vec();
        if self.trial.bug == Some(Bug::ReplaysOutOfOrder) && tail.len() > 3 {
            tail.swap(0, 2);
        }
        for (t, bytes) in &tail {
            let Ok(event) = codec::decode_event(bytes) else {
                return self.verdict.report("an input cannot be read".into());
            };
            let mut out = Vec::new();
            self.flow.apply(Utc(*t), &event, &mut out);
            for e in &out {
                self.books.post(e);
            }
        }
        if (self.flow.counts(), self.flow.snapshot()) != (&before.0, before.1) && !self.lost_one {
            self.verdict.report(format!("at {}: the replay differs from what was killed", Utc(at)));
        }
        // The network and the Users go on meanwhile; tries on their way are gone with the process.
        self.nexts.retain(|_, n| !matches!(n, Next::Try(..)));
        let back = at + requests::ms(&mut self.rng, SECOND, 20 * MINUTE);
        if self.trial.bug != Some(Bug::ForgetsDeliveries) {
            self.input(back, Event::Restarted);
        }
        self.sync(back);
    }

    /// Killed while a batch was coming together: it is as if it had never come. Users and devices get
    /// no reply, so a request or answer is lost; a network or an operator without a reply sends
    /// again.
    fn unsynced(&mut self, at: i64) {
        for _ in 0..BATCH {
            let Some(&Reverse((t, number))) = self.queue.peek() else { break };
            if t > at + HOUR || !matches!(self.nexts.get(&number), Some(Next::Input(_))) {
                break;
            }
            self.queue.pop();
            if let Some(Next::Input(event)) = self.nexts.remove(&number) {
                self.input(at, event);
            }
        }
        for (t, event) in std::mem::take(&mut self.batch) {
            if !matches!(
                event,
                Event::Request(_) | Event::Answer(_) | Event::Attempt(_) | Event::Tick
            ) {
                self.at(t.max(at) + HOUR, Next::Input(event));
            }
        }
    }

    fn carry_out(&mut self, effect: Effect, now: i64) {
        match effect {
            Effect::Reply(r) => {
                self.clients.reply(&r);
                if let Some(cv4) = self
                    .transforms
                    .remove(&r.id)
                    .filter(|_| matches!(r.body, northbound_flow::Body::PreCommand(_)))
                {
                    self.at(
                        now + 2 * SECOND,
                        Next::Input(Event::Request(Box::new(Request {
                            cv: CommandVariant::SignedSend,
                            service: WebService::Send,
                            ..cv4
                        }))),
                    );
                }
            }
            Effect::Dispatch(c) => self.dispatch(&c, now),
            Effect::Ask(c) => self.ask(c, now),
            Effect::Deliver(d) => {
                if let northbound_flow::Body::Quarantined { event_ref, .. } = d.body {
                    self.decide(event_ref, now);
                }
                self.at(now + SECOND, Next::Try(d.number, d.to, 1));
                self.messages.insert(d.number, *d);
            }
            Effect::Settled(r) => {
                let key = (r.id, r.leg.as_str(), r.instance);
                let twice = self.trial.bug == Some(Bug::WritesTwice)
                    && self.journal.len() > 300
                    && !std::mem::replace(&mut self.lost_one, true);
                if twice {
                    self.books.post(&Effect::Settled(r));
                }
                if !self.rows.insert(key) {
                    self.verdict.report(format!("{} {} has two rows", key.0, key.1));
                }
            }
            _ => {}
        }
    }

    fn decide(&mut self, event_ref: u64, now: i64) {
        let change = match self.rng.below(4) {
            0 => Change::Release(event_ref),
            1 => Change::Delete(event_ref),
            _ => return,
        };
        let at = now + requests::ms(&mut self.rng, MINUTE, 40 * HOUR);
        self.at(
            at,
            Next::Input(Event::Control(Box::new(Control {
                actor: "trial+user".into(),
                reason: "looked at".into(),
                change,
            }))),
        );
    }
}

fn policy() -> Policy {
    let rules = RuleSet::embedded().unwrap_or_else(|e| panic!("the embedded rules: {e}"));
    let mut p = Policy::from_rules(&rules, plan::START)
        .unwrap_or_else(|e| panic!("the embedded rules: {e}"));
    p.thresholds = vec![Threshold { user: None, srv: "2.2".parse().ok(), limit: 1, window: HOUR }];
    p.longest_queue = 10 * MINUTE;
    for c in &mut p.capacity {
        (c.in_flight, c.queued) = (2, 6);
    }
    p
}

/// Outages of regions, from the seed.
fn faults(trial: Trial) -> Vec<Fault> {
    let mut rng = Rng::stream(trial.seed, &[74]);
    (0..trial.days)
        .flat_map(|day| {
            let region = [Region::North, Region::Central, Region::South][rng.below(3) as usize];
            let from = plan::START.plus(day as i32).start().0 + rng.between(0, 23 * HOUR);
            let trouble = match rng.below(3) {
                0 => emulator::Trouble::Outage,
                1 => emulator::Trouble::Loss { ppm: 300_000 },
                _ => emulator::Trouble::Slow { percent: 900 },
            };
            Some(Fault { region, from, until: from + HOUR, trouble })
        })
        .collect()
}
