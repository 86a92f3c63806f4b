//! What each device has done: an execution log, so that a Command is done at most once however
//! often it comes, and its answer can be asked for afterwards.
//!
//! Pure: [`Devices::take`] says what becomes of a Command and hands out the [`Record`] that must be
//! safe before anybody hears the answer; [`Devices::replay`] takes records back in after a crash.

use crate::model::{
    record::Record,
    wan::{Command, Fate, Network},
};
use northbound_gbcs::Correlation;
use northbound_types::Eui64;
use std::collections::{HashMap, VecDeque};

/// Answers that a device stores. A Command that is older than all of them is refused as a replay:
/// the device could no longer tell whether it has done it.
pub const ANSWERS_KEPT: usize = 64;

/// What a Command is like, as far as the log cares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kind {
    /// It must not be done twice (a top-up, say).
    pub once: bool,
    /// The device holds it until then, µs UTC, and says 8F66 when it has done it.
    pub execute_at: Option<i64>,
}

/// An execution as the device sees it while it makes up its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doing {
    /// The Command.
    pub key: Correlation,
    /// The device's running number of executions, from 1.
    pub number: u64,
    /// When it has the Command, µs UTC.
    pub delivered: i64,
    /// `true` where the device answers with an error.
    pub error: bool,
}

/// What becomes of a Command that was put on the network. Times in µs UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// The network says that there is no way to the device.
    NoRoute {
        /// When it says so.
        known: i64,
    },
    /// Nothing comes back.
    Lost {
        /// When the device had it, where it got that far: it was done then, unless it was before.
        delivered: Option<i64>,
        /// To be stored, where the device did something.
        record: Option<Record>,
    },
    /// The device takes it for a replay and says nothing.
    Refused {
        /// When it had it.
        delivered: i64,
    },
    /// An answer comes back.
    Answered {
        /// When the device had it (the first time, where it had it before).
        delivered: i64,
        /// When the answer is at the interface.
        answered: i64,
        /// The answer.
        answer: Vec<u8>,
        /// To be stored before the answer goes out; `None` where the answer was in the log already.
        record: Option<Record>,
    },
}

/// What is known of a Command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExecutionStatus<'a> {
    /// It was done.
    Known {
        /// When the device had it, µs UTC.
        delivered: i64,
        /// Its answer.
        answer: &'a [u8],
    },
    /// It is under way, and known how it will end.
    Executing {
        /// When the device will have it, µs UTC.
        delivered: i64,
        /// Its answer, which does not exist before.
        answer: &'a [u8],
    },
    /// The device never had it, or has forgotten it.
    Unknown,
}

/// The devices' logs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Devices {
    logs: HashMap<Eui64, Log>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Log {
    executions: u64,
    once: u64,
    kept: VecDeque<Record>,
    counters: Vec<Counters>,
}

/// What a device knows of one originator's counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Counters {
    who: Eui64,
    /// The highest that was done.
    highest: u64,
    /// The highest whose record was dropped: nothing at or below it is done.
    floor: Option<u64>,
}

impl Devices {
    /// What becomes of a Command, by the network's draws and the device's log. `answer` makes up the device's answer and is called only where the
    /// device does something.
    ///
    /// # Errors
    /// That of `answer`; the device has done nothing then.
    pub fn take<E>(
        &mut self,
        network: &Network,
        command: &Command,
        key: Correlation,
        kind: Kind,
        answer: impl FnOnce(&Doing) -> Result<Vec<u8>, E>,
    ) -> Result<Taken, E> {
        let (delivered, answered, error) = match network.dispatch(command) {
            Fate::NoRoute { known } => return Ok(Taken::NoRoute { known }),
            Fate::Lost { delivered: None } => {
                return Ok(Taken::Lost { delivered: None, record: None });
            }
            Fate::Lost { delivered: Some(at) } => (at, None, false),
            Fate::Answered { delivered, answered, error } => (delivered, Some(answered), error),
        };
        let log = self.logs.entry(key.device).or_default();
        if let Some(done) = log.find(&key) {
            return Ok(match answered {
                Some(answered) => Taken::Answered {
                    delivered: done.delivered,
                    answered: answered.max(done.delivered),
                    answer: done.answer.clone(),
                    record: None,
                },
                None => Taken::Lost { delivered: Some(delivered), record: None },
            });
        }
        if log.is_replay(&key) {
            return Ok(Taken::Refused { delivered });
        }
        let number = log.executions + 1;
        let answer = answer(&Doing { key, number, delivered, error })?;
        let record = Record {
            key,
            number,
            delivered,
            error,
            once: kind.once,
            due: kind.execute_at.filter(|&at| at > delivered && !error),
            answer,
        };
        log.push(record.clone());
        Ok(match answered {
            Some(answered) => Taken::Answered {
                delivered,
                answered,
                answer: record.answer.clone(),
                record: Some(record),
            },
            None => Taken::Lost { delivered: Some(delivered), record: Some(record) },
        })
    }

    /// What is known of a Command at an instant.
    #[must_use]
    pub fn ask(&self, key: &Correlation, at: i64) -> ExecutionStatus<'_> {
        match self.logs.get(&key.device).and_then(|l| l.find(key)) {
            None => ExecutionStatus::Unknown,
            Some(r) if r.delivered > at => {
                ExecutionStatus::Executing { delivered: r.delivered, answer: &r.answer }
            }
            Some(r) => ExecutionStatus::Known { delivered: r.delivered, answer: &r.answer },
        }
    }

    /// Takes a record back in, in the order in which the records were made.
    ///
    /// # Errors
    /// A Command that is in the log already, or a number out of turn: the device did
    /// something twice, or the log lost a record.
    pub fn replay(&mut self, record: Record) -> Result<(), ReplayError> {
        let log = self.logs.entry(record.key.device).or_default();
        if log.find(&record.key).is_some() || log.is_replay(&record.key) {
            return Err(ReplayError::Twice { key: record.key, number: record.number });
        }
        if record.number != log.executions + 1 {
            return Err(ReplayError::Turn {
                key: record.key,
                number: record.number,
                expected: log.executions + 1,
            });
        }
        log.push(record);
        Ok(())
    }

    /// Commands that a device has done, and among them those that must not be done twice.
    #[must_use]
    pub fn done(&self, device: Eui64) -> (u64, u64) {
        self.logs.get(&device).map_or((0, 0), |l| (l.executions, l.once))
    }

    /// All executions.
    #[must_use]
    pub fn executions(&self) -> u64 {
        self.logs.values().map(|l| l.executions).sum()
    }

    /// The highest counter of an originator that a device has done.
    #[must_use]
    pub fn highest(&self, device: Eui64, originator: Eui64) -> Option<u64> {
        self.logs.get(&device)?.of(originator).map(|c| c.highest)
    }
}

impl Log {
    fn of(&self, originator: Eui64) -> Option<&Counters> {
        self.counters.iter().find(|c| c.who == originator)
    }

    /// Most Commands are new: one counter shows that, and nothing is searched.
    fn find(&self, key: &Correlation) -> Option<&Record> {
        if self.of(key.recipient).is_none_or(|c| key.counter > c.highest) {
            return None;
        }
        self.kept.iter().rev().find(|r| r.key == *key)
    }

    fn is_replay(&self, key: &Correlation) -> bool {
        self.of(key.recipient).and_then(|c| c.floor).is_some_and(|floor| key.counter <= floor)
    }

    fn push(&mut self, record: Record) {
        self.executions = record.number;
        self.once += u64::from(record.once);
        let (who, counter) = (record.key.recipient, record.key.counter);
        match self.counters.iter_mut().find(|c| c.who == who) {
            Some(c) => c.highest = c.highest.max(counter),
            None => self.counters.push(Counters { who, highest: counter, floor: None }),
        }
        if self.kept.len() == ANSWERS_KEPT
            && let Some(old) = self.kept.pop_front()
            && let Some(c) = self.counters.iter_mut().find(|c| c.who == old.key.recipient)
        {
            c.floor = c.floor.max(Some(old.key.counter));
        }
        self.kept.push_back(record);
    }
}

/// A log that does not hold together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// A Command is in the log twice.
    #[error("execution {number} of device {}: the Command of {} with counter {}, message code {:04X}, is already in the log", key.device, key.recipient, key.counter, key.code)]
    Twice {
        /// The Command.
        key: Correlation,
        /// Number of the second execution.
        number: u64,
    },
    /// Executions are not numbered without a gap.
    #[error("device {}: execution {number} where {expected} comes next; records are missing or are there twice", key.device)]
    Turn {
        /// The Command.
        key: Correlation,
        /// Its number.
        number: u64,
        /// The number that comes next.
        expected: u64,
    },
}
