//! What always holds between the parts of the core's state. Checked after each step by tests and the
//! simulator, and from time to time by the running service.

use super::Core;
use crate::state::{Exchange, Purpose, Regions, region_index};
use northbound_types::RequestState as S;

#[cfg(test)]
mod tests;

/// An invariant that does not hold, as a text for people.
pub type Broken = String;

impl Core {
    /// Every invariant that does not hold; empty where all is well. Looks at all that is open.
    #[must_use]
    pub fn broken(&self) -> Vec<Broken> {
        let mut found = Vec::new();
        for (n, e) in self.exchanges.iter() {
            let problems = self.broken_exchange(n, e);
            let id = e.facts().id;
            found.extend(
                problems.into_iter().map(|p| format!("exchange {n} ({id}, {}): {p}", e.state())),
            );
        }
        self.broken_regions(&mut found);
        self.broken_links(&mut found);
        found
    }

    fn broken_exchange(&self, n: u64, e: &Exchange) -> Vec<&'static str> {
        let waits_in_vain =
            |p| self.sequences.outcome(p).is_none() && !self.sequences.is_followed_by(p, n);
        let state = e.state();
        [
            (e.is_settled(), "is settled and still open"),
            (
                state == S::InFlight && !self.exchanges.finds(e.correlation(), n),
                "is in flight and no answer would find it",
            ),
            (
                state == S::Held && e.event_ref().and_then(|r| self.quarantine.get(r)) != Some(n),
                "is held under no event reference",
            ),
            (
                state == S::Queued && region_index(e.facts().region).is_none(),
                "is queued for no network",
            ),
            (!state.is_live() && !e.content().is_empty(), "has ended and still has its content"),
            (
                e.delivery()
                    .is_some_and(|d| self.deliveries.purpose(d) != Some(Purpose::Answer(n))),
                "waits for a delivery that does not exist",
            ),
            (
                e.times().answer_sent.is_some() != state.is_answered(),
                "has an answer sent, or none, against its state",
            ),
            (
                state == S::Waiting && e.after().is_some_and(waits_in_vain),
                "waits for a predecessor that it does not follow",
            ),
        ]
        .into_iter()
        .filter_map(|(broken, problem)| broken.then_some(problem))
        .collect()
    }

    fn broken_regions(&self, found: &mut Vec<Broken>) {
        for region in Regions::WITH_NETWORK {
            let count = |state: S| {
                let there = |e: &Exchange| e.facts().region == region && e.state() == state;
                self.exchanges.iter().filter(|(_, e)| there(e)).count()
            };
            let counted = [
                (self.regions.in_flight(region), S::InFlight),
                (self.regions.queued(region), S::Queued),
            ];
            for (n, state) in counted {
                if n as usize != count(state) {
                    found.push(format!("{region}: {n} {state} by the region, {}", count(state)));
                }
            }
            for &state in S::ALL.iter().filter(|s| s.is_live()) {
                let n = self.counts.in_state(region, state);
                if n != count(state) as i64 {
                    found.push(format!("{region}: {n} {state} by the counts, {}", count(state)));
                }
            }
        }
    }

    fn broken_links(&self, found: &mut Vec<Broken>) {
        for (c, n) in self.exchanges.misdirected() {
            found.push(format!(
                "an answer of {} under {} would find exchange {n}, which did not ask",
                c.device, c.counter
            ));
        }
        for (d, purpose) in self.deliveries.purposes() {
            if let Purpose::Answer(n) = purpose
                && self.exchanges.get(n).is_none_or(|e| e.delivery() != Some(d))
            {
                found
                    .push(format!("delivery {d} answers exchange {n}, which does not wait for it"));
            }
        }
        for (r, n) in self.quarantine.iter() {
            if !self.exchanges.is_in(n, S::Held) {
                found.push(format!("event reference {r} holds exchange {n}, which is not held"));
            }
        }
    }
}
