//! The state of the core and its one entrance, [`Core::apply`].
//!
//! The modules below are the steps: what one input or timer does. They reach the parts of the
//! state only through the methods that each part offers (`state`).

mod admission;
mod alerts;
mod answers;
mod control;
mod deliveries;
mod dispatch;
pub mod invariants;
mod lifecycle;
mod non_device;
mod quarantine;
mod refusals;
mod requests;
mod schedules;
mod sequence;
mod snapshot;

pub use snapshot::{RegionNow, Snapshot};

use crate::{
    counts::Counts,
    effect::{AlertRecord, Effect, Record},
    event::Event,
    policy::Policy,
    state::{
        Deliveries, Exchanges, Inventory, OpenAlerts, PreCommands, Quarantine, Regions, Schedules,
        Sequences, Storms, Timer, Timers, Windows,
    },
};
use northbound_types::{AlertCode, ResponseCode, Utc};
use serde::{Deserialize, Serialize};

/// Response code of an acknowledgement: the answer follows.
const ACCEPTED: ResponseCode = ResponseCode::of("I99");
/// Response code of success.
const DONE: ResponseCode = ResponseCode::of("I0");
/// Alert code: a future-dated Command was executed.
const EXECUTED: AlertCode = AlertCode::of("8F66");
/// Alert code: a future-dated Command failed on the device.
const FAILED: AlertCode = AlertCode::of("8F67");

/// The live core: everything that it knows, changed by [`Core::apply`] and by nothing else.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Core {
    policy: Policy,
    /// Time of the last input, µs.
    now: i64,
    inventory: Inventory,
    exchanges: Exchanges,
    regions: Regions,
    timers: Timers,
    deliveries: Deliveries,
    alerts: OpenAlerts,
    storms: Storms,
    quarantine: Quarantine,
    windows: Windows,
    pre_commands: PreCommands,
    sequences: Sequences,
    schedules: Schedules,
    counts: Counts,
}

impl Core {
    /// A core without Users and devices.
    #[must_use]
    pub fn new(policy: Policy) -> Core {
        Core {
            policy,
            now: i64::MIN,
            inventory: Inventory::default(),
            exchanges: Exchanges::default(),
            regions: Regions::default(),
            timers: Timers::default(),
            deliveries: Deliveries::default(),
            alerts: OpenAlerts::default(),
            storms: Storms::default(),
            quarantine: Quarantine::default(),
            windows: Windows::default(),
            pre_commands: PreCommands::default(),
            sequences: Sequences::default(),
            schedules: Schedules::default(),
            counts: Counts::default(),
        }
    }

    /// Applies one input: whatever became due by `at` happens first, then the input. Time never runs
    /// back: an input dated before the last one counts as of the last one's time.
    pub fn apply(&mut self, at: Utc, event: &Event, out: &mut Vec<Effect>) {
        self.now = self.now.max(at.0);
        self.counts.inputs += 1;
        while let Some((due, timer)) = self.timers.due(self.now) {
            self.fire(due, timer, out);
        }
        match event {
            Event::Request(r) => self.request(r, out),
            Event::Rejected(t) => self.rejected(t, out),
            Event::Answer(a) => self.answer(a, out),
            Event::NoRoute(c) => self.no_route(c, out),
            Event::NotReceived(c) => self.not_received(c, out),
            Event::Alert(a) => self.alert(a, out),
            Event::Attempt(a) => self.attempt(a, out),
            Event::Tick => {}
            Event::Restarted => self.restarted(out),
            Event::Control(c) => self.control(c, out),
            Event::Unverified(u) => self.unverified(u, out),
        }
        self.pump(out);
    }

    fn fire(&mut self, due: i64, timer: Timer, out: &mut Vec<Effect>) {
        match timer {
            Timer::TimeOut(exchange) => self.time_out(exchange, due, out),
            Timer::Retry(exchange, attempt) => self.retry(exchange, attempt, out),
            Timer::Due(exchange) => self.due(exchange, out),
            Timer::Expire(event_ref) => self.expire(event_ref, out),
            Timer::Shed(exchange, since) => self.shed(exchange, since, out),
            Timer::Forget(exchange, correlation) => self.forget(exchange, correlation, out),
            Timer::PreCommand(id) => self.pre_commands.remove(id),
            Timer::Outcome(id) => self.sequences.forget(id),
            Timer::Storm(device, code, recipient) => {
                self.storm_quiet((device, code, recipient), due, out)
            }
            Timer::Schedule(number) => self.run_schedule(number, due, out),
            Timer::Resume(region) => {
                self.regions.set_paused(region, false);
            }
        }
        self.pump(out);
    }

    /// When something is next due without any further input.
    #[must_use]
    pub fn next_timer(&self) -> Option<Utc> {
        self.timers.next().map(Utc)
    }
    /// The time of the last input.
    #[must_use]
    pub fn now(&self) -> Utc {
        Utc(self.now)
    }
    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }
    /// Live numbers.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The rows of every exchange and alert that can still change, as of now, in the order in which
    /// they entered. Together with the settled ones they are all there ever were.
    pub fn open(&self, mut exchange: impl FnMut(Record), mut alert: impl FnMut(AlertRecord)) {
        for n in self.exchanges.numbers(|_| true) {
            if let Some(e) = self.exchanges.get(n) {
                exchange(e.record());
            }
        }
        for record in self.alerts.open() {
            alert(record);
        }
        for record in self.storms.open() {
            alert(record);
        }
    }
}
