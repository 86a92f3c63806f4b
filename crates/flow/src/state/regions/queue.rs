//! The queue of one region: classes share by weight, and within a class the Users take turns. So no
//! class starves, and a User's burst delays only that User.

use crate::vocabulary::Class;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// Requests of one class.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct ClassQueue {
    /// Users with something waiting, in turn.
    turn: VecDeque<u16>,
    /// What each of them has waiting, oldest first.
    waiting: BTreeMap<u16, VecDeque<u64>>,
    len: u32,
    /// What is left of this round's share.
    credit: u32,
}

impl ClassQueue {
    fn push(&mut self, user: u16, exchange: u64) {
        let own = self.waiting.entry(user).or_default();
        if own.is_empty() {
            self.turn.push_back(user);
        }
        own.push_back(exchange);
        self.len += 1;
    }

    fn pop(&mut self) -> Option<u64> {
        let user = self.turn.pop_front()?;
        let own = self.waiting.get_mut(&user)?;
        let exchange = own.pop_front();
        if own.is_empty() {
            self.waiting.remove(&user);
        } else {
            self.turn.push_back(user);
        }
        self.len -= 1;
        exchange
    }

    fn remove(&mut self, user: u16, exchange: u64) -> bool {
        let Some(own) = self.waiting.get_mut(&user) else { return false };
        let Some(index) = own.iter().position(|u| *u == exchange) else { return false };
        own.remove(index);
        if own.is_empty() {
            self.waiting.remove(&user);
            self.turn.retain(|u| *u != user);
        }
        self.len -= 1;
        true
    }
}

/// The queue of one region.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Queue {
    classes: BTreeMap<Class, ClassQueue>,
}

impl Queue {
    pub(crate) fn push(&mut self, class: Class, user: u16, exchange: u64) {
        self.classes.entry(class).or_default().push(user, exchange);
    }

    /// The next request: each class spends its share of the round, the most urgent first; a new round
    /// begins when no share is left.
    pub(crate) fn pop(&mut self, weight: impl Fn(Class) -> u32) -> Option<u64> {
        for _ in 0..2 {
            if let Some(q) = self.classes.values_mut().find(|q| q.len > 0 && q.credit > 0) {
                q.credit -= 1;
                return q.pop();
            }
            for (class, q) in &mut self.classes {
                q.credit = weight(*class).max(1);
            }
        }
        None
    }

    /// Takes out a request that will not be sent.
    pub(crate) fn remove(&mut self, class: Class, user: u16, exchange: u64) -> bool {
        self.classes.get_mut(&class).is_some_and(|q| q.remove(user, exchange))
    }

    pub(crate) fn len(&self) -> u32 {
        self.classes.values().map(|q| q.len).sum()
    }

    /// How many wait, by class.
    pub(crate) fn by_class(&self) -> impl Iterator<Item = (Class, u32)> {
        self.classes.iter().map(|(c, q)| (*c, q.len))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight(c: Class) -> u32 {
        match c {
            Class::Prepayment => 3,
            _ => 1,
        }
    }

    #[test]
    fn a_burst_waits_behind_its_own_and_nobody_elses_turn() {
        let mut q = Queue::default();
        for n in 0..100 {
            q.push(Class::OnDemand, 1, n);
        }
        q.push(Class::OnDemand, 2, 1_000);
        assert_eq!((q.pop(weight), q.pop(weight)), (Some(0), Some(1_000)));
    }

    #[test]
    fn no_class_starves_and_the_urgent_have_more() {
        let mut q = Queue::default();
        for n in 0..40 {
            q.push(Class::Prepayment, 1, n);
            q.push(Class::Bulk, 1, 100 + n);
        }
        let first: Vec<u64> = (0..8).filter_map(|_| q.pop(weight)).collect();
        assert_eq!(first.iter().filter(|n| **n >= 100).count(), 2);
        assert_eq!(q.len(), 72);
    }

    #[test]
    fn what_is_taken_out_is_never_sent() {
        let mut q = Queue::default();
        q.push(Class::OnDemand, 1, 7);
        q.push(Class::OnDemand, 1, 8);
        assert!(
            q.remove(Class::OnDemand, 1, 7)
                && !q.remove(Class::OnDemand, 1, 7)
                && !q.remove(Class::Bulk, 1, 8)
        );
        assert_eq!((q.pop(weight), q.pop(weight), q.len()), (Some(8), None, 0));
    }
}
