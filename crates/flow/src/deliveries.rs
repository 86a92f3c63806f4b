//! Messages to Users, at least once: each has a number that stays, and is kept until it was taken
//! or parked.

use crate::{
    core::Core,
    effect::{Delivery, DeliveryRecord, Effect, Notice},
    event::{Attempt, Outcome},
};
use northbound_types::AlertState;
use serde::{Deserialize, Serialize};

/// What a delivery belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Of {
    /// The answer of a unit.
    Exchange(u64),
    /// An alert, by its delivery's number.
    Alert,
    /// A word of the service that no row waits for.
    Nothing,
}

/// A message that no User has taken yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub(crate) message: Box<Delivery>,
    pub(crate) of: Of,
    pub(crate) attempts: u32,
}

impl Core {
    /// A message that no User has taken yet, by its number.
    #[must_use]
    pub fn delivery(&self, number: u64) -> Option<&Delivery> {
        self.pending.get(&number).map(|p| p.message.as_ref())
    }

    /// Hands a message over for delivery, and returns its number.
    pub(crate) fn deliver(&mut self, mut message: Delivery, of: Of, out: &mut Vec<Effect>) -> u64 {
        message.number = self.next.delivery;
        self.next.delivery += 1;
        self.counts.deliveries[0] += 1;
        let number = message.number;
        let message = Box::new(message);
        out.push(Effect::Deliver(message.clone()));
        self.pending.insert(number, Pending { message, of, attempts: 0 });
        number
    }

    pub(crate) fn attempt(&mut self, a: &Attempt, out: &mut Vec<Effect>) {
        let now = self.now;
        let Some(pending) = self.pending.get_mut(&a.delivery) else {
            out.push(Effect::Notice(Notice::UnknownDelivery(a.delivery)));
            return;
        };
        pending.attempts += 1;
        self.counts.deliveries[1] += 1;
        let (of, m) = (pending.of, &pending.message);
        out.push(Effect::Tried(Box::new(DeliveryRecord {
            delivery: a.delivery,
            to: m.to,
            request: m.answers.as_ref().map(|(id, _)| *id),
            unit: if let Of::Exchange(number) = of {
                self.units.get(&number).map(|u| (u.leg, u.instance))
            } else {
                None
            },
            code: m.code,
            alert: if m.answers.is_none() { m.body.alert_code() } else { None },
            from: m.from,
            counter: if of == Of::Alert { self.alerts.counter(a.delivery) } else { 0 },
            attempt: pending.attempts,
            at: now,
            status: a.status,
            outcome: a.outcome,
        })));
        if a.outcome == Outcome::Again {
            return;
        }
        let delivered = a.outcome == Outcome::Delivered;
        self.counts.deliveries[if delivered { 2 } else { 3 }] += 1;
        self.pending.remove(&a.delivery);
        match of {
            Of::Exchange(number) => {
                if let Some(unit) = self.units.get_mut(&number) {
                    unit.delivery = None;
                    if delivered && unit.state.is_answered() {
                        unit.times.delivered = Some(now);
                    }
                }
                self.settle(number, out);
            }
            Of::Alert => self.alert_done(
                a.delivery,
                if delivered { AlertState::Delivered } else { AlertState::Parked },
                out,
            ),
            Of::Nothing => {}
        }
    }
}
