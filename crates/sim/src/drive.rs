//! Drives the live core and the emulated network together, in virtual time: the month of a world.

use crate::{
    alerts::{self, Alert},
    config::SimError,
    exchange::Exchange,
    requests, traffic,
    world::{DayTraffic, World},
};
use northbound_emulator::{
    self as network, Fate, Pace, Rng,
    latency::{HOUR, MINUTE, SECOND},
};
use northbound_flow::{
    Body, Change, Command, Control, Core, Delivery, Effect, Event, Outcome, Request, WebService,
    event, vocabulary::Class,
};
use northbound_types::{CommandVariant, Day, Eui64, RequestId, Utc};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap},
};

/// Answered by the device with an error, ppm.
const DEVICE_ERROR: u64 = 6_000;

/// Sees a run.
pub trait Watch {
    /// A day's records as of the cut-off; days come in order.
    ///
    /// # Errors
    /// What ends the run.
    fn day(&mut self, day: DayTraffic) -> Result<(), SimError>;
    /// An effect of the core, at its time (µs UTC).
    fn effect(&mut self, _at: i64, _effect: &Effect) {}
}

/// Something that happens at a time.
#[derive(Debug, Clone, PartialEq)]
enum Next {
    Input(Event),
    /// The next day's inputs are made.
    Day(Day),
}

struct Drive<'w> {
    world: &'w World,
    flow: Core,
    now: i64,
    queue: BinaryHeap<Reverse<(i64, u64)>>,
    nexts: HashMap<u64, Next>,
    made: u64,
    /// Transforms whose signed Pre-Command will follow.
    transforms: HashMap<RequestId, Request>,
    categories: HashMap<Eui64, &'static str>,
    days: BTreeMap<Day, (Vec<Exchange>, Vec<Alert>)>,
}

impl World {
    /// Plays the month, and hands over each day with what is still open at the cut-off as it is
    /// then. Rows are held until then: about half a kilobyte for each message.
    ///
    /// # Errors
    /// What the watcher says.
    pub fn play(&self, watch: &mut dyn Watch) -> Result<(), SimError> {
        let mut drive = Drive::new(self)?;
        drive.begin(watch);
        let cut_off = self.cut_off();
        while let Some(at) = drive.next_time().filter(|at| *at < cut_off) {
            let event = drive.take(at);
            drive.step(at, event, watch);
        }
        drive.finish(watch)
    }
}

impl<'w> Drive<'w> {
    fn new(world: &'w World) -> Result<Drive<'w>, SimError> {
        Ok(Drive {
            world,
            flow: Core::new(world.policy()?),
            now: i64::MIN,
            queue: BinaryHeap::new(),
            nexts: HashMap::new(),
            made: 0,
            transforms: HashMap::new(),
            categories: world.config.users.iter().map(|u| (u.eui, u.category.as_str())).collect(),
            days: BTreeMap::new(),
        })
    }

    /// What the core has to know before anything happens.
    fn begin(&mut self, watch: &mut dyn Watch) {
        let start = self.world.first().start().0;
        for change in self.world.changes() {
            self.step(
                start,
                Some(Event::Control(Box::new(Control {
                    actor: "simulator+operations".into(),
                    reason: "the world as it begins".into(),
                    change,
                }))),
                watch,
            );
        }
        for (at, change) in self.world.planned() {
            self.at(
                at,
                Next::Input(Event::Control(Box::new(Control {
                    actor: "simulator+operations".into(),
                    reason: "planned work".into(),
                    change,
                }))),
            );
        }
        for day in self.world.each_day() {
            self.at(day.start().0, Next::Day(day));
        }
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

    /// What happens at the time: an input, or nothing but a timer of the core.
    fn take(&mut self, at: i64) -> Option<Event> {
        if self.queue.peek().is_none_or(|Reverse((t, _))| *t > at) {
            return Some(Event::Tick);
        }
        let Reverse((_, number)) = self.queue.pop()?;
        match self.nexts.remove(&number)? {
            Next::Input(event) => Some(event),
            Next::Day(day) => {
                self.morning(day);
                None
            }
        }
    }

    /// The day's requests, runs and alerts.
    fn morning(&mut self, day: Day) {
        for d in traffic::drafts(self.world, day) {
            if let Some(run) = traffic::run_of(self.world, &d) {
                let at = day.start().0;
                self.at(
                    at,
                    Next::Input(Event::Control(Box::new(Control {
                        actor: "simulator+operations".into(),
                        reason: String::new(),
                        change: Change::Schedule(run),
                    }))),
                );
                continue;
            }
            for (at, r) in requests::of_draft(self.world, day, &d).requests {
                self.at(at, Next::Input(Event::Request(Box::new(r))));
            }
        }
        for (at, a) in alerts::inputs(self.world, day) {
            self.at(at, Next::Input(Event::Alert(Box::new(a))));
        }
    }

    fn step(&mut self, at: i64, event: Option<Event>, watch: &mut dyn Watch) {
        self.now = at;
        let Some(event) = event else { return };
        let mut out = Vec::new();
        self.flow.apply(Utc(at), &event, &mut out);
        if let Event::Request(r) = event
            && r.cv == CommandVariant::Transform
        {
            self.transforms.insert(r.id, *r);
        }
        for e in out {
            watch.effect(at, &e);
            self.carry_out(e);
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Reply(r) => {
                if let Some(cv4) = self.transforms.remove(&r.id)
                    && matches!(r.body, Body::PreCommand(_))
                {
                    self.sign(&cv4);
                }
            }
            Effect::Dispatch(c) => self.dispatch(&c),
            Effect::Deliver(d) => self.deliver(&d),
            Effect::Settled(r) => {
                let category = self.categories.get(&r.id.originator).copied().unwrap_or("");
                self.days
                    .entry(r.times.received.day())
                    .or_default()
                    .0
                    .push(Exchange::of(&r, category));
            }
            Effect::AlertSettled(a) => {
                self.days.entry(a.received.day()).or_default().1.push(Alert::of(self.world, &a))
            }
            Effect::Ask(_)
            | Effect::Moved(_)
            | Effect::Tried(_)
            | Effect::Unverified(_)
            | Effect::Notice(_) => {}
        }
    }

    /// The User signs the Pre-Command and sends it back a moment later, within the day.
    fn sign(&mut self, cv4: &Request) {
        let mut rng = Rng::stream(self.world.config.seed, &[13, cv4.id.target.0, cv4.id.counter]);
        let end = Utc(self.now).day().end().0 - 1_000;
        let at = (self.now + requests::ms(&mut rng, SECOND / 5, 3 * SECOND)).min(end).max(self.now);
        let mut cv5 =
            Request { cv: CommandVariant::SignedSend, service: WebService::Send, ..cv4.clone() };
        cv5.user_sent = Some(Utc(at - requests::ms(&mut rng, 10_000, 90_000)));
        self.at(at, Next::Input(Event::Request(Box::new(cv5))));
    }

    fn dispatch(&mut self, c: &Command) {
        let pace = match (c.execution, c.class) {
            (Some(_), _) => Pace::Relaxed,
            (_, Class::Bulk) => Pace::Bulk,
            (_, Class::Future) => Pace::Relaxed,
            _ => Pace::OnDemand,
        };
        let to = c.correlation;
        let sent = network::Command {
            at: self.now,
            target: to.device,
            key: to.counter ^ u64::from(c.attempt) << 48,
            pace,
            error_ppm: DEVICE_ERROR,
        };
        match self.world.network.dispatch(&sent) {
            Fate::NoRoute { known } => self.at(known, Next::Input(Event::NoRoute(to))),
            Fate::Lost { .. } => {}
            Fate::Answered { delivered, answered, error } => {
                if let Some(due) = c.execution {
                    return self.close_later(c, due.0, delivered, answered, error);
                }
                // On its way from the network's interface to the core.
                let mut rng = Rng::stream(self.world.config.seed, &[14, to.device.0, to.counter]);
                let reaches = answered + requests::ms(&mut rng, 20_000, 200_000);
                let answer = event::Answer {
                    to,
                    success: !error,
                    delivered_to_device: Some(Utc(delivered)),
                    at_wan: Utc(answered),
                    content: Vec::new(),
                };
                self.at(reaches, Next::Input(Event::Answer(Box::new(answer))));
            }
        }
    }

    /// What the device itself executes later it closes with 8F66 or 8F67 when it has done so.
    fn close_later(&mut self, c: &Command, due: i64, delivered: i64, answered: i64, error: bool) {
        let taken = event::Answer {
            to: c.correlation,
            success: true,
            delivered_to_device: Some(Utc(delivered)),
            at_wan: Utc(answered.min(due - 1)),
            content: Vec::new(),
        };
        if answered < due {
            self.at(answered, Next::Input(Event::Answer(Box::new(taken))));
        }
        let at = answered.max(due + 2 * SECOND);
        self.at(
            at,
            Next::Input(Event::Alert(Box::new(event::Alert {
                device: c.correlation.device,
                recipient: Some(c.originator),
                counter: (at / 1_000).unsigned_abs(),
                code: northbound_types::AlertCode::of(if error { "8F67" } else { "8F66" }),
                dcc: false,
                raised: Some(Utc(at - SECOND)),
                closes: Some(c.correlation),
                content: Vec::new(),
            }))),
        );
    }

    /// Users take nearly everything at once; some answers they never take, some alerts they refuse.
    fn deliver(&mut self, d: &Delivery) {
        if let Body::Quarantined { event_ref, .. } = d.body {
            self.decide(event_ref);
        }
        let mut rng = Rng::stream(self.world.config.seed, &[15, d.number]);
        let (at, alert) =
            (self.now + requests::ms(&mut rng, 20_000, 2 * SECOND), d.answers.is_none());
        let outcome = match rng.below(1_000) {
            0 if alert => Outcome::Parked,
            1..=2 => return,
            _ => Outcome::Delivered,
        };
        let status = if outcome == Outcome::Parked { 413 } else { 204 };
        self.at(
            at,
            Next::Input(Event::Attempt(event::Attempt { delivery: d.number, status, outcome })),
        );
    }

    /// Half of what is held is released, a quarter deleted; the rest is left undecided.
    fn decide(&mut self, event_ref: u64) {
        let mut rng = Rng::stream(self.world.config.seed, &[16, event_ref]);
        let at = self.now + requests::ms(&mut rng, 10 * MINUTE, 72 * HOUR);
        let change = match rng.below(100) {
            0..50 => Change::Release(event_ref),
            50..75 => Change::Delete(event_ref),
            _ => return,
        };
        self.at(
            at,
            Next::Input(Event::Control(Box::new(Control {
                actor: "user1+user".into(),
                reason: "looked at".into(),
                change,
            }))),
        );
    }

    /// Exchanges open at the cut-off are recorded in their state at that time.
    fn finish(mut self, watch: &mut dyn Watch) -> Result<(), SimError> {
        let mut days = std::mem::take(&mut self.days);
        let (mut records, mut open_alerts) = (Vec::new(), Vec::new());
        self.flow.open(|r| records.push(r), |a| open_alerts.push(a));
        for r in records {
            let category = self.categories.get(&r.id.originator).copied().unwrap_or("");
            days.entry(r.times.received.day()).or_default().0.push(Exchange::of(&r, category));
        }
        for a in open_alerts {
            days.entry(a.received.day()).or_default().1.push(Alert::of(self.world, &a));
        }
        for day in self.world.each_day() {
            days.entry(day).or_default();
        }
        let last = days.last_key_value().map(|(d, _)| *d);
        for (day, (requests, alerts)) in days {
            let residue = if Some(day) == last { self.flow.snapshot().residue } else { 0 };
            watch.day(self.world.day_of(day, requests, alerts, residue))?;
        }
        Ok(())
    }
}
