//! What the regional networks and the Users' endpoints do with what the core sends them.

use super::{AGAIN_AFTER, Host, PARKED_AT};
use crate::trial::{Bug, Next, Trouble};
use northbound_emulator::{
    self as network, Fate, Pace, Rng,
    latency::{HOUR, SECOND},
};
use northbound_flow::{
    Command, Correlation, Event, Outcome,
    event::{self},
    vocabulary::Class,
};
use northbound_types::{AlertCode, Eui64, Utc};

impl Host {
    pub(super) fn dispatch(&mut self, c: &Command, now: i64) {
        let known = self
            .devices
            .log
            .get(&c.correlation)
            .filter(|_| self.trial.bug != Some(Bug::ForgetsExecutions));
        if let Some(done) = known {
            if let Some((_, answer)) = done.answer.clone() {
                self.at(now + SECOND, Next::Input(Event::Answer(Box::new(answer))));
            }
            return;
        }
        let pace = if c.class == Class::Bulk { Pace::Bulk } else { Pace::OnDemand };
        let sent = network::Command {
            at: now,
            target: c.correlation.device,
            key: c.correlation.counter ^ u64::from(c.attempt) << 40,
            pace,
            error_ppm: 60_000,
        };
        match self.network.dispatch(&sent) {
            Fate::NoRoute { known } => {
                self.verdict.happened(Trouble::NoRoute);
                self.at(known, Next::Input(Event::NoRoute(c.correlation)));
            }
            Fate::Lost { delivered } => {
                self.verdict.happened(Trouble::Lost);
                if delivered.is_some() {
                    self.devices.executed(c, None);
                }
            }
            Fate::Answered { delivered, answered, error } => {
                self.executed(c, delivered, answered, error)
            }
        }
    }

    fn executed(&mut self, c: &Command, delivered: i64, answered: i64, error: bool) {
        let answer = event::Answer {
            to: c.correlation,
            success: !error,
            delivered_to_device: Some(Utc(delivered)),
            at_wan: Utc(answered),
            content: vec![1],
        };
        self.devices.executed(c, Some((answered, answer.clone())));
        match c.execution {
            Some(due) => {
                let at = answered.max(due.0 + SECOND);
                let code = AlertCode::of(if error { "8F67" } else { "8F66" });
                self.at(
                    at,
                    Next::Input(Event::Alert(Box::new(event::Alert {
                        device: c.correlation.device,
                        recipient: Some(c.originator),
                        counter: c.correlation.counter,
                        code,
                        dcc: false,
                        raised: None,
                        closes: Some(c.correlation),
                        content: vec![2],
                    }))),
                );
            }
            None => self.at(answered, Next::Input(Event::Answer(Box::new(answer)))),
        }
    }

    pub(super) fn ask(&mut self, c: Correlation, now: i64) {
        match self.devices.log.get(&c).filter(|_| self.trial.bug != Some(Bug::ForgetsExecutions)) {
            None => self.at(now + SECOND, Next::Input(Event::NotReceived(c))),
            Some(done) => {
                if let Some((_, answer)) = done.answer.clone().filter(|(at, _)| *at <= now) {
                    self.at(now + SECOND, Next::Input(Event::Answer(Box::new(answer))));
                }
            }
        }
    }

    /// Endpoints are down for an hour now and then, and refuse a message in a hundred.
    pub(super) fn try_delivery(&mut self, delivery: u64, user: Eui64, n: u32, now: i64) {
        let Some(message) = self.messages.get(&delivery) else { return };
        let down = Rng::stream(self.trial.seed, &[72, user.0, (now / HOUR) as u64]).chance(60_000);
        let refuses = Rng::stream(self.trial.seed, &[73, delivery]).chance(10_000);
        let (status, outcome) = if down {
            (0, Outcome::Again)
        } else if refuses && n < PARKED_AT {
            (413, Outcome::Again)
        } else if refuses {
            (413, Outcome::Parked)
        } else {
            (204, Outcome::Delivered)
        };
        if down {
            self.verdict.happened(Trouble::EndpointDown);
        }
        if refuses && !down {
            self.verdict.happened(Trouble::EndpointRefuses);
        }
        if outcome != Outcome::Again {
            self.clients.delivered(message, outcome == Outcome::Parked);
        }
        if outcome == Outcome::Again {
            self.at(now + AGAIN_AFTER, Next::Try(delivery, user, n + 1));
        }
        self.input(now, Event::Attempt(event::Attempt { delivery, status, outcome }));
    }
}
