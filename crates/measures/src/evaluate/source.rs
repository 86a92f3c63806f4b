//! Whether a source was there for what a row counts. An empty count without one does not say that nothing
//! fell due, and the messages of one User alone say nothing of the network.

use super::row::Row;
use crate::result::Counted;
use northbound_rules::measure::Basis;
use northbound_types::{Figure, Null, NullReason, Region};
use std::collections::BTreeSet;

impl Row<'_> {
    /// Replaces a count that nothing supports by a null with the true reason. `carries` is what a feed
    /// would have to bring, `expected` the feed days that were due, `seen` the feeds that the row's messages
    /// came from.
    pub(super) fn supported(
        &self,
        counted: &mut Counted,
        carries: &str,
        expected: u64,
        seen: &BTreeSet<String>,
    ) {
        let null = |reason, detail: String| Figure::Null(Null::because(reason, detail));
        let (provider, activity) = (&self.row.provider, self.activity);
        if self.inputs.as_at < activity.first().start() {
            let detail = format!("{activity} had not begun at the as-at time");
            counted.figure = null(NullReason::NotReported, detail);
        } else if expected > 0 || self.as_stated() {
            // The calendar of a feed says what was due; a stated figure has no count.
        } else if let Some(user) = self.inputs.only_user.filter(|_| self.counts_traffic(seen)) {
            let detail = format!(
                "all messages of {activity} are those of the User {user}, and no feed of the network is registered for it: what part of the network's messages they are is not known"
            );
            counted.figure = null(NullReason::NotDeterminable, detail);
        } else if matches!(&counted.figure, Figure::Null(n) if n.reason == NullReason::NoEvents)
            && !self.came(seen)
        {
            let detail = format!(
                "no feed that brings {carries} for {provider} is registered for {activity}, and none arrived"
            );
            counted.figure = null(NullReason::NotReported, detail);
        }
    }

    /// Does the row count messages, and are there any?
    fn counts_traffic(&self, seen: &BTreeSet<String>) -> bool {
        matches!(
            self.def.basis,
            Basis::Exchanges { .. } | Basis::Payloads | Basis::OutageWindows { .. }
        ) && self.came(seen)
    }

    /// Did anything of what the row counts from arrive, counted or left out?
    fn came(&self, seen: &BTreeSet<String>) -> bool {
        let (i, row) = (self.inputs, self.row);
        let here = |r: Region| row.region == Region::None || r == row.region;
        let reports = |p: &str| p.is_empty() || p == row.provider;
        match &self.def.basis {
            Basis::Exchanges { .. } => !seen.is_empty(),
            Basis::OutageWindows { .. } => {
                i.outages.iter().any(|w| self.activity.contains(w.day) && here(w.region))
            }
            Basis::Payloads => {
                i.payloads.iter().any(|p| self.activity.contains(p.day) && here(p.region))
            }
            Basis::Hubs { .. } | Basis::CoverageAccuracy => i.hubs.iter().any(|h| {
                self.activity.contains(h.installed) && here(h.region) && reports(&h.provider)
            }),
            Basis::Incidents { .. } => {
                i.incidents.events.iter().any(|e| self.activity.contains(e.moment().day()))
            }
            Basis::Availability { .. } | Basis::StatedOnly | Basis::Composite { .. } => true,
        }
    }

    /// The null of a row whose life has no day in the activity period; none where it has one.
    pub(super) fn outside_its_life(&self) -> Option<Figure> {
        if self.row.touches(self.activity) {
            return None;
        }
        let detail = match (self.row.from, self.row.to) {
            (Some(from), _) if self.activity.after() <= from => format!("the row begins on {from}"),
            (_, Some(to)) => format!("the row ended on {to}"),
            _ => "the row has no day in the period".to_owned(),
        };
        Some(Figure::Null(Null::because(NullReason::NotApplicable, detail)))
    }
}
