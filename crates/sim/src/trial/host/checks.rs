//! The checks of a trial: invariants and books at each step, and everything answered at the end.

use super::Host;
use northbound_types::Utc;

impl Host {
    pub(super) fn check(&mut self, at: i64) {
        for problem in self.flow.broken() {
            self.verdict.report(format!("at {}: {problem}", Utc(at)));
        }
        if !self.rng.chance(50_000) {
            return;
        }
        for e in self.books.check(&self.flow) {
            self.verdict.report(format!("at {}: {e}", Utc(at)));
        }
        self.twice();
    }

    fn twice(&mut self) {
        let found: Vec<String> = self
            .devices
            .twice()
            .map(|c| format!("{} executed {} twice", c.device, c.counter))
            .collect();
        for f in found {
            self.verdict.report(f);
        }
    }

    /// After the last request, when everything must have ended.
    pub(super) fn at_the_end(&mut self) {
        for e in self.books.check(&self.flow) {
            self.verdict.report(format!("at the end: {e}"));
        }
        self.twice();
        if !self.verdict.problems.is_empty() {
            return;
        }
        let mut open = Vec::new();
        let mut alerts = 0;
        self.flow.open(|r| open.push(format!("{} is still {}", r.id, r.state)), |_| alerts += 1);
        if alerts > 0 {
            open.push(format!("{alerts} alerts are still open"));
        }
        for o in open {
            self.verdict.report(o);
        }
        let unanswered: Vec<String> = self
            .clients
            .received
            .iter()
            .filter(|(_, t)| t.acknowledged && t.answers + t.parked == 0)
            .map(|(id, _)| format!("{id} was acknowledged and never answered"))
            .collect();
        for u in unanswered {
            self.verdict.report(u);
        }
    }
}
