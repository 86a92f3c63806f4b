//! The state of the core and its one entrance, [`Core::apply`].

use crate::{
    alerts::OpenAlerts,
    anomaly::Windows,
    counts::Counts,
    deliveries::Pending,
    effect::{AlertRecord, Effect, Record},
    event::{Correlation, Event},
    exchange::Exchange,
    inventory::Inventory,
    policy::Policy,
    queue::Queue,
    requests::PreCommand,
    schedules::Schedule,
    storm::Storms,
    timers::{Timer, Timers},
};
use hashbrown::HashMap;
use northbound_types::{Leg, Region, RequestId, RequestState, ResponseCode, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The core.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Core {
    pub(crate) policy: Policy,
    pub(crate) now: i64,
    pub(crate) next: Numbers,
    pub(crate) inventory: Inventory,
    /// Exchanges that can still change.
    pub(crate) units: HashMap<u64, Exchange>,
    /// Those of them that a User named, by identity.
    pub(crate) by_key: HashMap<(RequestId, Leg), u64>,
    /// Commands on their way, and late ones that would still be recognised.
    pub(crate) correlations: HashMap<Correlation, u64>,
    pub(crate) regions: [RegionState; 3],
    pub(crate) timers: Timers,
    pub(crate) pending: HashMap<u64, Pending>,
    pub(crate) alerts: OpenAlerts,
    pub(crate) storms: Storms,
    /// Held requests by event reference.
    pub(crate) quarantine: BTreeMap<u64, u64>,
    pub(crate) pre_commands: HashMap<RequestId, PreCommand>,
    /// How requests that others may wait for ended.
    pub(crate) outcomes: HashMap<RequestId, bool>,
    /// Who waits for whom.
    pub(crate) followers: HashMap<RequestId, Vec<u64>>,
    pub(crate) schedules: BTreeMap<u64, Schedule>,
    pub(crate) windows: Windows,
    pub(crate) counts: Counts,
}

/// Numbers that are given out.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Numbers {
    pub(crate) unit: u64,
    pub(crate) delivery: u64,
    pub(crate) event_ref: u64,
    pub(crate) schedule: u64,
    /// Counter of the service's own Commands.
    pub(crate) counter: u64,
}

/// A regional network as the core sees it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct RegionState {
    pub(crate) queue: Queue,
    pub(crate) in_flight: u32,
    pub(crate) paused: bool,
}

/// Place of a region with a network; none for the others.
pub(crate) const fn region_index(region: Region) -> Option<usize> {
    match region {
        Region::North => Some(0),
        Region::Central => Some(1),
        Region::South => Some(2),
        Region::None | Region::Unknown => None,
    }
}

impl Core {
    /// A core that knows nobody yet.
    #[must_use]
    pub fn new(policy: Policy) -> Core {
        Core {
            policy,
            now: i64::MIN,
            next: Numbers::default(),
            inventory: Inventory::default(),
            units: HashMap::new(),
            by_key: HashMap::new(),
            correlations: HashMap::new(),
            regions: Default::default(),
            timers: Timers::default(),
            pending: HashMap::new(),
            alerts: OpenAlerts::default(),
            storms: Storms::default(),
            quarantine: BTreeMap::new(),
            pre_commands: HashMap::new(),
            outcomes: HashMap::new(),
            followers: HashMap::new(),
            schedules: BTreeMap::new(),
            windows: Windows::default(),
            counts: Counts::default(),
        }
    }

    /// Applies one input: whatever became due by `at` happens first, then the input. Time never runs
    /// back: an input that is dated before the last one counts as of the last one's time.
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
        }
        self.pump(out);
    }

    fn fire(&mut self, due: i64, timer: Timer, out: &mut Vec<Effect>) {
        match timer {
            Timer::TimeOut(unit) => self.time_out(unit, due, out),
            Timer::Retry(unit, attempt) => self.retry(unit, attempt, out),
            Timer::Due(unit) => self.due(unit, out),
            Timer::Expire(event_ref) => self.expire(event_ref, out),
            Timer::Shed(unit, since) => self.shed(unit, since, out),
            Timer::Forget(unit, correlation) => self.forget(unit, correlation, out),
            Timer::PreCommand(id) => {
                self.pre_commands.remove(&id);
            }
            Timer::Outcome(id) => {
                self.outcomes.remove(&id);
            }
            Timer::Storm(device, code, recipient) => {
                self.storm_quiet((device, code, recipient), due, out)
            }
            Timer::Schedule(number) => self.run_schedule(number, due, out),
            Timer::Resume(region) => self.resume(region),
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

    /// Every exchange and alert that can still change, as it stands now, in the order in which they
    /// came: with the settled ones, they are all there ever were.
    pub fn open(&self, mut exchange: impl FnMut(Record), mut alert: impl FnMut(AlertRecord)) {
        let mut numbers: Vec<u64> = self.units.keys().copied().collect();
        numbers.sort_unstable();
        for n in numbers {
            exchange(self.units[&n].record());
        }
        for record in self.alerts.open() {
            alert(record);
        }
        for record in self.storms.open() {
            alert(record);
        }
    }

    /// A unit enters the books.
    pub(crate) fn enter(&mut self, unit: Exchange, out: &mut Vec<Effect>) -> u64 {
        let number = self.next.unit;
        self.next.unit += 1;
        self.counts.moved(unit.region, None, unit.state);
        out.push(Effect::Moved(unit.movement(None)));
        if unit.kind == northbound_types::Kind::ServiceRequest
            && unit.state != RequestState::Refused
        {
            self.by_key.insert((unit.id, unit.leg), number);
        }
        self.units.insert(number, unit);
        number
    }

    /// A unit moves. Unlawful moves are not made, and `false` says so.
    pub(crate) fn shift(&mut self, number: u64, to: RequestState, out: &mut Vec<Effect>) -> bool {
        let Some(unit) = self.units.get_mut(&number) else { return false };
        let from = unit.state;
        debug_assert!(from.may_become(to), "unlawful move from {from} to {to}");
        if !from.may_become(to) {
            return false;
        }
        unit.state = to;
        let movement = unit.movement(Some(from));
        if let Some(region) = region_index(unit.region).map(|i| &mut self.regions[i]) {
            if from == RequestState::InFlight {
                region.in_flight -= 1;
            }
            if to == RequestState::InFlight {
                region.in_flight += 1;
            }
            if from == RequestState::Queued
                && to != RequestState::InFlight
                && let Some(user) = unit.user
            {
                region.queue.remove(unit.class, user, number);
            }
        }
        self.counts.moved(movement.region, Some(from), to);
        out.push(Effect::Moved(movement));
        true
    }

    /// A unit ends in a state with a code: its content is let go, its followers hear of it.
    pub(crate) fn end(
        &mut self,
        number: u64,
        state: RequestState,
        code: ResponseCode,
        out: &mut Vec<Effect>,
    ) {
        if !self.shift(number, state, out) {
            return;
        }
        let Some(unit) = self.units.get_mut(&number) else { return };
        unit.code = code;
        // A time-out is dated by its deadline, whenever it was noticed.
        unit.times.ended =
            if state == RequestState::TimedOut { unit.timeout_at } else { Some(self.now) };
        unit.content = Vec::new();
        let (id, leads, event_ref) = (unit.id, unit.leads, unit.event_ref.take());
        if !unit.late
            && let Some(c) = unit.correlation
        {
            self.correlations.remove(&c);
        }
        if let Some(r) = event_ref {
            self.quarantine.remove(&r);
        }
        if leads {
            self.outcome(id, state == RequestState::AnsweredSuccess, out);
        }
    }

    /// Writes the row of a unit that will not change any more.
    pub(crate) fn settle(&mut self, number: u64, out: &mut Vec<Effect>) {
        let Some(unit) = self.units.get(&number) else { return };
        if !unit.is_settled() {
            return;
        }
        let record = unit.record();
        if self.by_key.get(&(record.id, record.leg)) == Some(&number) {
            self.by_key.remove(&(record.id, record.leg));
        }
        if let Some(c) = unit.correlation
            && self.correlations.get(&c) == Some(&number)
        {
            self.correlations.remove(&c);
        }
        self.units.remove(&number);
        out.push(Effect::Settled(Box::new(record)));
    }
}
