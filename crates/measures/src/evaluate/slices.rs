//! Cutting a measure's messages where a feed or provider was unreliable. Selectors can only narrow,
//! so the whole is cut into disjoint slices: those that stay and those that are left out.

use crate::inputs::Fault;
use northbound_types::{Cells, Day, Dim, Period, Selector};
use std::collections::BTreeSet;

/// Both selectors at once.
#[must_use]
pub fn both(a: &Selector, b: &Selector) -> Selector {
    b.any_of.iter().fold(a.clone(), |s, (d, values)| s.and(*d, values.iter().cloned()))
}

/// The counts of the messages in `activity` that `selection` takes, by `dims` only. One pass.
#[must_use]
pub fn narrow(cells: &Cells, activity: Period, selection: &Selector, dims: &[Dim]) -> Cells {
    let (first, after) = (activity.first().to_string(), activity.after().to_string());
    let day = cells.index(Dim::Day);
    let inside =
        |keys: &[std::sync::Arc<str>]| day.is_none_or(|i| *first <= *keys[i] && *keys[i] < *after);
    let rows = cells
        .rows
        .iter()
        .filter(|r| inside(&r.keys) && selection.takes(cells, r))
        .cloned()
        .collect();
    Cells { dims: cells.dims.clone(), rows }.by(dims)
}

/// The values that a dimension has in the counts.
#[must_use]
pub fn values(cells: &Cells, dim: Dim) -> BTreeSet<String> {
    cells
        .index(dim)
        .map_or_else(BTreeSet::new, |i| cells.rows.iter().map(|r| r.keys[i].to_string()).collect())
}

/// Slices that stay, and slices that a fault takes out with its reason.
#[derive(Debug, Clone, Default)]
pub struct Slices {
    /// Observed.
    pub kept: Vec<Selector>,
    /// Not observed.
    pub out: Vec<(String, Selector)>,
}

/// Cuts everything by the unreliable faults. A fault of a feed takes out that feed's messages of
/// its days; a fault of a provider all messages of its days (the row is that provider's).
#[must_use]
pub fn cut(cells: &Cells, activity: Period, faults: &[&Fault]) -> Slices {
    let mut slices = Slices { kept: vec![Selector::all()], out: Vec::new() };
    for fault in faults {
        let reason = format!("source unreliable: {}", fault.what);
        for slice in std::mem::take(&mut slices.kept) {
            cut_one(cells, activity, fault, &reason, slice, &mut slices);
        }
    }
    slices
}

fn cut_one(
    cells: &Cells,
    activity: Period,
    fault: &Fault,
    reason: &str,
    slice: Selector,
    to: &mut Slices,
) {
    let days: Vec<Day> = allowed(&slice, Dim::Day).map_or_else(
        || activity.each_day().collect(),
        |set| set.iter().filter_map(|d| d.parse().ok()).collect(),
    );
    let (bad, good): (Vec<Day>, Vec<Day>) = days.into_iter().partition(|&d| fault.covers(d));
    if bad.is_empty() {
        to.kept.push(slice);
        return;
    }
    let on = |s: &Selector, days: &[Day]| s.clone().and(Dim::Day, days.iter().map(Day::to_string));
    let mut hit = slice.clone();
    if let Some(feed) = &fault.feed {
        let feeds = allowed(&slice, Dim::Feed).cloned().unwrap_or_else(|| values(cells, Dim::Feed));
        if !feeds.contains(feed) {
            to.kept.push(slice);
            return;
        }
        let others: Vec<String> = feeds.into_iter().filter(|f| f != feed).collect();
        if !others.is_empty() {
            to.kept.push(slice.and(Dim::Feed, others));
        }
        hit = hit.and(Dim::Feed, [feed.clone()]);
    }
    if !good.is_empty() {
        to.kept.push(on(&hit, &good));
    }
    to.out.push((reason.to_owned(), on(&hit, &bad)));
}

fn allowed(s: &Selector, dim: Dim) -> Option<&BTreeSet<String>> {
    s.any_of.iter().find(|(d, _)| *d == dim).map(|(_, v)| v)
}
