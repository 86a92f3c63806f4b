//! Random trials of the live core: Users, a network, failing endpoints and a process that is killed,
//! all from one seed, over virtual days. What must hold is checked on the way and at the end; a seed
//! that fails fails again.

mod client;
mod host;
mod plan;

use host::Host;
use northbound_flow::{Effect, Event};
use northbound_types::{RequestState, text_enum};
use std::collections::BTreeMap;

text_enum! {
    /// What a trial lets happen.
    pub enum Trouble("trouble of a trial") {
        /// Killed with inputs that no sync had reached.
        KilledBeforeSync = "killed-before-sync",
        /// Killed after the sync, before its effects were carried out.
        KilledAfterSync = "killed-after-sync",
        /// Killed when all was done.
        KilledIdle = "killed-idle",
        /// A region's network reported that there was no route.
        NoRoute = "no-route",
        /// A Command or its answer vanished.
        Lost = "lost",
        /// An answer came after its time-out.
        Late = "late",
        /// A User's endpoint was down.
        EndpointDown = "endpoint-down",
        /// A User's endpoint would not take a message.
        EndpointRefuses = "endpoint-refuses",
        /// A storm of alerts.
        Storm = "storm",
        /// The clock was set back.
        ClockBack = "clock-back",
        /// A RequestID came again.
        Replay = "replay",
        /// A region stood still.
        Paused = "paused",
    }
}

text_enum! {
    /// A bug that a trial plants outside the core, to see that it would be caught.
    pub enum Bug("planted bug") {
        /// Acknowledges before the sync.
        AcknowledgesTooSoon = "acknowledges-too-soon",
        /// Loses one movement.
        LosesMovement = "loses-movement",
        /// Devices keep no execution log.
        ForgetsExecutions = "forgets-executions",
        /// Deliveries that were on their way at a kill are forgotten.
        ForgetsDeliveries = "forgets-deliveries",
        /// A replay swaps two inputs.
        ReplaysOutOfOrder = "replays-out-of-order",
        /// A row is written twice.
        WritesTwice = "writes-twice",
    }
}

/// One trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trial {
    /// Everything follows from it.
    pub seed: u64,
    /// Virtual days of traffic; what is open at their end is played to its end.
    pub days: u32,
    /// Meters.
    pub meters: u32,
    /// What is wrong on purpose.
    pub bug: Option<Bug>,
}

/// What a trial found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What did not hold, in words; nothing where all is well.
    pub problems: Vec<String>,
    /// Units by the state in which they ended.
    pub ended: BTreeMap<RequestState, u64>,
    /// States that were entered.
    pub entered: BTreeMap<RequestState, u64>,
    /// What happened, and how often.
    pub troubles: BTreeMap<Trouble, u64>,
    /// Inputs.
    pub inputs: u64,
}

/// Problems reported at most; the first is what matters.
const MOST_PROBLEMS: usize = 20;

impl Trial {
    /// A trial of the seed: a few days, or more than forty for one seed in twenty.
    #[must_use]
    pub const fn of_seed(seed: u64) -> Trial {
        Trial {
            seed,
            days: if seed.is_multiple_of(20) { 41 } else { 1 + (seed % 4) as u32 },
            meters: 12 + (seed % 30) as u32,
            bug: None,
        }
    }

    /// Plays it.
    #[must_use]
    pub fn run(self) -> Verdict {
        Host::new(self).run()
    }
}

impl Verdict {
    fn report(&mut self, problem: String) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem);
        }
    }
    fn happened(&mut self, trouble: Trouble) {
        *self.troubles.entry(trouble).or_default() += 1;
    }

    fn note(&mut self, effect: &Effect) {
        match effect {
            Effect::Moved(m) => *self.entered.entry(m.to).or_default() += 1,
            Effect::Settled(r) => *self.ended.entry(r.state).or_default() += 1,
            Effect::Notice(northbound_flow::Notice::LateAnswer(_)) => self.happened(Trouble::Late),
            _ => {}
        }
    }

    /// Adds another's counts, for the coverage of many.
    pub fn add(&mut self, other: &Verdict) {
        for (k, n) in &other.ended {
            *self.ended.entry(*k).or_default() += n;
        }
        for (k, n) in &other.entered {
            *self.entered.entry(*k).or_default() += n;
        }
        for (k, n) in &other.troubles {
            *self.troubles.entry(*k).or_default() += n;
        }
        self.inputs += other.inputs;
    }
}

/// Something that happens at a time in a trial.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Next {
    /// Reaches the service.
    Input(Event),
    /// A try to deliver: delivery, its User, the try.
    Try(u64, northbound_types::Eui64, u32),
    /// The next stretch of traffic is planned.
    Plan(u32),
    /// The process is killed.
    Kill(Trouble),
}
