//! Requests that wait for another (`FirstInSequence`, `PrecedingServiceRequestID`): they proceed when
//! it succeeds and fail when it fails (second-hand; the published rule was not seen).

use super::Core;
use crate::{
    effect::{Body, Effect},
    event::Request,
    state::Timer,
};
use northbound_types::{Leg, RequestId, RequestState as S, ResponseCode};

impl Core {
    /// The predecessor that a request names must be known: on its way, or ended not long ago.
    pub(super) fn predecessor_is_known(&self, r: &Request) -> Result<(), ResponseCode> {
        let Some(p) = r.preceding else { return Ok(()) };
        let known = self.sequences.outcome(p).is_some() || self.is_coming(p);
        if known && p != r.id { Ok(()) } else { Err(self.policy.codes.sequence) }
    }

    /// Whether a request is on its way, so that its end will reach those that wait for it.
    pub(super) fn is_coming(&self, p: RequestId) -> bool {
        self.exchanges.named(p, Leg::Send).is_some_and(|e| e.facts().leads && e.state().is_live())
    }

    /// A request that others may wait for has ended.
    pub(super) fn outcome(&mut self, id: RequestId, success: bool, out: &mut Vec<Effect>) {
        let followers = self.sequences.ended(id, success);
        self.timers.set(self.now + self.policy.keep.outcome, Timer::Outcome(id));
        for follower in followers {
            if !success {
                self.predecessor_failed(follower, out);
                continue;
            }
            let Some(exchange) = self.exchanges.get(follower) else { continue };
            if exchange.state() != S::Waiting {
                continue;
            }
            if self.next_state(exchange) == S::Queued {
                self.due(follower, out);
            } else {
                self.arrange(follower, out);
            }
        }
    }

    pub(super) fn predecessor_failed(&mut self, number: u64, out: &mut Vec<Effect>) {
        if self.exchanges.is_in(number, S::Waiting) {
            let code = self.policy.codes.sequence;
            self.answer_end(number, S::PredecessorFailed, code, Body::Empty, out);
        }
    }
}
