//! How many installations are exposed to a defect before it is fixed, and for how many days (D9, D10,
//! X9). Plans tell weeks, not days, so everything is told as least and greatest: an installation
//! migrated in a week may be so on its Monday or on its Sunday. Exposure ends on the day of the fix.

use crate::{error::MeasureError, statistics::exact};
use northbound_types::{Day, Quantity, Ratio};
use num_bigint::BigInt;
use num_rational::BigRational;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Days of a week less one: from its Monday to its Sunday.
pub const TO_SUNDAY: i32 = 6;
/// Most installations that one plan may hold: with a century of days they still fit the sums.
pub const MAX_INSTALLATIONS: u64 = 1_000_000_000;
/// Most weeks that a capped plan is followed for: twenty years.
pub const MAX_WEEKS: i32 = 1_044;

/// Installations migrated on some day of a stretch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slice {
    /// First day that it may be; null where only the end is told.
    pub from: Option<Day>,
    /// Last day that it may be.
    pub to: Day,
    /// Installations.
    pub count: u64,
}

/// A plan of one status: numbers by week, and totals due by the end of a week. Weeks go by their Monday.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Planned in a week.
    pub weeks: BTreeMap<Day, u64>,
    /// Planned in all by the end of a week.
    pub due: BTreeMap<Day, u64>,
    /// From a week on at most so many a week.
    pub caps: BTreeMap<Day, u64>,
}

/// What is exposed before a fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposure {
    /// Day of the fix.
    pub fix: Day,
    /// Installations of the plan.
    pub installations: u64,
    /// Of these migrated before the fix, at the least.
    pub before_least: u64,
    /// The same at the most.
    pub before_greatest: u64,
    /// Installation-days before the fix, at the least.
    pub days_least: u64,
    /// The same at the most; null where the ramp is not told.
    pub days_greatest: Option<u64>,
    /// Days from the end of the last week to the fix; negative where that is later.
    pub after_last_least: Option<i32>,
    /// Days from the Monday of the last week to the fix.
    pub after_last_greatest: Option<i32>,
    /// Installations that a cap moves past the fix.
    pub held_back: u64,
}

impl Plan {
    /// Installations in all.
    ///
    /// # Errors
    /// [`MeasureError::Exposure`] beyond [`MAX_INSTALLATIONS`], and where the weeks hold more than what is due by then.
    pub fn installations(&self) -> Result<u64, MeasureError> {
        Ok(self.slices()?.iter().map(|s| s.count).sum())
    }

    /// The plan as slices, caps apart. What is due by a week and stands in none of the weeks before may
    /// be migrated on any day since the total before it was due; since ever where there was none.
    ///
    /// # Errors
    /// As [`Plan::installations`].
    pub fn slices(&self) -> Result<Vec<Slice>, MeasureError> {
        let mut out: Vec<Slice> = self
            .weeks
            .iter()
            .map(|(w, n)| Slice { from: Some(*w), to: w.plus(TO_SUNDAY), count: *n })
            .collect();
        let (mut told, mut since) = (0u64, None);
        for (week, total) in &self.due {
            let in_weeks: u64 =
                self.weeks.range(..=*week).map(|(_, n)| *n).fold(0, u64::saturating_add);
            let rest = total.checked_sub(in_weeks.saturating_add(told)).ok_or_else(|| MeasureError::Exposure(format!(
                "{total} are due by the week of {week}, but the plan has {} by then; correct one of them", in_weeks.saturating_add(told))))?;
            if rest > 0 {
                out.push(Slice { from: since, to: week.plus(TO_SUNDAY), count: rest });
            }
            told += rest;
            since = Some(week.plus(TO_SUNDAY + 1));
        }
        let all = out.iter().map(|s| s.count).fold(0, u64::saturating_add);
        if all > MAX_INSTALLATIONS {
            return Err(MeasureError::Exposure(format!(
                "the plan has {all} installations, more than the {MAX_INSTALLATIONS} that can be counted"
            )));
        }
        out.sort_by_key(|s| (s.to, s.from));
        Ok(out)
    }

    /// The plan under its caps, week by week: what a week may not take waits for the next. It is
    /// followed to the week of the fix. `start` is the week from which a total may be worked off whose
    /// weeks are not told.
    ///
    /// # Errors
    /// As [`Plan::slices`]; [`MeasureError::Exposure`] where a total has no start.
    pub fn capped(&self, fix: Day, start: Option<Day>) -> Result<Vec<Slice>, MeasureError> {
        let planned = self.slices()?;
        if self.caps.is_empty() {
            return Ok(planned);
        }
        let mut ready: BTreeMap<Day, u64> = BTreeMap::new();
        for s in &planned {
            let from = s.from.or(start).ok_or_else(|| MeasureError::Exposure("a weekly cap needs the start of the migration, and the plan has only a total; give the first week (--start)".to_owned()))?;
            *ready.entry(from).or_default() += s.count;
        }
        let Some((first, _)) = ready.first_key_value() else { return Ok(Vec::new()) };
        let (mut out, mut waiting) = (Vec::new(), 0u64);
        for n in 0..MAX_WEEKS {
            let week = first.plus(n * (TO_SUNDAY + 1));
            if week >= fix {
                break;
            }
            waiting += ready
                .range(..week.plus(TO_SUNDAY + 1))
                .filter(|(d, _)| n == 0 || **d >= week)
                .map(|(_, n)| *n)
                .sum::<u64>();
            let cap = self.caps.range(..=week).next_back().map_or(u64::MAX, |(_, c)| *c);
            let taken = waiting.min(cap);
            waiting -= taken;
            if taken > 0 {
                out.push(Slice { from: Some(week), to: week.plus(TO_SUNDAY), count: taken });
            }
        }
        Ok(out)
    }

    /// What is exposed before a fix, under the plan's caps.
    ///
    /// # Errors
    /// As [`Plan::capped`].
    pub fn exposure(&self, fix: Day, start: Option<Day>) -> Result<Exposure, MeasureError> {
        let (planned, capped) = (self.slices()?, self.capped(fix, start)?);
        let (free, held) = (exposure(&planned, fix), exposure(&capped, fix));
        Ok(Exposure {
            installations: free.installations,
            held_back: free.before_greatest.saturating_sub(held.before_greatest),
            ..held
        })
    }
}

/// What slices expose before a fix.
#[must_use]
pub fn exposure(slices: &[Slice], fix: Day) -> Exposure {
    let days = |from: Day| u64::try_from(fix.0 - from.0).unwrap_or(0);
    let sum = |f: &dyn Fn(&Slice) -> u64| slices.iter().map(f).sum::<u64>();
    let told = slices.iter().all(|s| s.from.is_some() || s.count == 0);
    let last = slices.iter().filter(|s| s.count > 0).map(|s| s.to).max();
    Exposure {
        fix,
        installations: sum(&|s| s.count),
        before_least: sum(&|s| if s.to < fix { s.count } else { 0 }),
        before_greatest: sum(&|s| if s.from.is_none_or(|f| f < fix) { s.count } else { 0 }),
        days_least: sum(&|s| s.count * days(s.to)),
        days_greatest: told.then(|| sum(&|s| s.count * s.from.map_or(0, days))),
        after_last_least: last.map(|l| fix.0 - l.0),
        after_last_greatest: last.map(|l| fix.0 - l.plus(-TO_SUNDAY).0),
        held_back: 0,
    }
}

/// Events to be expected over so many installation-days, by a rate of events on installation-days.
/// `None` for a rate without a base.
#[must_use]
pub fn expected(days: u64, rate: Ratio) -> Option<Quantity> {
    Some(exact::quantity(&(rate.rational()? * BigRational::from_integer(BigInt::from(days)))))
}

/// Sums from the first week to the last that is told; none from where they have no room in 64 bits.
#[must_use]
pub fn cumulative(weeks: &BTreeMap<Day, u64>) -> BTreeMap<Day, Option<u64>> {
    let mut sum = Some(0u64);
    weeks
        .iter()
        .map(|(w, n)| {
            sum = sum.and_then(|s| s.checked_add(*n));
            (*w, sum)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(t: &str) -> Day {
        t.parse().unwrap()
    }
    fn weeks(list: &[(&str, u64)]) -> BTreeMap<Day, u64> {
        list.iter().map(|(d, n)| (day(d), *n)).collect()
    }

    #[test]
    fn x9_ten_thousand_due_by_the_second_week_of_september_all_fall_before_the_fix() {
        let plan = Plan { due: weeks(&[("2020-09-07", 10_000)]), ..Plan::default() };
        let e = plan.exposure(day("2020-09-30"), None).unwrap();
        assert_eq!((e.installations, e.before_least, e.before_greatest), (10_000, 10_000, 10_000));
        assert_eq!(
            (e.after_last_least, e.after_last_greatest),
            (Some(17), Some(23)),
            "two to three weeks after the last one"
        );
        assert_eq!((e.days_least, e.days_greatest), (170_000, None), "the ramp is not stated");
        // A fix on the last day of that week: the last of them may be migrated on the day itself.
        let e = plan.exposure(day("2020-09-13"), None).unwrap();
        assert_eq!((e.before_least, e.before_greatest, e.days_least), (0, 10_000, 0));
    }

    #[test]
    fn x9_with_the_ramp_told() {
        let plan = Plan {
            weeks: weeks(&[
                ("2020-08-10", 2_000),
                ("2020-08-17", 2_000),
                ("2020-08-24", 2_000),
                ("2020-08-31", 2_000),
                ("2020-09-07", 2_000),
            ]),
            ..Plan::default()
        };
        let e = plan.exposure(day("2020-09-30"), None).unwrap();
        // By hand: 45 + 38 + 31 + 24 + 17 = 155 days at the least, 6 more each at the most.
        assert_eq!((e.days_least, e.days_greatest), (310_000, Some(370_000)));
        // The same with a total of which two thousand stand in no week.
        let both = Plan { due: weeks(&[("2020-09-07", 12_000)]), ..plan.clone() };
        let e = both.exposure(day("2020-09-30"), None).unwrap();
        assert_eq!(
            (e.installations, e.days_least, e.days_greatest),
            (12_000, 310_000 + 34_000, None)
        );
        let less = Plan { due: weeks(&[("2020-09-07", 9_999)]), ..plan };
        assert!(
            less.exposure(day("2020-09-30"), None)
                .unwrap_err()
                .to_string()
                .contains("correct one of them")
        );
    }

    #[test]
    fn d10_cap_nought_gives_nought_and_it_scales() {
        let plan = |cap| Plan {
            weeks: weeks(&[("2020-07-06", 10_000)]),
            caps: weeks(&[("2020-07-06", cap)]),
            ..Plan::default()
        };
        let of = |cap| plan(cap).exposure(day("2020-09-30"), None).unwrap();
        assert_eq!(
            (of(0).days_least, of(0).days_greatest, of(0).before_greatest, of(0).held_back),
            (0, Some(0), 0, 10_000)
        );
        let (one, two) = (of(100), of(200));
        assert!(
            one.days_least > 0
                && two.days_least == 2 * one.days_least
                && two.days_greatest == one.days_greatest.map(|d| 2 * d)
        );
        assert_eq!(
            of(10_000),
            Exposure { held_back: 0, ..exposure(&plan(0).slices().unwrap(), day("2020-09-30")) },
            "a cap that never binds changes nothing"
        );
        // A total alone cannot be capped without its first week.
        let due = Plan {
            due: weeks(&[("2020-09-07", 10_000)]),
            caps: weeks(&[("2020-07-06", 100)]),
            ..Plan::default()
        };
        assert!(due.exposure(day("2020-09-30"), None).is_err());
        assert_eq!(
            due.exposure(day("2020-09-30"), Some(day("2020-07-06"))).unwrap().days_least,
            one.days_least
        );
    }

    #[test]
    fn a_plan_has_a_greatest_size() {
        let of = |n| Plan { weeks: weeks(&[("2020-07-06", n)]), ..Plan::default() }.installations();
        assert_eq!(of(MAX_INSTALLATIONS), Ok(MAX_INSTALLATIONS));
        assert!(of(MAX_INSTALLATIONS + 1).is_err());
    }

    #[test]
    fn events_follow_the_rate_exactly() {
        let q = expected(170_000, Ratio { num: 20, den: 3_650_000 }).unwrap();
        assert_eq!(q.share().unwrap(), BigRational::new(68.into(), 73.into()));
        assert_eq!(expected(1, Ratio { num: 1, den: 0 }), None);
    }

    proptest! {
        #[test]
        fn least_is_never_above_greatest_and_a_cap_only_lowers(counts in proptest::collection::vec(0u64..5_000, 1..12), cap in 0u64..6_000, fix in 0i32..120) {
            let first = day("2020-07-06");
            let plan = Plan { weeks: counts.iter().enumerate().map(|(i, n)| (first.plus(i as i32 * 7), *n)).collect(), ..Plan::default() };
            let free = plan.exposure(first.plus(fix), None).unwrap();
            let held = Plan { caps: BTreeMap::from([(first, cap)]), ..plan }.exposure(first.plus(fix), None).unwrap();
            prop_assert!(free.days_least <= free.days_greatest.unwrap() && free.before_least <= free.before_greatest);
            prop_assert!(held.days_least <= free.days_least && held.days_greatest <= free.days_greatest && held.before_greatest <= free.before_greatest);
        }
    }
}
