//! Timers. None is ever cancelled: what a timer starts checks whether it still applies.

use crate::event::Correlation;
use northbound_types::{AlertCode, Eui64, RequestId};
use serde::{Deserialize, Serialize};
use std::{cmp::Reverse, collections::BinaryHeap};

/// What is to happen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Timer {
    /// A Command in flight times out.
    TimeOut(u64),
    /// A Command in flight is sent again, unless answered: exchange and the try that waits.
    Retry(u64, u8),
    /// A future-dated request is due.
    Due(u64),
    /// A held request expires: its event reference.
    Expire(u64),
    /// A queued request is too old: exchange and when it was queued.
    Shed(u64, i64),
    /// A late answer is no longer recognised.
    Forget(u64, Option<Correlation>),
    /// A Pre-Command expires.
    PreCommand(RequestId),
    /// The outcome of a request is forgotten.
    Outcome(RequestId),
    /// Look whether a storm is over.
    Storm(Eui64, AlertCode, Eui64),
    /// A schedule runs.
    Schedule(u64),
    /// A region opens again.
    Resume(northbound_types::Region),
}

/// Timers by time; those of one time in the order in which they were set.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<(i64, u64, Timer)>>,
    set: u64,
}

impl Timers {
    pub(crate) fn set(&mut self, at: i64, timer: Timer) {
        self.heap.push(Reverse((at, self.set, timer)));
        self.set += 1;
    }
    /// The next time at which anything is set.
    pub(crate) fn next(&self) -> Option<i64> {
        self.heap.peek().map(|Reverse((at, ..))| *at)
    }
    /// Takes the first timer that is due.
    pub(crate) fn due(&mut self, now: i64) -> Option<(i64, Timer)> {
        if self.next()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse((at, _, timer))| (at, timer))
    }
    pub(crate) fn len(&self) -> usize {
        self.heap.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_fire_by_time_and_then_by_order_of_setting() {
        let mut t = Timers::default();
        for (at, n) in [(5, 1), (3, 2), (5, 3), (3, 4)] {
            t.set(at, Timer::Due(n));
        }
        assert_eq!(t.due(2), None);
        let fired: Vec<_> = std::iter::from_fn(|| t.due(5)).collect();
        assert_eq!(
            fired,
            [(3, Timer::Due(2)), (3, Timer::Due(4)), (5, Timer::Due(1)), (5, Timer::Due(3))]
        );
    }
}
