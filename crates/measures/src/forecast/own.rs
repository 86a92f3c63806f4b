//! A forecast from a User's own history (F1): the same month a year before; another way only where it
//! was nearer on months held out.

use super::{Actuals, Counts, Line};
use northbound_types::{Period, text_enum};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

text_enum! {
    /// A way to forecast a line, in the order in which ties are decided.
    pub enum Way("way to forecast") {
        /// What came in the same month a year before.
        Season = "same-month-last-year",
        /// What came in the last whole month.
        Last = "last-month",
        /// The mean of the last three whole months.
        Mean = "mean-of-three",
        /// The same month a year before, scaled by how the last three months compare with theirs.
        Growth = "same-month-with-growth",
    }
}

/// Held-out months below this number decide nothing.
pub const LEAST_HELD_OUT: usize = 3;
/// Months of a year.
const YEAR: i32 = 12;

/// What is proposed for a line and month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// Line.
    pub line: Line,
    /// Month.
    pub period: Period,
    /// Count, not below zero.
    pub count: i64,
    /// How it was made.
    pub way: Way,
    /// What it rests on, in words.
    pub basis: String,
}

/// A User's history: counts by month. A month that is not known is not in it.
pub type History = BTreeMap<Period, Counts>;

/// The history of a User up to a last month, from actuals; months that are not known, or cannot be
/// relied on, are left out.
#[must_use]
pub fn history(actuals: &Actuals, user: &str, last: Period) -> History {
    actuals
        .iter()
        .filter(|(p, a)| **p <= last && a.holds() && (a.whole || a.counts.contains_key(user)))
        .map(|(p, a)| (*p, a.counts.get(user).cloned().unwrap_or_default()))
        .collect()
}

fn value(h: &History, line: &Line, p: Period) -> Option<i64> {
    h.get(&p).map(|c| c.get(line).copied().unwrap_or(0))
}

/// The sum of three months that end with `p`.
fn three(h: &History, line: &Line, p: Period) -> Option<i128> {
    (0..3).map(|n| value(h, line, p.plus(-n)).map(i128::from)).sum()
}

/// Half up; the divisor is above zero.
const fn divided(n: i128, d: i128) -> i128 {
    (2 * n + d).div_euclid(2 * d)
}

/// The forecast of a month by a way, by what is known up to `last`. None where the history does not
/// reach.
fn by(way: Way, h: &History, line: &Line, period: Period, last: Period) -> Option<i64> {
    let fit = |n: i128| i64::try_from(n.max(0)).ok();
    match way {
        Way::Season => (period.plus(-YEAR) <= last)
            .then(|| value(h, line, period.plus(-YEAR)))?
            .and_then(|n| fit(n.into())),
        Way::Last => value(h, line, last).and_then(|n| fit(n.into())),
        Way::Mean => three(h, line, last).and_then(|s| fit(divided(s, 3))),
        Way::Growth => {
            let (now, then) = (three(h, line, last)?, three(h, line, last.plus(-YEAR))?);
            let base = by(Way::Season, h, line, period, last)?;
            if then <= 0 || now < 0 {
                return None;
            }
            fit(divided(i128::from(base) * now, then))
        }
    }
}

/// How far a way was off in a month, forecast from as far back as the one asked for. None where it could
/// not forecast it.
fn off(way: Way, h: &History, line: &Line, ahead: i32, p: Period) -> Option<i128> {
    let known_to = p.plus(-ahead);
    let seen: History = h.range(..=known_to).map(|(k, v)| (*k, v.clone())).collect();
    Some((i128::from(by(way, &seen, line, p, known_to)?) - i128::from(value(h, line, p)?)).abs())
}

/// What two ways were off by over the newest months that both could forecast.
struct Match {
    months: usize,
    usual: i128,
    other: i128,
}

fn hold_out(
    usual: Way,
    other: Way,
    h: &History,
    line: &Line,
    ahead: i32,
    last: Period,
    most: usize,
) -> Match {
    let pairs: Vec<(i128, i128)> = h
        .keys()
        .rev()
        .copied()
        .filter(|p| *p <= last)
        .filter_map(|p| off(usual, h, line, ahead, p).zip(off(other, h, line, ahead, p)))
        .take(most)
        .collect();
    Match {
        months: pairs.len(),
        usual: pairs.iter().map(|p| p.0).sum(),
        other: pairs.iter().map(|p| p.1).sum(),
    }
}

/// Months between.
fn ahead(period: Period, last: Period) -> i32 {
    let mut n = 0;
    while last.plus(n) < period {
        n += 1;
    }
    n
}

/// The forecast of one line and month from history up to `last`, choosing the way by at most
/// `held_out` months. None where no way reaches.
#[must_use]
pub fn one(
    h: &History,
    line: &Line,
    period: Period,
    last: Period,
    held_out: usize,
) -> Option<Proposed> {
    let mut candidates =
        Way::ALL.iter().copied().filter(|w| by(*w, h, line, period, last).is_some());
    let first = candidates.next()?;
    let far = ahead(period, last);
    // Each is held against the usual way alone: a way that needs a long history must not take the months
    // away from the others. The best is the one whose error is the least part of the usual one's.
    let matches = candidates
        .map(|w| (w, hold_out(first, w, h, line, far, last, held_out)))
        .filter(|(_, m)| m.months >= LEAST_HELD_OUT && m.other < m.usual);
    let best =
        matches.reduce(|a, b| if b.1.other * a.1.usual < a.1.other * b.1.usual { b } else { a });
    let (way, why) = best.map_or((first, String::new()), |(w, m)| {
        (
            w,
            format!(
                "; error {} over {} months held out, against {} for {first}",
                m.other, m.months, m.usual
            ),
        )
    });
    let from = match way {
        Way::Season => period.plus(-YEAR).to_string(),
        Way::Last => last.to_string(),
        Way::Mean => format!("{} to {last}", last.plus(-2)),
        Way::Growth => format!("{} and {} to {last}", period.plus(-YEAR), last.plus(-2)),
    };
    Some(Proposed {
        line: line.clone(),
        period,
        count: by(way, h, line, period, last)?,
        way,
        basis: format!("{from}{why}"),
    })
}

/// A whole forecast: every line that the User sent anything of in the year up to `last`, for each month.
#[must_use]
pub fn prefill(h: &History, months: &[Period], last: Period, held_out: usize) -> Vec<Proposed> {
    let lines: BTreeSet<&Line> = h
        .range(last.plus(1 - YEAR)..=last)
        .flat_map(|(_, c)| c.iter().filter(|(_, n)| **n != 0).map(|(l, _)| l))
        .collect();
    lines
        .into_iter()
        .flat_map(|l| months.iter().filter_map(move |p| one(h, l, *p, last, held_out)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::sample::line;

    fn history_of(first: Period, counts: &[i64]) -> History {
        counts
            .iter()
            .enumerate()
            .map(|(i, n)| (first.plus(i as i32), Counts::from([(line(), *n)])))
            .collect()
    }
    const APRIL: Period = Period::month(2026, 4);
    const MAY: Period = Period::month(2026, 5);

    #[test]
    fn the_same_month_a_year_before_is_first() {
        let h = history_of(Period::month(2025, 5), &[70, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 9]);
        let p = one(&h, &line(), MAY, APRIL, 6).unwrap();
        assert_eq!((p.count, p.way, p.basis.as_str()), (70, Way::Season, "2025-05"));
        // Without it the last month stands in.
        let p = one(&history_of(APRIL, &[9]), &line(), MAY, APRIL, 6).unwrap();
        assert_eq!((p.count, p.way), (9, Way::Last));
        assert_eq!(one(&History::new(), &line(), MAY, APRIL, 6), None);
    }

    #[test]
    fn another_way_wins_only_where_it_was_nearer_on_months_held_out() {
        // Two years that double: last month is nearer than the same month a year before, growth exact.
        let mut counts = vec![100; 12];
        counts.extend(vec![200; 12]);
        let h = history_of(Period::month(2024, 5), &counts);
        let p = one(&h, &line(), MAY, APRIL, 6).unwrap();
        assert_eq!(
            (p.count, p.way),
            (200, Way::Last),
            "a tie goes to the simpler way; {}",
            p.basis
        );
        assert!(p.basis.contains("months held out"));
        // The same with a season in it: only growth is exact.
        let season = |m: i64| 100 + 10 * (m % 12);
        let h: History = (0..36)
            .map(|i| {
                (
                    Period::month(2023, 5).plus(i),
                    Counts::from([(line(), season(i.into()) << (i / 12))]),
                )
            })
            .collect();
        let p = one(&h, &line(), MAY, APRIL, 6).unwrap();
        assert_eq!(p.way, Way::Growth, "{}", p.basis);
        // A way that reaches far back decides nothing over the others: two years of history, eight months ahead.
        let mut counts = vec![100; 12];
        counts.extend(vec![300; 12]);
        let p = one(&history_of(Period::month(2024, 5), &counts), &line(), APRIL.plus(8), APRIL, 6)
            .unwrap();
        assert_eq!((p.count, p.way), (300, Way::Last), "{}", p.basis);
        // With two months held out nothing is decided.
        assert_eq!(one(&h, &line(), MAY, APRIL, 2).unwrap().way, Way::Season);
    }

    #[test]
    fn months_to_come_and_corrections_are_never_negative_forecasts() {
        let h = history_of(APRIL, &[-5]);
        assert_eq!(one(&h, &line(), MAY, APRIL, 6).unwrap().count, 0);
        let all =
            prefill(&history_of(Period::month(2026, 3), &[0, 4]), &[MAY, MAY.next()], APRIL, 6);
        assert_eq!(
            all.iter().map(|p| (p.period, p.count)).collect::<Vec<_>>(),
            [(MAY, 4), (MAY.next(), 4)]
        );
        assert!(prefill(&history_of(APRIL, &[0]), &[MAY], APRIL, 6).is_empty(), "nothing was sent");
    }
}
