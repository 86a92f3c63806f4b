//! Incidents as stock and flow: opening + opened + reopened − resolved − withdrawn − merged = open.
//! The stock is read from the states at the two ends and the flow from the steps between, so that
//! the sum checks both. Ages and bands of age stand here too.

use crate::incidents::{Life, Which};
use northbound_types::{IncidentEventKind, IncidentId, IncidentState, Period, Utc, time::DAY_US};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Whole days from which the bands of age begin.
pub const AGE_BANDS: [i64; 5] = [0, 2, 6, 11, 31];

/// Stock and flow of one period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// Open when the period began.
    pub opening: u64,
    /// Opened.
    pub opened: u64,
    /// Heard of for the first time without a recorded opening: they came from somewhere.
    pub appeared: u64,
    /// Opened again.
    pub reopened: u64,
    /// Resolved, or closed without a recorded resolution.
    pub resolved: u64,
    /// Withdrawn while open.
    pub withdrawn: u64,
    /// Merged into others while open.
    pub merged: u64,
    /// Open at its end, or at the as-at time where that comes first.
    pub open: u64,
    /// Closed: no flow of the sum, since a resolved incident is open no more.
    pub closed: u64,
    /// Those open at the end.
    pub open_ids: Vec<IncidentId>,
}

impl Balance {
    /// Does the sum hold?
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.opening + self.opened + self.appeared + self.reopened
            == self.resolved + self.withdrawn + self.merged + self.open
    }
    /// Is there anything in it?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.opening + self.opened + self.appeared + self.reopened + self.closed == 0
    }
}

/// The balance of a period.
#[must_use]
pub fn balance<'a>(
    lives: impl IntoIterator<Item = &'a Life>,
    period: Period,
    which: &Which,
) -> Balance {
    let (start, end) = (period.first().start(), period.after().start());
    let mut b = Balance::default();
    for l in lives.into_iter().filter(|l| which.takes(l)) {
        let open = |s: Option<IncidentState>| s == Some(IncidentState::Open);
        if open(l.state_before(start)) {
            b.opening += 1;
        }
        if open(l.state_before(end)) {
            b.open += 1;
            b.open_ids.push(l.incident);
        }
        for s in l.steps.iter().filter(|s| s.at >= start && s.at < end) {
            if s.after == IncidentState::Closed && s.before != Some(IncidentState::Closed) {
                b.closed += 1;
            }
            if s.before.is_none() {
                if s.event == IncidentEventKind::Opened {
                    b.opened += 1;
                } else {
                    b.appeared += 1;
                }
                if s.after == IncidentState::Open {
                    continue;
                }
            } else if !s.moves() {
                continue;
            }
            match s.after {
                IncidentState::Open => b.reopened += 1,
                IncidentState::Resolved | IncidentState::Closed => b.resolved += 1,
                IncidentState::Withdrawn => b.withdrawn += 1,
                IncidentState::Merged => b.merged += 1,
            }
        }
    }
    b
}

/// The balance by category, as last set; `None` where it is unknown.
#[must_use]
pub fn by_category(lives: &[Life], period: Period, which: &Which) -> Vec<(Option<u8>, Balance)> {
    let mut groups: BTreeMap<Option<u8>, Vec<&Life>> = BTreeMap::new();
    for l in lives.iter().filter(|l| which.takes(l)) {
        groups.entry(l.category).or_default().push(l);
    }
    groups
        .into_iter()
        .map(|(c, list)| (c, balance(list, period, &Which::default())))
        .filter(|(_, b)| !b.is_empty())
        .collect()
}

/// How long an incident has been open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Age {
    /// Which incident.
    pub incident: IncidentId,
    /// Since when it is open: its opening, or when it was first heard of.
    pub since: Utc,
    /// `false`: it may be older, since its opening is not recorded or not dated.
    pub exact: bool,
    /// Whole days from then to the time asked for.
    pub days: i64,
}

/// The incidents open at a time, oldest first. Age runs from the opening, whatever was reopened since.
#[must_use]
pub fn ages(lives: &[Life], at: Utc, which: &Which) -> Vec<Age> {
    let mut out: Vec<Age> = lives
        .iter()
        .filter(|l| l.is_open() && which.takes(l))
        .map(|l| {
            let since = l.opened.unwrap_or_else(|| l.first());
            Age {
                incident: l.incident,
                since,
                exact: l.opened.is_some(),
                days: (at.0 - since.0).div_euclid(DAY_US),
            }
        })
        .collect();
    out.sort_by_key(|a| (a.since, a.incident));
    out
}

/// How many incidents are of which age: first whole day of the band, last one, count.
#[must_use]
pub fn age_bands(ages: &[Age]) -> Vec<(i64, Option<i64>, u64)> {
    AGE_BANDS
        .iter()
        .enumerate()
        .map(|(i, from)| {
            let to = AGE_BANDS.get(i + 1).map(|n| n - 1);
            (
                *from,
                to,
                ages.iter().filter(|a| a.days >= *from && to.is_none_or(|t| a.days <= t)).count()
                    as u64,
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incidents::{
        lives,
        tests::{at, event},
    };
    use IncidentEventKind as E;
    use proptest::prelude::*;

    const MAY: Period = Period::month(2020, 5);

    #[test]
    fn stock_and_flow_of_may() {
        let mut events: Vec<_> = (1..=3).map(|n| event(n, E::Opened, "2020-04-20")).collect();
        events.extend((4..=8).map(|n| event(n, E::Opened, "2020-05-10")));
        events.extend((1..=3).map(|n| event(n, E::Resolved, "2020-05-20")));
        let b = balance(&lives(&events, at("2020-06-01")), MAY, &Which::default());
        assert_eq!((b.opening, b.opened, b.resolved, b.open, b.holds()), (3, 5, 3, 5, true));
        // The first instant of June is June's.
        events.push(event(4, E::Resolved, "2020-06-01"));
        assert_eq!(balance(&lives(&events, at("2020-06-22")), MAY, &Which::default()).open, 5);
        events.push(event(5, E::Resolved, "2020-05-31T23:59:59Z"));
        assert_eq!(balance(&lives(&events, at("2020-06-22")), MAY, &Which::default()).open, 4);
    }

    #[test]
    fn bands_of_age_have_edges() {
        let of = |days: i64| Age {
            incident: crate::incidents::tests::id(1),
            since: at("2020-05-01"),
            exact: true,
            days,
        };
        let count = |days: i64| age_bands(&[of(days)]).iter().position(|b| b.2 == 1).unwrap();
        assert_eq!([0, 1, 2, 5, 6, 10, 11, 30, 31, 400].map(count), [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
        let open = lives(&[event(1, E::Opened, "2020-05-01T12:00:00Z")], at("2020-07-01"));
        assert_eq!(
            (
                ages(&open, at("2020-05-03T11:59:59Z"), &Which::default())[0].days,
                ages(&open, at("2020-05-03T12:00:00Z"), &Which::default())[0].days
            ),
            (1, 2)
        );
    }

    proptest! {
        #[test]
        fn the_sum_holds_for_any_log(steps in prop::collection::vec((1..4u64, 0..13usize, 0..100i64), 0..40), t in 0..110i64) {
            let day = |d: i64| Utc(at("2020-04-01").0 + d * DAY_US);
            let events: Vec<_> = steps.iter().enumerate().map(|(i, (n, k, d))| { let mut e = event(*n, E::ALL[*k], "2020-04-01"); e.id = format!("{i:03}"); (e.at, e.known) = (Some(day(*d)), day(*d)); e }).collect();
            let all = lives(&events, day(t));
            for p in [Period::month(2020, 4), MAY, Period::month(2020, 6), "2020-Q2".parse().unwrap()] {
                let b = balance(&all, p, &Which::default());
                prop_assert!(b.holds(), "{b:?}");
                prop_assert_eq!(b.open, balance(&all, p.next(), &Which::default()).opening);
                let parts = by_category(&all, p, &Which::default());
                prop_assert_eq!(parts.iter().map(|x| x.1.open).sum::<u64>(), b.open);
            }
        }
    }
}
