//! From the queue to the regional network, under its capacity; retries and time-outs.

use super::Core;
use crate::{
    effect::{Body, Command, Effect},
    event::Correlation,
    state::{Exchange, Regions, Timer},
    vocabulary::DeviceType,
};
use northbound_types::{Leg, Mode, RequestState as S, Utc};

impl Core {
    /// Puts an exchange in state queued into its region's queue.
    pub(super) fn enqueue(&mut self, number: u64) {
        let now = self.now;
        let Some(exchange) = self.exchanges.get_mut(number) else { return };
        exchange.queue(Utc(now));
        let f = exchange.facts();
        let Some(user) = f.user else { return };
        if self.regions.enqueue(f.region, f.class, user, number) {
            self.timers.set(now + self.policy.longest_queue, Timer::Shed(number, now));
        }
    }

    /// Sends what the regional networks take now.
    pub(super) fn pump(&mut self, out: &mut Vec<Effect>) {
        for region in Regions::WITH_NETWORK {
            let most = self.policy.capacity(region).in_flight;
            while let Some(number) = self.regions.next(region, most, |c| self.policy.weight(c)) {
                self.send(number, out);
            }
        }
    }

    fn send(&mut self, number: u64, out: &mut Vec<Effect>) {
        let Some(correlation) = self.correlate(number) else { return };
        if !self.shift(number, S::InFlight, out) {
            return;
        }
        self.exchanges.await_answer(correlation, number);
        let (now, retry) = (self.now, self.policy.retry);
        let Some(exchange) = self.exchanges.get_mut(number) else { return };
        let allowed = {
            let (t, f) = (self.policy.timeouts, exchange.facts());
            match f.mode {
                Mode::FutureDated | Mode::Scheduled => t.patient,
                _ if f.device_type == Some(DeviceType::Gsme) => t.asleep,
                _ => t.on_demand,
            }
        };
        let timeout_at = exchange.send(correlation, now, allowed);
        let f = exchange.facts();
        let again = f.repeatable && f.mode == Mode::OnDemand && retry.tries > 0;
        self.timers.set(timeout_at, Timer::TimeOut(number));
        if again {
            self.timers.set(now + retry.after, Timer::Retry(number, 1));
        }
        self.put_on_network(number, out);
    }

    /// The key by which the answer will be recognised. A User's own request goes under its own
    /// counter; what the service sends goes under the service's.
    fn correlate(&mut self, number: u64) -> Option<Correlation> {
        let f = self.exchanges.get(number)?.facts();
        let (id, code) = (f.id, self.policy.service(f.srv)?.message_code);
        if f.leg == Leg::Send {
            let key = Correlation {
                device: id.target,
                recipient: id.originator,
                counter: id.counter,
                code,
            };
            if !self.exchanges.is_awaited(&key) {
                return Some(key);
            }
        }
        Some(self.exchanges.own_correlation(id.target, self.policy.service, code, self.now))
    }

    fn put_on_network(&mut self, number: u64, out: &mut Vec<Effect>) {
        let Some(exchange) = self.exchanges.get(number) else { return };
        let (Some(correlation), Some(timeout_at)) = (exchange.correlation(), exchange.timeout_at())
        else {
            return;
        };
        self.counts.dispatched += 1;
        let f = exchange.facts();
        out.push(Effect::Dispatch(Box::new(Command {
            correlation,
            region: f.region,
            originator: f.id.originator,
            srv: f.srv,
            class: f.class,
            execution: exchange.on_device().map(Utc),
            repeatable: f.repeatable,
            attempt: exchange.attempt(),
            timeout_at: Utc(timeout_at),
            content: exchange.content().to_vec(),
        })));
    }

    /// No answer yet: sends once more, where a second execution does no harm. The Command is the
    /// same one, under the same counter, so a device that has executed it answers as before.
    pub(super) fn retry(&mut self, number: u64, attempt: u8, out: &mut Vec<Effect>) {
        let retry = self.policy.retry;
        let Some(exchange) = self.exchanges.get_mut(number) else { return };
        if exchange.state() != S::InFlight || exchange.attempt() != attempt || attempt > retry.tries
        {
            return;
        }
        exchange.send_again();
        if attempt < retry.tries {
            self.timers.set(self.now + retry.after, Timer::Retry(number, attempt + 1));
        }
        self.put_on_network(number, out);
    }

    /// Times out. The end is dated by the deadline, whenever it was noticed.
    pub(super) fn time_out(&mut self, number: u64, due: i64, out: &mut Vec<Effect>) {
        let codes = self.policy.codes;
        let keep = self.policy.keep.late_answer;
        let Some(exchange) = self.exchanges.get_mut(number) else { return };
        if exchange.state() != S::InFlight || exchange.timeout_at() != Some(due) {
            return;
        }
        exchange.recognise_late(keep > 0);
        let (f, correlation) = (exchange.facts(), exchange.correlation());
        let code =
            if f.mode == Mode::FutureDated { codes.timed_out_future } else { codes.timed_out };
        self.counts.timed_out(f.region, f.class);
        if keep > 0 {
            self.timers.set(self.now + keep, Timer::Forget(number, correlation));
        }
        self.answer_end(number, S::TimedOut, code, Body::Empty, out);
    }

    /// A late answer is no longer recognised.
    pub(super) fn forget(
        &mut self,
        number: u64,
        correlation: Option<Correlation>,
        out: &mut Vec<Effect>,
    ) {
        if let Some(key) = correlation {
            self.exchanges.forget_answer_of(&key, number);
        }
        if let Some(exchange) = self.exchanges.get_mut(number) {
            exchange.recognise_late(false);
        }
        self.settle(number, out);
    }

    /// Too old in a queue: its User no longer waits, and those behind it do.
    pub(super) fn shed(&mut self, number: u64, since: i64, out: &mut Vec<Effect>) {
        let queued = |e: &Exchange| e.state() == S::Queued && e.times().queued == Some(Utc(since));
        if self.exchanges.get(number).is_some_and(queued) {
            self.answer_end(number, S::Shed, self.policy.codes.shed, Body::Empty, out);
        }
    }

    /// The process started again: asks the networks about every Command in flight, and delivers once
    /// more what Users have not taken.
    pub(super) fn restarted(&mut self, out: &mut Vec<Effect>) {
        for number in self.exchanges.numbers(|e| e.state() == S::InFlight) {
            if let Some(key) = self.exchanges.get(number).and_then(Exchange::correlation) {
                out.push(Effect::Ask(key));
            }
        }
        out.extend(self.deliveries.unsettled().map(Effect::Deliver));
    }

    /// The network never received the Command: it is sent again, repeatable or not.
    pub(super) fn not_received(&mut self, c: &Correlation, out: &mut Vec<Effect>) {
        let Some((number, exchange)) =
            self.exchanges.awaiting(c).filter(|(_, e)| e.state() == S::InFlight)
        else {
            return;
        };
        exchange.send_again();
        self.put_on_network(number, out);
    }
}
