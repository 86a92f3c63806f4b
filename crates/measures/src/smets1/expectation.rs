//! Events counted by month against a number that somebody expects for a year (D7). Where nobody says
//! what the number counts, or for which part of the year, every reading is worked out and the question
//! stays open: no reading is chosen.

use crate::statistics::exact;
use northbound_types::{Day, Period, Quantity, text_enum};
use num_bigint::BigInt;
use num_rational::BigRational;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What is expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// How many.
    pub about: u64,
    /// Of what; null where unknown.
    pub unit: Option<String>,
    /// First day of the stretch named.
    pub from: Day,
    /// Last day, inclusive.
    pub to: Day,
    /// When it was stated.
    pub stated: Day,
    /// For the whole stretch, or for what was left of it; null where unknown.
    pub whole: Option<bool>,
}

/// Events of one month in one unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthCount {
    /// Month.
    pub month: Period,
    /// Unit.
    pub unit: String,
    /// How many.
    pub count: u64,
    /// Last day counted, where the month was not over.
    pub to: Option<Day>,
}

text_enum! {
    /// How events come against what is expected by then.
    pub enum Pace("pace") {
        /// More than expected by then.
        Faster = "faster",
        /// Not more.
        NotFaster = "not-faster",
        /// Not more among the months counted, and others were not counted.
        NotDeterminable = "not-determinable",
    }
}

/// One way to read the expectation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// What is counted.
    pub unit: String,
    /// Is the number for the whole stretch?
    pub whole: bool,
    /// First day looked at.
    pub from: Day,
    /// Last day looked at.
    pub to: Day,
    /// Events counted in it.
    pub counted: u64,
    /// Events expected by then, exact.
    pub due: Quantity,
    /// Months within it that nobody counted.
    pub missing: Vec<Period>,
    /// How they come.
    pub pace: Pace,
}

/// Counts held against an expectation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Every reading that the words allow.
    pub readings: Vec<Reading>,
    /// What nobody says.
    pub open_questions: Vec<String>,
}

impl Held {
    /// Does any reading say that events come faster than expected?
    #[must_use]
    pub fn flagged(&self) -> bool {
        self.readings.iter().any(|r| r.pace == Pace::Faster)
    }
    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        let faster = self.readings.iter().filter(|r| r.pace == Pace::Faster).count();
        match (self.readings.len(), faster) {
            (0, _) => "no events were counted in the period".to_owned(),
            (n, f) if n == f => "faster than expected".to_owned(),
            (n, 0) if self.readings.iter().any(|r| r.pace == Pace::NotDeterminable) => format!(
                "not determinable on {} of {n}: months were not counted",
                if n == 1 {
                    "the one reading".to_owned()
                } else {
                    "all or some readings".to_owned()
                }
            ),
            (_, 0) => "not faster than expected".to_owned(),
            (n, f) => format!("faster than expected on {f} of {n} readings"),
        }
    }
}

/// Holds counts of the months up to a day against an expectation. A month that had begun by then counts
/// to its last day counted, at most to the day itself.
#[must_use]
pub fn hold(expected: &Expected, counts: &[MonthCount], as_at: Day) -> Held {
    let mut open_questions = Vec::new();
    let units: BTreeSet<&str> = match &expected.unit {
        Some(u) => BTreeSet::from([u.as_str()]),
        None => {
            open_questions
                .push("alerts or failures: not stated which the number counts".to_owned());
            counts.iter().map(|c| c.unit.as_str()).collect()
        }
    };
    let spans: &[bool] = match expected.whole {
        Some(true) => &[true],
        Some(false) => &[false],
        None => {
            open_questions.push(format!(
                "for all of {} to {}, or for the rest of it on {}: not stated which",
                expected.from, expected.to, expected.stated
            ));
            &[true, false]
        }
    };
    let readings = units
        .iter()
        .flat_map(|u| spans.iter().map(move |s| (*u, *s)))
        .filter_map(|(unit, whole)| reading(expected, counts, as_at, unit, whole))
        .collect();
    Held { readings, open_questions }
}

fn reading(
    e: &Expected,
    counts: &[MonthCount],
    as_at: Day,
    unit: &str,
    whole: bool,
) -> Option<Reading> {
    let span_from = if whole { e.from } else { e.from.max(e.stated) };
    // Counts come by month: the month in which the number was stated cannot be parted.
    let first_month = if span_from == span_from.month().first() {
        span_from.month()
    } else {
        span_from.month().next()
    };
    let mine: Vec<&MonthCount> = counts
        .iter()
        .filter(|c| {
            c.unit == unit
                && c.month.first() >= first_month.first()
                && c.month.first() <= e.to
                && c.month.first() <= as_at
        })
        .collect();
    let last = mine.iter().max_by_key(|c| c.month.first())?;
    let to = last.to.unwrap_or(last.month.after().plus(-1)).min(as_at).min(e.to);
    let from = first_month.first();
    let counted = mine.iter().try_fold(0u64, |sum, c| sum.checked_add(c.count))?;
    let have: BTreeSet<Day> = mine.iter().map(|c| c.month.first()).collect();
    let mut missing = Vec::new();
    let mut month = first_month;
    while month.first() < last.month.first() {
        if !have.contains(&month.first()) {
            missing.push(month);
        }
        month = month.next();
    }
    let days = |a: Day, b: Day| BigInt::from(b.0 - a.0 + 1);
    let due = BigRational::new(BigInt::from(e.about) * days(from, to), days(span_from, e.to));
    let pace = if BigRational::from_integer(BigInt::from(counted)) > due {
        Pace::Faster
    } else if missing.is_empty() {
        Pace::NotFaster
    } else {
        Pace::NotDeterminable
    };
    Some(Reading {
        unit: unit.to_owned(),
        whole,
        from,
        to,
        counted,
        due: exact::quantity(&due),
        missing,
        pace,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(t: &str) -> Day {
        t.parse().unwrap()
    }
    fn twenty(unit: Option<&str>, whole: Option<bool>) -> Expected {
        Expected {
            about: 20,
            unit: unit.map(str::to_owned),
            from: day("2020-01-01"),
            to: day("2020-12-31"),
            stated: day("2020-06-22"),
            whole,
        }
    }
    fn counts(unit: &str, list: &[(&str, u64)]) -> Vec<MonthCount> {
        list.iter()
            .map(|(m, n)| MonthCount {
                month: m.parse().unwrap(),
                unit: unit.into(),
                count: *n,
                to: None,
            })
            .collect()
    }

    #[test]
    fn d7_faster_than_twenty_a_year_raises_a_flag() {
        // 20 · 182 ÷ 366 = 9.95 by the end of June 2020.
        let by_june = |n| {
            hold(
                &twenty(Some("alerts"), Some(true)),
                &counts(
                    "alerts",
                    &[
                        ("2020-01", 0),
                        ("2020-02", 0),
                        ("2020-03", 0),
                        ("2020-04", 0),
                        ("2020-05", 0),
                        ("2020-06", n),
                    ],
                ),
                day("2020-07-07"),
            )
        };
        assert_eq!(by_june(9).readings[0].pace, Pace::NotFaster);
        assert!(!by_june(9).flagged() && by_june(10).flagged());
        assert_eq!(
            by_june(10).readings[0].due.share().unwrap(),
            BigRational::new(3640.into(), 366.into())
        );
    }

    #[test]
    fn d7_the_unit_question_stays_open_and_units_are_never_added() {
        let mut c = counts("alerts", &[("2020-01", 3)]);
        c.extend(counts("failures", &[("2020-01", 1)]));
        let h = hold(&twenty(None, None), &c, day("2020-02-10"));
        assert_eq!(h.open_questions.len(), 2);
        // Nothing was counted since the number was stated, so only the whole year can be read yet.
        let got: Vec<_> =
            h.readings.iter().map(|r| (r.unit.as_str(), r.whole, r.counted, r.pace)).collect();
        assert_eq!(
            got,
            [("alerts", true, 3, Pace::Faster), ("failures", true, 1, Pace::NotFaster)]
        );
        assert_eq!(h.words(), "faster than expected on 1 of 2 readings");
        assert!(
            hold(&twenty(Some("alerts"), Some(true)), &c, day("2020-02-10"))
                .open_questions
                .is_empty()
        );
    }

    #[test]
    fn d7_what_was_left_of_the_year_starts_with_the_next_whole_month() {
        // 193 days were left on 22 June; July is 31 of them: 20 · 31 ÷ 193 = 3.2.
        let july = |n| {
            hold(
                &twenty(Some("alerts"), Some(false)),
                &counts("alerts", &[("2020-06", 50), ("2020-07", n)]),
                day("2020-08-10"),
            )
        };
        assert_eq!(
            (july(3).readings[0].pace, july(4).readings[0].pace, july(4).readings[0].counted),
            (Pace::NotFaster, Pace::Faster, 4)
        );
    }

    #[test]
    fn d7_a_month_that_nobody_counted_is_not_nought() {
        let h = hold(
            &twenty(Some("alerts"), Some(true)),
            &counts("alerts", &[("2020-01", 1), ("2020-03", 1)]),
            day("2020-04-10"),
        );
        assert_eq!((h.readings[0].pace, h.readings[0].missing.len()), (Pace::NotDeterminable, 1));
        let h = hold(
            &twenty(Some("alerts"), Some(true)),
            &counts("alerts", &[("2020-01", 1), ("2020-03", 9)]),
            day("2020-04-10"),
        );
        assert_eq!(h.readings[0].pace, Pace::Faster, "what is known is too many already");
    }

    #[test]
    fn a_month_that_is_not_over_counts_to_its_last_day_counted() {
        let of = |to: &str| {
            hold(
                &twenty(Some("alerts"), Some(true)),
                &[MonthCount {
                    month: Period::month(2020, 1),
                    unit: "alerts".into(),
                    count: 1,
                    to: Some(day(to)),
                }],
                day("2020-02-10"),
            )
            .readings[0]
                .pace
        };
        // 20 · 18 ÷ 366 = 0.98, 20 · 19 ÷ 366 = 1.04.
        assert_eq!((of("2020-01-18"), of("2020-01-19")), (Pace::Faster, Pace::NotFaster));
    }
}
