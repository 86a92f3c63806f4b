//! Dates, times and statuses in words.

use crate::model::{CellState, Document};
use northbound_types::{Day, Period, Utc};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn month_name(month: i8) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|i| MONTHS.get(i)).copied().unwrap_or("unknown month")
}

/// `April 2026`, `quarter 2 of 2026 (April to June)`, `3 April 2026`.
#[must_use]
pub fn period(period: Period) -> String {
    match period {
        Period::Month(y, m) => format!("{} {y}", month_name(m)),
        Period::Quarter(y, q) => {
            format!("quarter {q} of {y} ({} to {})", month_name(q * 3 - 2), month_name(q * 3))
        }
        Period::Day(d) => day(d),
    }
}

/// `3 April 2026`.
#[must_use]
pub fn day(day: Day) -> String {
    let d = day.date();
    format!("{} {} {}", d.day(), month_name(d.month()), d.year())
}

/// `3 April 2026, 12:00 UTC`.
#[must_use]
pub fn time(at: Utc) -> String {
    let (h, m, s) = clock(at);
    if s == 0 {
        format!("{}, {h:02}:{m:02} UTC", day(at.day()))
    } else {
        format!("{}, {h:02}:{m:02}:{s:02} UTC", day(at.day()))
    }
}

/// Hour, minute and second of the day.
#[must_use]
pub fn clock(at: Utc) -> (u8, u8, u8) {
    let seconds = (at.0 - at.day().start().0) / 1_000_000;
    ((seconds / 3600) as u8, (seconds / 60 % 60) as u8, (seconds % 60) as u8)
}

/// `Monthly performance pack, April 2026`.
#[must_use]
pub fn title(document: &Document) -> String {
    format!("{}, {}", document.title, period(document.period))
}

/// `Version 2, Issue 2`.
#[must_use]
pub fn version(document: &Document) -> String {
    format!("Version {}, {}", document.version, document.status.words())
}

/// A state in words. A figure against which nothing is known is `reliable`: `ok` beside a share could
/// be taken for the performance.
#[must_use]
pub fn state(state: CellState) -> String {
    match state.words() {
        "" if state == CellState::Ok => "reliable".to_owned(),
        "" => state.as_str().to_owned(),
        words => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_words() {
        assert_eq!(period(Period::Month(2026, 4)), "April 2026");
        assert_eq!(period(Period::Quarter(2026, 2)), "quarter 2 of 2026 (April to June)");
        assert_eq!(time("2026-05-12T09:05:00Z".parse().unwrap()), "12 May 2026, 09:05 UTC");
    }
}
