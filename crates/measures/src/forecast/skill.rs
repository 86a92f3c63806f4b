//! Does anyone gain from forecasts (F4)? How far the submitted forecast was off beside what anybody
//! could have said: last month, or the same month a year before; and beside our own.

use super::{Actuals, Line, Member, Month, Submission, own, standing};
use northbound_types::Period;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Sums of absolute errors over the same lines and months, in requests. A sum that has no room in 64
/// bits is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Errors {
    /// Lines and months compared: those for which all four have a number.
    pub lines: u64,
    /// Actual requests of them.
    pub actual: Option<i64>,
    /// Of the submitted forecast.
    pub submitted: Option<u64>,
    /// Of last month's count.
    pub last_month: Option<u64>,
    /// Of the count of the same month a year before.
    pub same_season: Option<u64>,
    /// Of what `prefill` would have proposed when the forecast was due.
    pub own: Option<u64>,
}

impl Default for Errors {
    fn default() -> Self {
        let none = Some(0);
        Errors {
            lines: 0,
            actual: Some(0),
            submitted: none,
            last_month: none,
            same_season: none,
            own: none,
        }
    }
}

/// One User's skill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skill {
    /// EUI, or its pseudonym.
    pub user: String,
    /// Category of the party.
    pub class: String,
    /// Errors.
    pub errors: Errors,
    /// Lines with a submitted forecast and an actual, but no history to hold them against.
    pub without_history: u64,
    /// Lines with a submitted forecast whose actual is not known or cannot be relied on.
    pub without_actual: u64,
    /// What the errors say.
    pub findings: Vec<String>,
}

impl Errors {
    /// Where the submitted forecast, or our own, is worse than a naive one.
    #[must_use]
    pub fn findings(&self) -> Vec<String> {
        if self.lines == 0 {
            return vec!["nothing to compare".to_owned()];
        }
        let (Some(submitted), Some(own), Some(last_month), Some(same_season), Some(_)) =
            (self.submitted, self.own, self.last_month, self.same_season, self.actual)
        else {
            return vec!["the counts add up to more than can be counted".to_owned()];
        };
        let naive = [("last month", last_month), ("the same month a year before", same_season)];
        let mut out: Vec<String> =
            [("the submitted forecast", submitted), ("our own forecast", own)]
                .iter()
                .flat_map(|(who, e)| {
                    naive
                        .iter()
                        .filter(move |(_, n)| e > n)
                        .map(move |(what, _)| format!("{who} is worse than {what}"))
                })
                .collect();
        if out.is_empty() {
            out.push("neither is worse than a naive forecast".to_owned());
        }
        out
    }
    fn add(&mut self, actual: i64, forecasts: [i64; 4]) {
        let [submitted, last_month, same_season, own] = forecasts.map(|f| Some(f.abs_diff(actual)));
        let line =
            Errors { lines: 1, actual: Some(actual), submitted, last_month, same_season, own };
        *self = self.plus(&line);
    }
    /// Two sums together.
    #[must_use]
    pub fn plus(self, o: &Errors) -> Errors {
        let sum = |a: Option<u64>, b: Option<u64>| a?.checked_add(b?);
        Errors {
            lines: self.lines + o.lines,
            actual: self.actual.zip(o.actual).and_then(|(a, b)| a.checked_add(b)),
            submitted: sum(self.submitted, o.submitted),
            last_month: sum(self.last_month, o.last_month),
            same_season: sum(self.same_season, o.same_season),
            own: sum(self.own, o.own),
        }
    }
}

/// The skill of a User over some months. `actuals` should reach a year and the held-out months back.
#[must_use]
pub fn of(
    months: &[Month],
    member: &Member,
    submissions: &[Submission],
    actuals: &Actuals,
    held_out: usize,
) -> Skill {
    let (mut errors, mut without_history, mut without_actual) = (Errors::default(), 0, 0);
    for m in months {
        let Some(forecast) =
            standing::find(m, member, submissions, None).used.and_then(|s| s.months.get(&m.period))
        else {
            continue;
        };
        let Some(actual) = actuals.get(&m.period) else { continue };
        // What was whole when the forecast was due: the month before that day.
        let last = m.due.month().previous();
        let history = own::history(actuals, &member.user, last);
        let at = |p: Period, l: &Line| actuals.get(&p).and_then(|a| a.of(&member.user, l));
        for line in forecast.keys().collect::<BTreeSet<_>>() {
            let Some(f) = forecast.get(line) else { continue };
            let Some(a) = actual.of(&member.user, line) else {
                without_actual += 1;
                continue;
            };
            let naive = (
                at(m.period.previous(), line),
                at(m.period.plus(-12), line),
                own::one(&history, line, m.period, last, held_out),
            );
            match naive {
                (Some(l), Some(s), Some(o)) => errors.add(a, [*f, l, s, o.count]),
                _ => without_history += 1,
            }
        }
    }
    Skill {
        user: member.user.clone(),
        class: member.class.clone(),
        findings: errors.findings(),
        errors,
        without_history,
        without_actual,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::sample::{MAY, actual, line, member, month, sent};

    fn skill(forecast: i64, april: i64, last_may: i64, may: i64) -> Skill {
        let of_month = |n| actual(&[("A", line(), n)]);
        let mut actuals = Actuals::from([
            (MAY, of_month(may)),
            (MAY.previous(), of_month(april)),
            (MAY.plus(-12), of_month(last_may)),
        ]);
        actuals.insert(MAY.plus(-2), of_month(april));
        super::of(
            &[month(MAY)],
            &member("A", &[("2020-01-01", "")]),
            &[sent("A", "2026-04-10T00:00:00Z", forecast)],
            &actuals,
            6,
        )
    }

    #[test]
    fn f4_it_says_where_the_submitted_forecast_is_worse_than_naive() {
        let s = skill(100, 95, 60, 90);
        assert_eq!(
            (s.errors.submitted, s.errors.last_month, s.errors.same_season, s.errors.own),
            (Some(10), Some(5), Some(30), Some(30))
        );
        assert_eq!(
            s.findings,
            [
                "the submitted forecast is worse than last month",
                "our own forecast is worse than last month"
            ]
        );
        // One request nearer than last month.
        let s = skill(94, 95, 60, 90);
        assert_eq!(s.findings, ["our own forecast is worse than last month"]);
        assert_eq!(
            skill(95, 95, 90, 90).findings,
            ["the submitted forecast is worse than the same month a year before"]
        );
        assert_eq!(skill(90, 90, 90, 90).findings, ["neither is worse than a naive forecast"]);
    }

    #[test]
    fn a_sum_that_has_no_room_is_none_and_nothing_is_said_of_it() {
        let mut e = Errors::default();
        e.add(i64::MAX, [i64::MIN, 0, 0, 0]);
        assert_eq!((e.submitted, e.actual), (Some(u64::MAX), Some(i64::MAX)));
        e.add(0, [1, 0, 0, 0]);
        assert_eq!((e.submitted, e.own, e.actual), (None, Some(i64::MAX as u64), Some(i64::MAX)));
        assert_eq!(e.findings(), ["the counts add up to more than can be counted"]);
        e.add(1, [1, 1, 1, 1]);
        assert_eq!((e.lines, e.actual), (3, None));
        let value = serde_json::to_value(e).unwrap();
        assert_eq!(
            (&value["submitted"], &value["actual"]),
            (&None::<u64>.into(), &None::<u64>.into())
        );
    }

    #[test]
    fn what_has_no_history_is_not_compared_and_is_counted() {
        let actuals = Actuals::from([(MAY, actual(&[("A", line(), 5)]))]);
        let s = super::of(
            &[month(MAY)],
            &member("A", &[("2020-01-01", "")]),
            &[sent("A", "2026-04-10T00:00:00Z", 5)],
            &actuals,
            6,
        );
        assert_eq!(
            (s.errors.lines, s.without_history, s.findings.as_slice()),
            (0, 1, ["nothing to compare".to_owned()].as_slice())
        );
        // A month whose count cannot be relied on is no evidence against a forecast, nor for one.
        let null = Some(northbound_types::Null::because(
            northbound_types::NullReason::Unreliable,
            "half the feed days",
        ));
        let gone = crate::forecast::Actual {
            ground: crate::evaluate::coverage::Reliability { null, suspect: Vec::new() },
            ..actual(&[("A", line(), 5)])
        };
        let s = super::of(
            &[month(MAY)],
            &member("A", &[("2020-01-01", "")]),
            &[sent("A", "2026-04-10T00:00:00Z", 5)],
            &Actuals::from([(MAY, gone)]),
            6,
        );
        assert_eq!((s.errors.lines, s.without_history, s.without_actual), (0, 0, 1));
    }
}
