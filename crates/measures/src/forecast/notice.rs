//! The other rule (MP160): no forecasts, only notice of exceptional demand, above a share of a User's
//! own monthly average. Above is taken strictly.

use super::{Actuals, Member};
use northbound_types::{Period, Ratio};
use serde::{Deserialize, Serialize};

/// A User's own average and what lies above it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Average {
    /// Sum over the months of the window that are known.
    pub sum: i64,
    /// How many months those are.
    pub months: u32,
    /// Months of the window asked for.
    pub window: u32,
}

/// The average of the months before `period`.
#[must_use]
pub fn average(actuals: &Actuals, user: &str, period: Period, window: u32) -> Average {
    let counts: Vec<i64> = (1..=i32::try_from(window).unwrap_or(i32::MAX))
        .filter_map(|n| actuals.get(&period.plus(-n)))
        .filter_map(|a| a.total(user))
        .collect();
    let all = super::sum(counts.iter().copied());
    Average {
        sum: all.unwrap_or(0),
        // A sum that has no room in 64 bits is no average.
        months: all.map_or(0, |_| u32::try_from(counts.len()).unwrap_or(u32::MAX)),
        window,
    }
}

impl Average {
    /// Is a count exceptional: strictly above the share of the average? None where no month is known.
    #[must_use]
    pub fn exceeded_by(&self, count: i64, above: Ratio) -> Option<bool> {
        if self.months == 0 {
            return None;
        }
        // count ÷ (sum ÷ months) > num ÷ den, with everything multiplied up.
        Some(
            i128::from(count) * i128::from(self.months) * i128::from(above.den)
                > i128::from(self.sum) * i128::from(above.num),
        )
    }
    /// The greatest count that is not exceptional. None where no month is known.
    #[must_use]
    pub fn threshold(&self, above: Ratio) -> Option<i64> {
        let den = i128::from(self.months) * i128::from(above.den);
        if den == 0 {
            return None;
        }
        i64::try_from((i128::from(self.sum) * i128::from(above.num)).div_euclid(den)).ok()
    }
}

/// A User in a month under the rule of notices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeRow {
    /// EUI.
    pub user: String,
    /// Party.
    pub party: String,
    /// Category.
    pub class: String,
    /// Its average.
    pub average: Average,
    /// The greatest count that is not exceptional; null where no average is known.
    pub threshold: Option<i64>,
    /// What came; null where it is not known.
    pub actual: Option<i64>,
    /// Was it exceptional? Null where it cannot be said.
    pub exceptional: Option<bool>,
    /// Was notice given before the month began?
    pub notice: bool,
    /// What to say of it.
    pub finding: String,
}

/// Holds a month's actuals against each User's average. `noticed` tells whether notice was given.
#[must_use]
pub fn check(
    actuals: &Actuals,
    members: &[Member],
    period: Period,
    window: u32,
    above: Ratio,
    noticed: &dyn Fn(&str) -> bool,
) -> Vec<NoticeRow> {
    members
        .iter()
        .map(|m| {
            let average = average(actuals, &m.user, period, window);
            let actual = actuals.get(&period).and_then(|a| a.total(&m.user));
            let exceptional = actual.and_then(|a| average.exceeded_by(a, above));
            let notice = noticed(&m.user);
            let finding = match (exceptional, notice) {
                (Some(true), true) => "exceptional demand, with notice",
                (Some(true), false) => "exceptional demand, no notice",
                (Some(false), true) => "notice was given, demand was not exceptional",
                (Some(false), false) => "not exceptional",
                (None, _) if average.months == 0 => "no average is known",
                (None, _) => "the actual is not known",
            };
            NoticeRow {
                user: m.user.clone(),
                party: m.party.clone(),
                class: m.class.clone(),
                threshold: average.threshold(above),
                average,
                actual,
                exceptional,
                notice,
                finding: finding.to_owned(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::sample::{MAY, actual, line, member};

    const ABOVE: Ratio = Ratio { num: 3, den: 2 };

    #[test]
    fn exactly_the_share_is_not_above_it() {
        let mut actuals: Actuals = [(1, 100), (2, 200), (3, 300)]
            .iter()
            .map(|(n, c)| (MAY.plus(-n), actual(&[("A", line(), *c)])))
            .collect();
        let a = average(&actuals, "A", MAY, 12);
        assert_eq!((a.sum, a.months, a.threshold(ABOVE)), (600, 3, Some(300)));
        assert_eq!(
            (a.exceeded_by(300, ABOVE), a.exceeded_by(301, ABOVE)),
            (Some(false), Some(true))
        );
        actuals.insert(MAY, actual(&[("A", line(), 301)]));
        let row = |noticed| {
            check(&actuals, &[member("A", &[("2020-01-01", "")])], MAY, 12, ABOVE, &|_| noticed)
                .remove(0)
                .finding
        };
        assert_eq!(
            (row(false).as_str(), row(true).as_str()),
            ("exceptional demand, no notice", "exceptional demand, with notice")
        );
        // The window: only the last month.
        assert_eq!(average(&actuals, "A", MAY, 1).threshold(ABOVE), Some(150));
        assert_eq!(average(&Actuals::new(), "A", MAY, 12).exceeded_by(5, ABOVE), None);
    }
}
