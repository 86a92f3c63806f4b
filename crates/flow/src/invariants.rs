//! What always holds between the parts of the core's state. Checked after each step by tests and the
//! simulator, and now and then by the running service.

use crate::{
    core::{Core, region_index},
    deliveries::Of,
};
use northbound_types::{Region, RequestState as S};

/// One thing that does not hold, in words.
pub type Broken = String;

impl Core {
    /// Everything that does not hold; nothing where all is well. Looks at all that is open.
    #[must_use]
    pub fn broken(&self) -> Vec<Broken> {
        let mut found = Vec::new();
        self.broken_units(&mut found);
        self.broken_regions(&mut found);
        self.broken_links(&mut found);
        found
    }

    fn broken_units(&self, found: &mut Vec<Broken>) {
        for (n, u) in &self.units {
            let mut say =
                |what: &str| found.push(format!("unit {n} ({}, {}): {what}", u.id, u.state));
            if u.is_settled() {
                say("is settled and still here");
            }
            if u.state == S::InFlight
                && u.correlation.and_then(|c| self.correlations.get(&c)) != Some(n)
            {
                say("is in flight and no answer would find it");
            }
            if u.state == S::Held && u.event_ref.and_then(|r| self.quarantine.get(&r)) != Some(n) {
                say("is held under no event reference");
            }
            if u.state == S::Queued && region_index(u.region).is_none() {
                say("is queued for no network");
            }
            if !u.state.is_live() && !u.content.is_empty() {
                say("has ended and still holds its content");
            }
            if u.delivery
                .is_some_and(|d| self.pending.get(&d).is_none_or(|p| p.of != Of::Exchange(*n)))
            {
                say("waits for a delivery that nobody makes");
            }
            if u.times.answer_sent.is_some() != u.state.is_answered() {
                say("has an answer sent, or none, against its state");
            }
            if u.state == S::Waiting
                && u.after.is_some_and(|p| {
                    !self.outcomes.contains_key(&p)
                        && !self.followers.get(&p).is_some_and(|f| f.contains(n))
                })
            {
                say("waits for another that will not tell it");
            }
        }
    }

    fn broken_regions(&self, found: &mut Vec<Broken>) {
        for region in [Region::North, Region::Central, Region::South] {
            let Some(r) = region_index(region).map(|i| &self.regions[i]) else { continue };
            let count = |state: S| {
                self.units.values().filter(|u| u.region == region && u.state == state).count()
            };
            if r.in_flight as usize != count(S::InFlight) {
                found.push(format!(
                    "{region}: {} counted in flight, {} are",
                    r.in_flight,
                    count(S::InFlight)
                ));
            }
            if r.queue.len() as usize != count(S::Queued) {
                found.push(format!(
                    "{region}: {} in the queue, {} are queued",
                    r.queue.len(),
                    count(S::Queued)
                ));
            }
            for &state in S::ALL.iter().filter(|s| s.is_live()) {
                let counted = self.counts.in_state(region, state);
                if counted != count(state) as i64 {
                    found
                        .push(format!("{region}: {counted} counted {state}, {} are", count(state)));
                }
            }
        }
    }

    fn broken_links(&self, found: &mut Vec<Broken>) {
        for (c, n) in &self.correlations {
            if self.units.get(n).is_none_or(|u| u.correlation != Some(*c)) {
                found.push(format!(
                    "an answer of {} under {} would find unit {n}, which did not ask",
                    c.device, c.counter
                ));
            }
        }
        for (d, p) in &self.pending {
            let kept = match p.of {
                Of::Exchange(n) => self.units.get(&n).is_some_and(|u| u.delivery == Some(*d)),
                Of::Alert | Of::Nothing => true,
            };
            if !kept {
                found.push(format!("delivery {d} belongs to a unit that does not wait for it"));
            }
        }
        for (r, n) in &self.quarantine {
            if self.units.get(n).is_none_or(|u| u.state != S::Held) {
                found.push(format!("event reference {r} holds unit {n}, which is not held"));
            }
        }
    }
}
