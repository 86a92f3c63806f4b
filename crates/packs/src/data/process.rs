//! Users' own requests by business process, SRV and region, and what their counts rest on.

use super::figures::{Address, Entry, own_selectors};
use crate::evidence::Evidence;
use northbound_measures::{
    MeasureResult,
    evaluate::{
        counting::feeds_seen,
        coverage::{OwnMessages, Reliability, own_messages},
    },
    views::process::{ProcessLine, ProcessView, total, view},
};
use northbound_rules::measure::Basis;
use northbound_types::{Dim, Selector, TestKind};
use std::collections::{BTreeMap, BTreeSet};

/// The figures of a view, with their selectors.
#[must_use]
pub fn entries(v: &ProcessView, cited: &str) -> Vec<Entry> {
    lines(v)
        .into_iter()
        .map(|(address, l)| {
            let (num, den) = own_selectors(&l.selector);
            Entry { numerator: Some(num), denominator: Some(den), ..Entry::of(address, cited) }
        })
        .collect()
}

/// The lines of a view, each with its address.
#[must_use]
pub fn lines(v: &ProcessView) -> Vec<(Address, &ProcessLine)> {
    let views = [("process", &v.processes), ("srv", &v.srvs), ("region", &v.regions)];
    views
        .into_iter()
        .flat_map(|(name, lines)| {
            lines.iter().map(move |l| (Address::own(name, &l.key, v.user.as_deref(), v.period), l))
        })
        .collect()
}

/// All own requests of a User as a figure, `OWN/user=EUI/PERIOD`; `None` where there were none.
#[must_use]
pub fn total_of(e: &Evidence, user: &str) -> Option<(Entry, ProcessLine)> {
    let line = total(&e.counts.messages.by_user, e.period, user, &|s| own_ground(e, s))?;
    let (num, den) = own_selectors(&line.selector);
    let address = Address::own("user", user, None, e.period);
    let entry =
        Entry { numerator: Some(num), denominator: Some(den), ..Entry::of(address, &e.cited()) };
    Some((entry, line))
}

/// The view of one User, or of all.
#[must_use]
pub fn view_of(e: &Evidence, user: Option<&str>, results: &[MeasureResult]) -> ProcessView {
    let cells = &e.counts.messages.by_user;
    let srvs: BTreeSet<String> = cells
        .index(Dim::Srv)
        .map_or_else(BTreeSet::new, |i| cells.rows.iter().map(|r| r.keys[i].to_string()).collect());
    let map: BTreeMap<String, String> = srvs
        .into_iter()
        .map(|s| {
            let p = e.known.rules.process_of(&s).to_owned();
            (s, p)
        })
        .collect();
    let shown: Vec<MeasureResult> =
        results.iter().filter(|r| beside_service(e, &r.measure)).cloned().collect();
    view(cells, e.period, user, &map, &shown, &|s| own_ground(e, s))
}

/// What Users' own messages of the period rest on, of those that the selection takes.
#[must_use]
pub fn own_ground(e: &Evidence, which: &Selector) -> Reliability {
    let own = which.clone().and(Dim::TestKind, [TestKind::None.as_str()]);
    let region = which.any_of.iter().find(|(d, _)| *d == Dim::Region).and_then(|(_, v)| {
        match v.iter().collect::<Vec<_>>().as_slice() {
            [one] => one.parse().ok(),
            _ => None,
        }
    });
    let own = OwnMessages {
        activity: e.period,
        region,
        seen: &feeds_seen(&e.counts.messages.cells, e.period, &own),
        as_at: e.known.as_at,
    };
    own_messages(
        own,
        &e.counts.feeds,
        &e.known.registered.faults,
        e.known.methodology.coverage_floor,
    )
}

/// Is it a reported measure of answers to requests, which a User's own service is compared with?
fn beside_service(e: &Evidence, measure: &str) -> bool {
    e.known.rules.measure(measure).is_some_and(|d| {
        d.reported && matches!(d.basis, Basis::Exchanges { .. } | Basis::Composite { .. })
    })
}
