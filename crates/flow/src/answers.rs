//! Answers of devices, and how a request ends for its User.

use crate::{
    core::Core,
    deliveries::Of,
    effect::{Body, Delivery, Effect, Notice},
    event::{Answer, Correlation},
    requests::DONE,
};
use northbound_types::{AlertCode, Kind, RequestState as S, ResponseCode};

/// A future-dated Command was executed.
pub(crate) const EXECUTED: AlertCode = AlertCode::of("8F66");
/// A future-dated Command failed on the device.
pub(crate) const FAILED: AlertCode = AlertCode::of("8F67");

impl Core {
    pub(crate) fn answer(&mut self, a: &Answer, out: &mut Vec<Effect>) {
        self.counts.answers += 1;
        let Some((&number, unit)) =
            self.correlations.get(&a.to).and_then(|n| Some((n, self.units.get_mut(n)?)))
        else {
            self.counts.stray_answers += 1;
            out.push(Effect::Notice(Notice::UnknownAnswer(a.to)));
            return;
        };
        if unit.state == S::TimedOut {
            return self.late_answer(number, a, out);
        }
        if unit.state != S::InFlight {
            self.counts.stray_answers += 1;
            out.push(Effect::Notice(Notice::RepeatedAnswer(a.to)));
            return;
        }
        unit.times.delivered_to_device =
            unit.times.delivered_to_device.or(a.delivered_to_device.map(|t| t.0));
        // What the device holds until its time is only taken now; its close comes as an alert.
        if unit.on_device.is_some() && a.success && a.at_wan.0 < unit.on_device.unwrap_or(i64::MIN)
        {
            return;
        }
        unit.times.answered_at_wan = Some(a.at_wan.0);
        let (state, code) = if a.success {
            (S::AnsweredSuccess, DONE)
        } else {
            (S::AnsweredDeviceError, self.policy.codes.device_error)
        };
        let body = match unit.schedule {
            Some(schedule) => Body::Scheduled { schedule, payload: a.content.clone() },
            None => Body::Payload(a.content.clone()),
        };
        self.answer_end(number, state, code, body, out);
    }

    /// The end stays; when the answer came is noted in its row.
    fn late_answer(&mut self, number: u64, a: &Answer, out: &mut Vec<Effect>) {
        self.counts.late_answers += 1;
        out.push(Effect::Notice(Notice::LateAnswer(a.to)));
        let Some(unit) = self.units.get_mut(&number) else { return };
        unit.times.answered_at_wan = unit.times.answered_at_wan.or(Some(a.at_wan.0));
        unit.times.delivered_to_device =
            unit.times.delivered_to_device.or(a.delivered_to_device.map(|t| t.0));
    }

    /// 8F66 and 8F67 close a future-dated request: they are its answer.
    pub(crate) fn close_future_dated(
        &mut self,
        c: &Correlation,
        code: AlertCode,
        payload: &[u8],
        at_wan: i64,
        out: &mut Vec<Effect>,
    ) -> bool {
        if code != EXECUTED && code != FAILED {
            return false;
        }
        let Some((&number, unit)) =
            self.correlations.get(c).and_then(|n| Some((n, self.units.get_mut(n)?)))
        else {
            return false;
        };
        if unit.state != S::InFlight {
            return false;
        }
        unit.times.answered_at_wan = Some(at_wan);
        let (state, answer) = if code == EXECUTED {
            (S::AnsweredSuccess, DONE)
        } else {
            (S::AnsweredDeviceError, self.policy.codes.device_error)
        };
        self.answer_end(
            number,
            state,
            answer,
            Body::FutureDated { code, payload: payload.to_vec() },
            out,
        );
        true
    }

    pub(crate) fn no_route(&mut self, c: &Correlation, out: &mut Vec<Effect>) {
        let Some(&number) = self.correlations.get(c) else { return };
        if self.units.get(&number).is_none_or(|u| u.state != S::InFlight) {
            return;
        }
        self.answer_end(number, S::FailedNoRoute, self.policy.codes.no_route, Body::Empty, out);
    }

    /// Ends a unit and tells its User. The measured time ends here for an answer; a failure has none.
    pub(crate) fn answer_end(
        &mut self,
        number: u64,
        state: S,
        code: ResponseCode,
        body: Body,
        out: &mut Vec<Effect>,
    ) {
        let Some(unit) = self.units.get_mut(&number) else { return };
        if !unit.state.may_become(state) {
            return;
        }
        let now = self.now;
        if state.is_answered() {
            unit.times.answer_sent = Some(now);
        }
        let message = Delivery {
            number: 0,
            to: unit.id.originator,
            from: if body == Body::Empty { self.policy.service } else { unit.id.target },
            answers: Some((unit.id, unit.written.clone())),
            srv: unit.srv,
            code,
            at: now,
            body,
        };
        let told = unit.kind != Kind::NetworkCommand;
        self.end(number, state, code, out);
        if told {
            let delivery = self.deliver(message, Of::Exchange(number), out);
            if let Some(unit) = self.units.get_mut(&number) {
                unit.delivery = Some(delivery);
            }
        }
        self.settle(number, out);
    }
}
