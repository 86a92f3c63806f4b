//! Working Days: not Saturday, not Sunday, not a holiday of the calendar in force. Which nation's
//! holidays apply is a dated setting in `rules/`, so the calendar is passed in.

use crate::time::Day;
use jiff::civil::Weekday;
use std::collections::BTreeSet;

/// A holiday calendar.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// Its name in `rules/`.
    pub id: String,
    /// Days that are no Working Days beside the weekends.
    pub holidays: BTreeSet<Day>,
}

impl Calendar {
    /// Is the day a Working Day?
    #[must_use]
    pub fn is_working(&self, day: Day) -> bool {
        !matches!(day.date().weekday(), Weekday::Saturday | Weekday::Sunday)
            && !self.holidays.contains(&day)
    }
    /// The `n`-th Working Day after `day` (n ≥ 1); `day` itself is never counted.
    #[must_use]
    pub fn nth_after(&self, day: Day, n: u32) -> Day {
        let mut d = day;
        let mut left = n;
        while left > 0 {
            d = d.plus(1);
            if self.is_working(d) {
                left -= 1;
            }
        }
        d
    }
}
