//! How an exchange enters the books, moves, ends and is settled.

use super::Core;
use crate::{effect::Effect, state::Exchange};
use northbound_types::{RequestState, ResponseCode, Utc};

impl Core {
    /// An exchange enters the books; gives its number.
    pub(super) fn enter(&mut self, exchange: Exchange, out: &mut Vec<Effect>) -> u64 {
        self.counts.moved(exchange.facts().region, None, exchange.state());
        out.push(Effect::Moved(exchange.movement(None)));
        self.exchanges.enter(exchange)
    }

    /// An exchange moves to another state. Unlawful moves are not made, and `false` says so.
    pub(super) fn shift(&mut self, number: u64, to: RequestState, out: &mut Vec<Effect>) -> bool {
        let Some((from, exchange)) = self.exchanges.shift(number, to) else { return false };
        let f = exchange.facts();
        self.regions.moved(f.region, (from, to), f.class, f.user, number);
        self.counts.moved(f.region, Some(from), to);
        out.push(Effect::Moved(exchange.movement(Some(from))));
        true
    }

    /// An exchange ends with a code: its content is dropped, and its followers go on or fail.
    pub(super) fn end(
        &mut self,
        number: u64,
        state: RequestState,
        code: ResponseCode,
        out: &mut Vec<Effect>,
    ) {
        if !self.shift(number, state, out) {
            return;
        }
        let Some(exchange) = self.exchanges.get_mut(number) else { return };
        let event_ref = exchange.end(code, Utc(self.now));
        let (id, leads) = (exchange.facts().id, exchange.facts().leads);
        let awaited = exchange.correlation().filter(|_| !exchange.is_late());
        if let Some(key) = awaited {
            self.exchanges.forget_answer(&key);
        }
        if let Some(r) = event_ref {
            self.quarantine.remove(r);
        }
        if leads {
            self.outcome(id, state == RequestState::AnsweredSuccess, out);
        }
    }

    /// Writes the row of an exchange that will not change any more.
    pub(super) fn settle(&mut self, number: u64, out: &mut Vec<Effect>) {
        if let Some(record) = self.exchanges.settle(number) {
            out.push(Effect::Settled(Box::new(record)));
        }
    }
}
