//! Answers of devices, and how an exchange ends for its User.

use super::{Core, DONE, EXECUTED, FAILED};
use crate::{
    effect::{Body, Delivery, Effect, Notice},
    event::{Answer, Correlation},
    state::Purpose,
};
use northbound_types::{AlertCode, Kind, RequestState as S, ResponseCode, Utc};

impl Core {
    pub(super) fn answer(&mut self, a: &Answer, out: &mut Vec<Effect>) {
        self.counts.answers += 1;
        let Some((number, exchange)) = self.exchanges.awaiting(&a.to) else {
            self.counts.stray_answers += 1;
            out.push(Effect::Notice(Notice::UnknownAnswer(a.to)));
            return;
        };
        match exchange.state() {
            S::InFlight => {}
            // The end stays; when the answer came is noted in its row.
            S::TimedOut => {
                exchange.answered_late(a.at_wan, a.delivered_to_device);
                self.counts.late_answers += 1;
                return out.push(Effect::Notice(Notice::LateAnswer(a.to)));
            }
            _ => {
                self.counts.stray_answers += 1;
                return out.push(Effect::Notice(Notice::RepeatedAnswer(a.to)));
            }
        }
        exchange.reached_device(a.delivered_to_device);
        // A Command that the device holds until its time is only accepted by this answer; its close
        // comes as an alert.
        if a.success && exchange.on_device().is_some_and(|due| a.at_wan.0 < due) {
            return;
        }
        exchange.answered_at_wan(a.at_wan);
        let body = match exchange.facts().schedule {
            Some(schedule) => Body::Scheduled { schedule, payload: a.content.clone() },
            None => Body::Payload(a.content.clone()),
        };
        let (state, code) = self.answered(a.success);
        self.answer_end(number, state, code, body, out);
    }

    fn answered(&self, success: bool) -> (S, ResponseCode) {
        if success {
            (S::AnsweredSuccess, DONE)
        } else {
            (S::AnsweredDeviceError, self.policy.codes.device_error)
        }
    }

    /// Closes a future-dated request whose Command was in flight: the alerts 8F66 and 8F67 are its
    /// answer. `false` where the alert closes none.
    pub(super) fn close_future_dated(
        &mut self,
        c: &Correlation,
        code: AlertCode,
        payload: &[u8],
        at_wan: Utc,
        out: &mut Vec<Effect>,
    ) -> bool {
        if code != EXECUTED && code != FAILED {
            return false;
        }
        let Some((number, exchange)) =
            self.exchanges.awaiting(c).filter(|(_, e)| e.state() == S::InFlight)
        else {
            return false;
        };
        exchange.answered_at_wan(at_wan);
        let (state, answer) = self.answered(code == EXECUTED);
        let body = Body::FutureDated { code, payload: payload.to_vec() };
        self.answer_end(number, state, answer, body, out);
        true
    }

    pub(super) fn no_route(&mut self, c: &Correlation, out: &mut Vec<Effect>) {
        let Some((number, _)) =
            self.exchanges.awaiting(c).filter(|(_, e)| e.state() == S::InFlight)
        else {
            return;
        };
        self.answer_end(number, S::FailedNoRoute, self.policy.codes.no_route, Body::Empty, out);
    }

    /// Ends an exchange and sends its User the outcome. The measured time ends here for an answer; a
    /// failure has none.
    pub(super) fn answer_end(
        &mut self,
        number: u64,
        state: S,
        code: ResponseCode,
        body: Body,
        out: &mut Vec<Effect>,
    ) {
        let Some(exchange) = self.exchanges.get_mut(number) else { return };
        if !exchange.state().may_become(state) {
            return;
        }
        if state.is_answered() {
            exchange.answer_sent(Utc(self.now));
        }
        let f = exchange.facts();
        let message = Delivery {
            number: 0,
            to: f.id.originator,
            from: if body == Body::Empty { self.policy.service } else { f.id.target },
            answers: Some((f.id, f.written.clone())),
            srv: f.srv,
            code,
            at: Utc(self.now),
            body,
        };
        let from_user = f.kind != Kind::NetworkCommand;
        self.end(number, state, code, out);
        if from_user {
            let delivery = self.deliver(message, Purpose::Answer(number), out);
            if let Some(exchange) = self.exchanges.get_mut(number) {
                exchange.await_delivery(delivery);
            }
        }
        self.settle(number, out);
    }
}
