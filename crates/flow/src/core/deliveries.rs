//! Messages to Users, delivered at least once.

use super::Core;
use crate::{
    effect::{Delivery, DeliveryRecord, Effect, Notice},
    event::{Attempt, Outcome},
    state::Purpose,
};
use northbound_types::{AlertState, Utc};

impl Core {
    /// A message that its User has not taken yet, by its number.
    #[must_use]
    pub fn delivery(&self, number: u64) -> Option<&Delivery> {
        self.deliveries.get(number)
    }

    /// Hands a message over for delivery, and returns its number.
    pub(super) fn deliver(
        &mut self,
        message: Delivery,
        purpose: Purpose,
        out: &mut Vec<Effect>,
    ) -> u64 {
        self.counts.deliveries[0] += 1;
        let message = self.deliveries.add(message, purpose);
        let number = message.number;
        out.push(Effect::Deliver(message));
        number
    }

    pub(super) fn attempt(&mut self, a: &Attempt, out: &mut Vec<Effect>) {
        let now = self.now;
        let Some((m, purpose, attempt)) = self.deliveries.attempted(a.delivery) else {
            out.push(Effect::Notice(Notice::UnknownDelivery(a.delivery)));
            return;
        };
        self.counts.deliveries[1] += 1;
        let (unit, counter) = match purpose {
            Purpose::Answer(number) => {
                let facts = self.exchanges.get(number).map(|e| e.facts());
                (facts.map(|f| (f.leg, f.instance)), 0)
            }
            Purpose::Alert => (None, self.alerts.counter(a.delivery)),
            Purpose::Notification => (None, 0),
        };
        out.push(Effect::Tried(Box::new(DeliveryRecord {
            delivery: a.delivery,
            to: m.to,
            request: m.answers.as_ref().map(|(id, _)| *id),
            unit,
            code: m.code,
            alert: if m.answers.is_none() { m.body.alert_code() } else { None },
            from: m.from,
            counter,
            attempt,
            at: Utc(now),
            status: a.status,
            outcome: a.outcome,
        })));
        if a.outcome != Outcome::Again {
            self.delivery_settled(a.delivery, purpose, a.outcome == Outcome::Delivered, out);
        }
    }

    fn delivery_settled(
        &mut self,
        delivery: u64,
        purpose: Purpose,
        delivered: bool,
        out: &mut Vec<Effect>,
    ) {
        self.counts.deliveries[if delivered { 2 } else { 3 }] += 1;
        self.deliveries.settle(delivery);
        match purpose {
            Purpose::Answer(number) => {
                if let Some(exchange) = self.exchanges.get_mut(number) {
                    exchange.delivery_settled(Utc(self.now), delivered);
                }
                self.settle(number, out);
            }
            Purpose::Alert => {
                let state = if delivered { AlertState::Delivered } else { AlertState::Parked };
                self.alert_done(delivery, state, out);
            }
            Purpose::Notification => {}
        }
    }
}
