//! Messages that no User has taken yet. Each has a number that stays the same at every attempt.

use crate::effect::Delivery;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

/// What a delivery is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Purpose {
    /// The answer of an exchange.
    Answer(u64),
    /// An alert, found by its delivery's number.
    Alert,
    /// A notification of the service that no row waits for.
    Notification,
}

/// A message that no User has taken yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Pending {
    message: Box<Delivery>,
    purpose: Purpose,
    attempts: u32,
}

/// All of them, by number.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Deliveries {
    pending: HashMap<u64, Pending>,
    next: u64,
}

impl Deliveries {
    pub(crate) fn len(&self) -> usize {
        self.pending.len()
    }
    pub(crate) fn get(&self, number: u64) -> Option<&Delivery> {
        self.pending.get(&number).map(|p| p.message.as_ref())
    }
    /// A number for an answer that needs no delivery.
    pub(crate) fn take_number(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        number
    }

    /// Numbers a message and remembers it until it is settled; gives it back for the first attempt.
    pub(crate) fn add(&mut self, mut message: Delivery, purpose: Purpose) -> Box<Delivery> {
        message.number = self.take_number();
        let message = Box::new(message);
        let first = message.clone();
        self.pending.insert(first.number, Pending { message, purpose, attempts: 0 });
        first
    }

    /// Counts an attempt; gives the message, what it is for, and which attempt this was.
    pub(crate) fn attempted(&mut self, number: u64) -> Option<(&Delivery, Purpose, u32)> {
        let p = self.pending.get_mut(&number)?;
        p.attempts += 1;
        Some((&p.message, p.purpose, p.attempts))
    }

    /// The message was taken, or will not be tried again.
    pub(crate) fn settle(&mut self, number: u64) {
        self.pending.remove(&number);
    }

    /// Everything that is not settled, in the order of the numbers.
    pub(crate) fn unsettled(&self) -> impl Iterator<Item = Box<Delivery>> + use<'_> {
        let mut all: Vec<&Pending> = self.pending.values().collect();
        all.sort_unstable_by_key(|p| p.message.number);
        all.into_iter().map(|p| p.message.clone())
    }

    pub(crate) fn purpose(&self, number: u64) -> Option<Purpose> {
        self.pending.get(&number).map(|p| p.purpose)
    }
    pub(crate) fn purposes(&self) -> impl Iterator<Item = (u64, Purpose)> {
        self.pending.iter().map(|(n, p)| (*n, p.purpose))
    }
}
