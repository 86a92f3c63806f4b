//! Applies the effects of stored inputs: replies, Commands, deliveries, rows of the ledger.

use super::mailbox::Outcome;
use crate::{
    egress::Deliveries,
    ingress::Ingress,
    ledger_sink::RowBuffer,
    metrics::Metrics,
    tap::Tap,
    wan::{Dispatch, NetworkError, RegionalNetwork, codec},
};
use northbound_flow::{Effect, Notice, effect::Command};
use northbound_gbcs::Correlation;
use northbound_types::Utc;
use std::{collections::VecDeque, sync::Arc};
use tokio::sync::oneshot;
use tracing::{error, info};

/// The destinations of effects.
pub struct EffectSinks {
    /// The regional networks.
    pub network: Arc<dyn RegionalNetwork>,
    /// Queues to Users.
    pub deliveries: Deliveries,
    /// Rows to the ledger.
    pub rows: RowBuffer,
    /// Keys, policy and codes.
    pub ingress: Arc<Ingress>,
    /// Who watches.
    pub tap: Tap,
    /// Metrics.
    pub metrics: Arc<Metrics>,
}

/// What could not be handed over yet.
#[derive(Default)]
pub(super) struct Unsent {
    commands: VecDeque<Dispatch>,
    questions: VecDeque<Correlation>,
}

impl Unsent {
    pub(super) fn is_empty(&self) -> bool {
        self.commands.is_empty() && self.questions.is_empty()
    }
}

impl EffectSinks {
    /// Applies the effects of one stored input. `reply` is sent its outcome.
    pub(super) fn apply(
        &mut self,
        at: Utc,
        position: u64,
        effects: &mut Vec<Effect>,
        reply: Option<oneshot::Sender<Outcome>>,
        unsent: &mut Unsent,
    ) {
        let mut reply = reply;
        let mut unchanged = None;
        let watched = self.tap.is_watched();
        for effect in effects.drain(..) {
            if watched {
                self.tap.effect(at, &effect);
            }
            match effect {
                Effect::Reply(r) => {
                    if let Some(to) = reply.take() {
                        let _ = to.send(Outcome::Reply(r));
                    }
                }
                Effect::Dispatch(c) => self.dispatch(at, &c, unsent),
                Effect::Ask(c) => self.ask_status(c, unsent),
                Effect::Deliver(d) => self.deliveries.add(d),
                Effect::Moved(m) => self.rows.moved(position, m),
                Effect::Settled(r) => {
                    self.metrics.settled(&r);
                    self.rows.settled(position, *r);
                }
                Effect::AlertSettled(r) => self.rows.alert(position, *r),
                Effect::Tried(r) => self.rows.tried(position, *r),
                Effect::Unverified(u) => self.rows.unverified(position, *u),
                Effect::Notice(Notice::ChangeRefused(why)) => unchanged = Some(why),
                Effect::Notice(n) => notice(at, &n),
            }
        }
        if let Some(to) = reply {
            let _ = to.send(unchanged.map_or(Outcome::Recorded, Outcome::Unchanged));
        }
    }

    fn dispatch(&self, at: Utc, c: &Command, unsent: &mut Unsent) {
        match codec::dispatch(c, &self.ingress.keys()) {
            Ok(d) => self.send(d, unsent),
            // It will time out, as it would where the network loses it.
            Err(e) => {
                let Correlation { device, counter, .. } = c.correlation;
                error!(event = "command.unsendable", at = %at, %device, counter, srv = %c.srv, why = %e);
            }
        }
    }

    fn send(&self, d: Dispatch, unsent: &mut Unsent) {
        if !unsent.commands.is_empty() {
            unsent.commands.push_back(d);
            return;
        }
        if let Err(NetworkError::Busy) = self.network.dispatch(d.clone()) {
            unsent.commands.push_back(d);
        }
    }

    fn ask_status(&self, c: Correlation, unsent: &mut Unsent) {
        if !unsent.questions.is_empty() || matches!(self.network.ask(c), Err(NetworkError::Busy)) {
            unsent.questions.push_back(c);
        }
    }

    /// Hands over what the network was too busy for.
    pub(super) fn retry(&self, unsent: &mut Unsent) {
        while let Some(d) = unsent.commands.front() {
            if let Err(NetworkError::Busy) = self.network.dispatch(d.clone()) {
                return;
            }
            unsent.commands.pop_front();
        }
        while let Some(c) = unsent.questions.front() {
            if let Err(NetworkError::Busy) = self.network.ask(*c) {
                return;
            }
            unsent.questions.pop_front();
        }
    }
}

fn notice(at: Utc, n: &Notice) {
    match n {
        Notice::UnknownAnswer(c) => answer("answer.unknown", at, c),
        Notice::RepeatedAnswer(c) => answer("answer.repeated", at, c),
        Notice::LateAnswer(c) => answer("answer.late", at, c),
        Notice::ChangeRefused(why) => info!(event = "change.refused", at = %at, why),
        Notice::UnknownDelivery(n) => info!(event = "delivery.unknown", at = %at, delivery = n),
    }
}

/// Logs an answer of a device that settles nothing.
fn answer(event: &'static str, at: Utc, to: &northbound_flow::Correlation) {
    let northbound_flow::Correlation { device, recipient, counter, code, .. } = to;
    info!(event, at = %at, %device, %recipient, counter, code = format!("{code:04X}"));
}
