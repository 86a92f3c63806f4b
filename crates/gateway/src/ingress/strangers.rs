//! What is recorded of senders that prove nothing: messages in the journal and the log, and problems in the log.

use super::{
    quota::{Quota, Sender, StrangerLimits},
    unverified::UnverifiedMessages,
};
use crate::engine::{Handle, Notification};
use northbound_flow::event::{Event, Unverified};
use northbound_transport::counted_address;
use northbound_types::Utc;
use std::{
    net::IpAddr,
    sync::{Mutex, PoisonError},
};
use tracing::info;

/// The records of strangers.
#[derive(Debug)]
pub(super) struct Strangers {
    messages: UnverifiedMessages,
    /// Log lines of problems, and how many were left out in this window.
    problems: Mutex<(Quota, u64)>,
}

impl Strangers {
    pub(super) fn new(limits: StrangerLimits, now: Utc) -> Strangers {
        Strangers {
            messages: UnverifiedMessages::new(limits.messages, now),
            problems: Mutex::new((Quota::new(limits.problems, now), 0)),
        }
    }

    /// Takes a message; gives it back where it is to be recorded on its own.
    pub(super) fn note(&self, u: Unverified, now: Utc, engine: &Handle) -> Option<Unverified> {
        let noted = self.messages.note(u, now);
        self.record(noted.ended, engine);
        noted.alone
    }

    /// Counts a message that the engine did not take.
    pub(super) fn count(&self, u: &Unverified) {
        self.messages.count(u);
    }

    /// Records the counts of a window that has ended; at a `stop` those of this one.
    pub(super) fn end(&self, now: Utc, stop: bool, engine: &Handle) {
        self.record(self.messages.ended(now, stop), engine);
        let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        if stop || problems.0.is_over(now) {
            problems.0.begin(now);
            let left_out = std::mem::take(&mut problems.1);
            drop(problems);
            if left_out > 0 {
                info!(event = "requests.not-logged", requests = left_out);
            }
        }
    }

    /// Whether a problem of this address gets a line in the log.
    pub(super) fn is_logged(&self, address: IpAddr) -> bool {
        let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        let logged = problems.0.take(Sender::Address(counted_address(address)));
        problems.1 += u64::from(!logged);
        logged
    }

    fn record(&self, counts: Vec<Unverified>, engine: &Handle) {
        for counted in counts {
            let input =
                Notification { event: Event::Unverified(Box::new(counted.clone())), alert: None };
            if engine.notify(input).is_err() {
                // The engine is busy: they are recorded with the next window.
                self.messages.count(&counted);
                continue;
            }
            info!(
                event = "messages.unverified",
                address = &*counted.address,
                user = counted.user.map(|u| u.to_string()),
                reason = counted.reason.as_str(),
                messages = counted.messages,
            );
        }
    }
}
