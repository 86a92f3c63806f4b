//! How long and how often a measure missed (M3). A month without a value neither continues nor
//! ends a run: the run is then known only between a least and a greatest length.
//!
//! The rule for nulls: the least takes every unknown month as met, the greatest takes every unknown
//! month as missed. Both are reached by some completion, so the bounds are exact.

use northbound_types::Period;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Least and greatest of a count that unknown months leave open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// Least.
    pub least: u32,
    /// Greatest.
    pub greatest: u32,
}

impl Span {
    /// Known exactly?
    #[must_use]
    pub const fn is_known(self) -> bool {
        self.least == self.greatest
    }
    /// `10`, or `3 to 7`.
    #[must_use]
    pub fn words(self) -> String {
        if self.is_known() {
            self.least.to_string()
        } else {
            format!("{} to {}", self.least, self.greatest)
        }
    }
}

/// Months in order, each missed (`Some(true)`), met (`Some(false)`) or unknown (`None`). Months
/// that the table leaves out between its first and last are unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Months {
    /// Month and whether it missed.
    pub months: Vec<(Period, Option<bool>)>,
}

impl Months {
    /// From any order; a month named twice with different values is unknown. Only months count:
    /// other periods are left out.
    #[must_use]
    pub fn new(table: impl IntoIterator<Item = (Period, Option<bool>)>) -> Months {
        let mut by: BTreeMap<Period, Option<bool>> = BTreeMap::new();
        for (p, v) in table.into_iter().filter(|(p, _)| matches!(p, Period::Month(..))) {
            by.entry(p)
                .and_modify(|old| {
                    if *old != v {
                        *old = None
                    }
                })
                .or_insert(v);
        }
        let (Some(first), Some(last)) = (by.keys().next().copied(), by.keys().next_back().copied())
        else {
            return Months::default();
        };
        let mut months = Vec::new();
        let mut at = first;
        while at <= last {
            months.push((at, by.get(&at).copied().flatten()));
            at = at.next();
        }
        Months { months }
    }

    /// The months up to and including `until`, filled with unknown months where the table ends
    /// before it.
    #[must_use]
    pub fn until(&self, until: Period) -> Months {
        let mut months: Vec<_> = self.months.iter().copied().filter(|(p, _)| *p <= until).collect();
        while let Some(&(last, _)) = months.last() {
            if last >= until {
                break;
            }
            months.push((last.next(), None));
        }
        Months { months }
    }

    fn run(&self, unknown: bool) -> u32 {
        self.months.iter().rev().take_while(|(_, v)| v.unwrap_or(unknown)).count() as u32
    }

    fn longest_with(&self, unknown: bool) -> u32 {
        let mut best = 0;
        let mut now = 0;
        for (_, v) in &self.months {
            now = if v.unwrap_or(unknown) { now + 1 } else { 0 };
            best = best.max(now);
        }
        best
    }

    /// The run of missed months that ends with the last month.
    #[must_use]
    pub fn current(&self) -> Span {
        Span { least: self.run(false), greatest: self.run(true) }
    }

    /// The longest run of missed months anywhere.
    #[must_use]
    pub fn longest(&self) -> Span {
        Span { least: self.longest_with(false), greatest: self.longest_with(true) }
    }

    /// How many of the last `of` months missed. Months before the table are unknown.
    #[must_use]
    pub fn of_last(&self, of: u32) -> Span {
        let last = self.months.iter().rev().take(of as usize);
        let before = (of as usize).saturating_sub(self.months.len()) as u32;
        let (mut least, mut unknown) = (0, before);
        for (_, v) in last {
            match v {
                Some(true) => least += 1,
                None => unknown += 1,
                Some(false) => {}
            }
        }
        Span { least, greatest: least + unknown }
    }

    /// Where the current run becomes unknown: the latest unknown month that follows no later met
    /// month.
    #[must_use]
    pub fn unknown_from(&self) -> Option<Period> {
        self.months
            .iter()
            .rev()
            .take_while(|(_, v)| *v != Some(false))
            .find(|(_, v)| v.is_none())
            .map(|(p, _)| *p)
    }
}

/// The streaks of one row, below target and below minimum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Streaks {
    /// The last month.
    pub until: Period,
    /// Months in the table.
    pub months: u32,
    /// Current run below target.
    pub below_target: Span,
    /// Current run below minimum.
    pub below_minimum: Span,
    /// Longest run below target.
    pub longest_below_target: Span,
    /// Months below target among all of the table.
    pub count_below_target: Span,
    /// The month before which the current run is unknown.
    pub unknown_from: Option<Period>,
    /// The table begins with the first month of the row, so that no earlier month is unread.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_first: bool,
}

impl Streaks {
    /// From the two readings of the same months; `None` where no month could be judged.
    #[must_use]
    pub fn of(target: &Months, minimum: &Months) -> Option<Streaks> {
        if target.months.iter().all(|(_, missed)| missed.is_none()) {
            return None;
        }
        let months = target.months.len() as u32;
        Some(Streaks {
            until: target.months.last()?.0,
            months,
            below_target: target.current(),
            below_minimum: minimum.current(),
            longest_below_target: target.longest(),
            count_below_target: target.of_last(months),
            unknown_from: target.unknown_from(),
            from_first: false,
        })
    }

    /// Can a run be longer, because it reaches the first month that was read?
    #[must_use]
    pub const fn is_open(&self, run: Span) -> bool {
        run.greatest > 0 && run.greatest >= self.months && !self.from_first
    }

    /// The length of a run: `10`, `3 to 7`, `at least 4`, `not known`.
    #[must_use]
    pub fn run_words(&self, run: Span) -> String {
        match (self.is_open(run), run.least) {
            (true, 0) => "not known".to_owned(),
            (true, least) => format!("at least {least}"),
            (false, _) => run.words(),
        }
    }

    /// How many months of the table have no figure that could be judged.
    #[must_use]
    pub const fn unknown(&self) -> u32 {
        self.count_below_target.greatest - self.count_below_target.least
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(first: &str, pattern: &str) -> Months {
        let first: Period = first.parse().unwrap();
        Months::new(pattern.chars().enumerate().map(|(i, c)| {
            (
                first.plus(i as i32),
                match c {
                    'x' => Some(true),
                    '.' => Some(false),
                    _ => None,
                },
            )
        }))
    }

    #[test]
    fn x1_run_and_window() {
        // Dec 2018 to Apr 2020: June 2019 met.
        let t = table("2018-12", "xxxxxx.xxxxxxxxxx");
        assert_eq!(t.current(), Span { least: 10, greatest: 10 });
        assert_eq!(t.of_last(17), Span { least: 16, greatest: 16 });
        assert_eq!(t.longest(), Span { least: 10, greatest: 10 });
        // Another month at target gives another run.
        assert_eq!(table("2018-12", "xxxxx.xxxxxxxxxxx").current().least, 11);
    }

    #[test]
    fn m3_a_null_inside_a_run_gives_least_and_greatest() {
        let t = table("2026-01", ".xx?xx");
        assert_eq!(t.current(), Span { least: 2, greatest: 5 });
        assert_eq!(t.longest(), Span { least: 2, greatest: 5 });
        assert_eq!(t.of_last(6), Span { least: 4, greatest: 5 });
        assert_eq!(t.unknown_from(), Some(Period::month(2026, 4)));
        assert_eq!(table("2026-01", "x?x.x").unknown_from(), None);
        assert_eq!(table("2026-01", "xx?").current(), Span { least: 0, greatest: 3 });
        assert_eq!(t.current().words(), "2 to 5");
    }

    #[test]
    fn months_left_out_and_months_before_the_table_are_unknown() {
        let gap = Months::new([
            (Period::month(2026, 3), Some(true)),
            (Period::month(2026, 1), Some(true)),
        ]);
        assert_eq!(gap.current(), Span { least: 1, greatest: 3 });
        assert_eq!(gap.of_last(5), Span { least: 2, greatest: 5 });
        let clash = Months::new([
            (Period::month(2026, 1), Some(true)),
            (Period::month(2026, 1), Some(false)),
        ]);
        assert_eq!(clash.months[0].1, None);
        assert_eq!(gap.until(Period::month(2026, 5)).current(), Span { least: 0, greatest: 5 });
    }
}
