//! Requests that wait for another (`FirstInSequence`, `PrecedingServiceRequestID`): released when it
//! succeeds, failed when it fails (as remembered; the published rule was not seen).

use crate::{
    core::Core,
    effect::{Body, Effect},
    event::Request,
    timers::Timer,
};
use northbound_types::{RequestId, RequestState as S, ResponseCode};

impl Core {
    /// The request that this one names must be known: on its way, or ended not long ago.
    pub(crate) fn predecessor_is_known(&self, r: &Request) -> Result<(), ResponseCode> {
        let Some(p) = r.preceding else { return Ok(()) };
        let known = self.outcomes.contains_key(&p) || self.is_coming(p);
        if known && p != r.id { Ok(()) } else { Err(self.policy.codes.sequence) }
    }

    /// Is this request on its way, so that its end will be told to those who wait for it?
    pub(crate) fn is_coming(&self, p: RequestId) -> bool {
        self.by_key
            .get(&(p, northbound_types::Leg::Send))
            .and_then(|n| self.units.get(n))
            .is_some_and(|u| u.leads && u.state.is_live())
    }

    /// A request that others may wait for has ended.
    pub(crate) fn outcome(&mut self, id: RequestId, success: bool, out: &mut Vec<Effect>) {
        self.outcomes.insert(id, success);
        self.timers.set(self.now + self.policy.keep.outcome, Timer::Outcome(id));
        for follower in self.followers.remove(&id).unwrap_or_default() {
            if !success {
                self.predecessor_failed(follower, out);
                continue;
            }
            let Some(unit) = self.units.get(&follower) else { continue };
            if unit.state != S::Waiting {
                continue;
            }
            if self.next_state(unit) == S::Queued {
                self.due(follower, out);
            } else {
                self.arrange(follower, out);
            }
        }
    }

    pub(crate) fn predecessor_failed(&mut self, number: u64, out: &mut Vec<Effect>) {
        if self.units.get(&number).is_none_or(|u| u.state != S::Waiting) {
            return;
        }
        self.answer_end(number, S::PredecessorFailed, self.policy.codes.sequence, Body::Empty, out);
    }
}
