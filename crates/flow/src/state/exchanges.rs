//! All exchanges that can still change, with the ways to find them.

mod exchange;

pub(crate) use exchange::{Exchange, Facts};

use crate::{effect::Record, event::Correlation};
use hashbrown::HashMap;
use northbound_types::{Eui64, Kind, Leg, RequestId, RequestState};
use serde::{Deserialize, Serialize};

/// Exchanges by number, by identity and by the key of their Command.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Exchanges {
    open: HashMap<u64, Exchange>,
    /// Those that a User named, by identity.
    by_key: HashMap<(RequestId, Leg), u64>,
    /// Commands in flight, and late ones whose answer would still be recognised.
    by_correlation: HashMap<Correlation, u64>,
    next: u64,
    /// GBCS counter of the service's own Commands.
    own_counter: u64,
}

impl Exchanges {
    pub(crate) fn len(&self) -> usize {
        self.open.len()
    }
    pub(crate) fn get(&self, number: u64) -> Option<&Exchange> {
        self.open.get(&number)
    }
    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut Exchange> {
        self.open.get_mut(&number)
    }
    pub(crate) fn is_in(&self, number: u64, state: RequestState) -> bool {
        self.open.get(&number).is_some_and(|e| e.state == state)
    }
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &Exchange)> {
        self.open.iter().map(|(n, e)| (*n, e))
    }

    /// Numbers of the exchanges that fulfil a condition, in the order in which they entered.
    pub(crate) fn numbers(&self, wanted: impl Fn(&Exchange) -> bool) -> Vec<u64> {
        let mut found: Vec<u64> =
            self.open.iter().filter(|(_, e)| wanted(e)).map(|(n, _)| *n).collect();
        found.sort_unstable();
        found
    }

    /// The exchange that a User sent under this RequestID and leg, while it can still change.
    pub(crate) fn named(&self, id: RequestId, leg: Leg) -> Option<&Exchange> {
        self.by_key.get(&(id, leg)).and_then(|n| self.open.get(n))
    }

    /// The exchange that an answer with this key belongs to.
    pub(crate) fn awaiting(&mut self, key: &Correlation) -> Option<(u64, &mut Exchange)> {
        let number = *self.by_correlation.get(key)?;
        Some((number, self.open.get_mut(&number)?))
    }

    /// Takes an exchange in and numbers it.
    pub(crate) fn enter(&mut self, exchange: Exchange) -> u64 {
        let number = self.next;
        self.next += 1;
        let f = exchange.facts();
        if f.kind == Kind::ServiceRequest && exchange.state != RequestState::Refused {
            self.by_key.insert((f.id, f.leg), number);
        }
        self.open.insert(number, exchange);
        number
    }

    /// Moves an exchange to another state, where that is lawful; gives the state that it was in.
    pub(crate) fn shift(
        &mut self,
        number: u64,
        to: RequestState,
    ) -> Option<(RequestState, &mut Exchange)> {
        let exchange = self.open.get_mut(&number)?;
        let from = exchange.state;
        debug_assert!(from.may_become(to), "unlawful move from {from} to {to}");
        if !from.may_become(to) {
            return None;
        }
        exchange.state = to;
        Some((from, exchange))
    }

    /// Whether a Command under this key is in flight, or would still be recognised.
    pub(crate) fn is_awaited(&self, key: &Correlation) -> bool {
        self.by_correlation.contains_key(key)
    }

    /// From now on, an answer with this key belongs to the exchange.
    pub(crate) fn await_answer(&mut self, key: Correlation, number: u64) {
        self.by_correlation.insert(key, number);
    }

    /// An answer with this key belongs to no exchange any more.
    pub(crate) fn forget_answer(&mut self, key: &Correlation) {
        self.by_correlation.remove(key);
    }

    /// As [`Self::forget_answer`], unless the key has passed to another exchange.
    pub(crate) fn forget_answer_of(&mut self, key: &Correlation, number: u64) {
        if self.by_correlation.get(key) == Some(&number) {
            self.by_correlation.remove(key);
        }
    }

    /// The key for a Command of the service's own, under a counter that only rises.
    pub(crate) fn own_correlation(
        &mut self,
        device: Eui64,
        service: Eui64,
        code: u16,
        now: i64,
    ) -> Correlation {
        self.own_counter = (self.own_counter + 1).max((now / 1_000).unsigned_abs());
        Correlation { device, recipient: service, counter: self.own_counter, code }
    }

    /// Takes out an exchange that will not change again, and gives its row.
    pub(crate) fn settle(&mut self, number: u64) -> Option<Record> {
        let exchange = self.open.get(&number)?;
        if !exchange.is_settled() {
            return None;
        }
        let record = exchange.record();
        if self.by_key.get(&(record.id, record.leg)) == Some(&number) {
            self.by_key.remove(&(record.id, record.leg));
        }
        if let Some(key) = exchange.correlation()
            && self.by_correlation.get(&key) == Some(&number)
        {
            self.by_correlation.remove(&key);
        }
        self.open.remove(&number);
        Some(record)
    }

    /// Keys under which an answer would find an exchange that did not send them.
    pub(crate) fn misdirected(&self) -> impl Iterator<Item = (Correlation, u64)> {
        self.by_correlation
            .iter()
            .filter(|(c, n)| self.open.get(*n).is_none_or(|e| e.correlation() != Some(**c)))
            .map(|(c, n)| (*c, *n))
    }

    /// Whether an answer with this key would find this exchange.
    pub(crate) fn finds(&self, key: Option<Correlation>, number: u64) -> bool {
        key.and_then(|k| self.by_correlation.get(&k)) == Some(&number)
    }
}
