//! From the queue to the regional network, under its capacity; tries again, gives up.

use crate::{
    core::{Core, region_index},
    effect::{Body, Command, Effect},
    event::Correlation,
    timers::Timer,
    vocabulary::DeviceType,
};
use northbound_types::{Leg, Mode, Region, RequestState as S};

const REGIONS: [Region; 3] = [Region::North, Region::Central, Region::South];

impl Core {
    /// A unit in state queued gets its place in the queue.
    pub(crate) fn enqueue(&mut self, number: u64) {
        let (now, longest) = (self.now, self.policy.longest_queue);
        let Some(unit) = self.units.get_mut(&number) else { return };
        unit.times.queued = Some(now);
        let (Some(i), Some(user)) = (region_index(unit.region), unit.user) else { return };
        self.regions[i].queue.push(unit.class, user, number);
        self.timers.set(now + longest, Timer::Shed(number, now));
    }

    /// Sends what the regional networks take now.
    pub(crate) fn pump(&mut self, out: &mut Vec<Effect>) {
        for region in REGIONS {
            let Some(i) = region_index(region) else { continue };
            let most = self.policy.capacity(region).in_flight;
            while !self.regions[i].paused && self.regions[i].in_flight < most {
                let policy = &self.policy;
                let Some(number) = self.regions[i].queue.pop(|c| policy.weight(c)) else { break };
                self.send(number, out);
            }
        }
    }

    fn send(&mut self, number: u64, out: &mut Vec<Effect>) {
        let Some(correlation) = self.correlate(number) else { return };
        if !self.shift(number, S::InFlight, out) {
            return;
        }
        self.correlations.insert(correlation, number);
        let (now, retry) = (self.now, self.policy.retry);
        let give_up = self.give_up_after(number);
        let Some(unit) = self.units.get_mut(&number) else { return };
        unit.correlation = Some(correlation);
        unit.times.sent_to_wan = Some(now);
        let timeout_at = unit.on_device.map_or(now, |d| d.max(now)) + give_up;
        unit.timeout_at = Some(timeout_at);
        unit.attempt = 1;
        let again = unit.repeatable && unit.mode == Mode::OnDemand && retry.tries > 0;
        self.timers.set(timeout_at, Timer::TimeOut(number));
        if again {
            self.timers.set(now + retry.after, Timer::Retry(number, 1));
        }
        self.put_on_network(number, out);
    }

    fn give_up_after(&self, number: u64) -> i64 {
        let t = self.policy.timeouts;
        match self.units.get(&number) {
            Some(u) if matches!(u.mode, Mode::FutureDated | Mode::Scheduled) => t.patient,
            Some(u) if u.device_type == Some(DeviceType::Gsme) => t.asleep,
            _ => t.on_demand,
        }
    }

    /// What the answer will be known by. A User's own request goes under its own counter; what the
    /// service sends goes under the service's.
    fn correlate(&mut self, number: u64) -> Option<Correlation> {
        let own = {
            let unit = self.units.get(&number)?;
            let code = self.policy.service(unit.srv)?.message_code;
            if unit.leg == Leg::Send {
                let c = Correlation {
                    device: unit.id.target,
                    recipient: unit.id.originator,
                    counter: unit.id.counter,
                    code,
                };
                if !self.correlations.contains_key(&c) {
                    return Some(c);
                }
            }
            (unit.id.target, code)
        };
        self.next.counter = (self.next.counter + 1).max((self.now / 1_000).unsigned_abs());
        Some(Correlation {
            device: own.0,
            recipient: self.policy.service,
            counter: self.next.counter,
            code: own.1,
        })
    }

    fn put_on_network(&mut self, number: u64, out: &mut Vec<Effect>) {
        let Some(unit) = self.units.get(&number) else { return };
        let (Some(correlation), Some(timeout_at)) = (unit.correlation, unit.timeout_at) else {
            return;
        };
        self.counts.dispatched += 1;
        out.push(Effect::Dispatch(Box::new(Command {
            correlation,
            region: unit.region,
            originator: unit.id.originator,
            srv: unit.srv,
            class: unit.class,
            execution: unit.on_device,
            repeatable: unit.repeatable,
            attempt: unit.attempt,
            timeout_at,
            content: unit.content.clone(),
        })));
    }

    /// No answer yet: once more, where a second execution does no harm. The Command is the same one,
    /// under the same counter, so a device that has executed it says so again.
    pub(crate) fn retry(&mut self, number: u64, attempt: u8, out: &mut Vec<Effect>) {
        let retry = self.policy.retry;
        let now = self.now;
        let Some(unit) = self.units.get_mut(&number) else { return };
        if unit.state != S::InFlight || unit.attempt != attempt || attempt > retry.tries {
            return;
        }
        unit.attempt += 1;
        if attempt < retry.tries {
            self.timers.set(now + retry.after, Timer::Retry(number, attempt + 1));
        }
        self.put_on_network(number, out);
    }

    /// Given up. The end is dated by the deadline, whenever it was noticed.
    pub(crate) fn time_out(&mut self, number: u64, due: i64, out: &mut Vec<Effect>) {
        let codes = self.policy.codes;
        let keep = self.policy.keep.late_answer;
        let Some(unit) = self.units.get_mut(&number) else { return };
        if unit.state != S::InFlight || unit.timeout_at != Some(due) {
            return;
        }
        unit.late = keep > 0;
        let (region, class, correlation) = (unit.region, unit.class, unit.correlation);
        let code =
            if unit.mode == Mode::FutureDated { codes.timed_out_future } else { codes.timed_out };
        self.counts.timed_out(region, class);
        if keep > 0 {
            self.timers.set(self.now + keep, Timer::Forget(number, correlation));
        }
        self.answer_end(number, S::TimedOut, code, Body::Empty, out);
    }

    /// A late answer would no longer be recognised.
    pub(crate) fn forget(
        &mut self,
        number: u64,
        correlation: Option<Correlation>,
        out: &mut Vec<Effect>,
    ) {
        if let Some(c) = correlation
            && self.correlations.get(&c) == Some(&number)
        {
            self.correlations.remove(&c);
        }
        if let Some(unit) = self.units.get_mut(&number) {
            unit.late = false;
        }
        self.settle(number, out);
    }

    /// Too old in a queue: whoever asked has gone, and those behind it have not.
    pub(crate) fn shed(&mut self, number: u64, since: i64, out: &mut Vec<Effect>) {
        if self
            .units
            .get(&number)
            .is_none_or(|u| u.state != S::Queued || u.times.queued != Some(since))
        {
            return;
        }
        self.answer_end(number, S::Shed, self.policy.codes.shed, Body::Empty, out);
    }

    /// The process started again. What was on its way is asked for, and what Users have not taken is
    /// sent to them again.
    pub(crate) fn restarted(&mut self, out: &mut Vec<Effect>) {
        let mut flying: Vec<(u64, Correlation)> = self
            .units
            .iter()
            .filter(|(_, u)| u.state == S::InFlight)
            .filter_map(|(n, u)| Some((*n, u.correlation?)))
            .collect();
        flying.sort_unstable();
        out.extend(flying.into_iter().map(|(_, c)| Effect::Ask(c)));
        let mut waiting: Vec<u64> = self.pending.keys().copied().collect();
        waiting.sort_unstable();
        out.extend(waiting.into_iter().map(|n| Effect::Deliver(self.pending[&n].message.clone())));
    }

    /// The network never had it: it may go, whatever it is.
    pub(crate) fn not_received(&mut self, c: &Correlation, out: &mut Vec<Effect>) {
        let Some(&number) = self.correlations.get(c) else { return };
        let Some(unit) = self.units.get_mut(&number) else { return };
        if unit.state != S::InFlight {
            return;
        }
        unit.attempt = unit.attempt.saturating_add(1);
        self.put_on_network(number, out);
    }

    pub(crate) fn resume(&mut self, region: Region) {
        if let Some(i) = region_index(region) {
            self.regions[i].paused = false;
        }
    }
}
