//! Times in UTC microseconds, days, and reporting periods. A message belongs to the day and month
//! in which it was received, UTC, half-open.

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Microseconds in a day.
pub const DAY_US: i64 = 86_400_000_000;

const EPOCH: civil::Date = civil::date(1970, 1, 1);

/// An instant in UTC, microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Utc(pub i64);

/// A day in UTC, days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

/// Why a text is not a time, day or period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a {what}: {hint}")]
pub struct TimeError {
    /// The text that was read.
    pub text: String,
    /// What it should have been.
    pub what: &'static str,
    /// How to write it.
    pub hint: &'static str,
}

fn bad(text: &str, what: &'static str, hint: &'static str) -> TimeError {
    TimeError { text: text.chars().take(60).collect(), what, hint }
}

impl Utc {
    /// The day that this instant belongs to.
    #[must_use]
    pub const fn day(self) -> Day {
        Day(self.0.div_euclid(DAY_US) as i32)
    }
}

impl fmt::Display for Utc {
    /// RFC 3339 in UTC with `Z`, as few decimals as the value needs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_microsecond(self.0) {
            Ok(t) => write!(f, "{t}"),
            Err(_) => write!(f, "{} µs", self.0),
        }
    }
}

impl FromStr for Utc {
    type Err = TimeError;
    /// RFC 3339 with an offset or `Z`; a date alone means its start in UTC.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        if let Ok(t) = text.parse::<Timestamp>() {
            return Ok(Utc(t.as_microsecond()));
        }
        text.parse::<Day>()
            .map(Day::start)
            .map_err(|_| bad(text, "time", "write it as 2026-04-01T12:00:00Z"))
    }
}

impl Day {
    /// The first instant of the day.
    #[must_use]
    pub const fn start(self) -> Utc {
        Utc(self.0 as i64 * DAY_US)
    }
    /// The first instant after the day.
    #[must_use]
    pub const fn end(self) -> Utc {
        Utc((self.0 as i64 + 1) * DAY_US)
    }
    /// The civil date.
    #[must_use]
    pub fn date(self) -> civil::Date {
        // Timestamps end a day before the calendar does, so that its edges are counted in days.
        let far = || {
            let beyond = if self.0 < 0 { civil::Date::MIN } else { civil::Date::MAX };
            EPOCH.checked_add(SignedDuration::from_hours(i64::from(self.0) * 24)).unwrap_or(beyond)
        };
        Timestamp::from_microsecond(i64::from(self.0).saturating_mul(DAY_US))
            .map_or_else(|_| far(), |t| t.to_zoned_datetime(TimeZone::UTC).date())
    }
    /// From a civil date.
    #[must_use]
    pub fn from_date(date: civil::Date) -> Day {
        Day((date.duration_since(EPOCH).as_secs() / 86_400) as i32)
    }
    /// The month that the day belongs to.
    #[must_use]
    pub fn month(self) -> Period {
        let d = self.date();
        Period::month(d.year(), d.month())
    }
    /// `n` days later (earlier where negative).
    #[must_use]
    pub const fn plus(self, n: i32) -> Day {
        Day(self.0 + n)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date())
    }
}
impl FromStr for Day {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        if text.len() != 10 {
            return Err(bad(text, "day", "write it as 2026-04-01"));
        }
        text.parse::<civil::Date>()
            .map(Day::from_date)
            .map_err(|_| bad(text, "day", "write it as 2026-04-01"))
    }
}

/// A reporting period: a calendar month, a calendar quarter or one day. Half-open in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// A calendar month: year and month 1–12.
    Month(i16, i8),
    /// A calendar quarter: year and quarter 1–4. "Q2" of a financial year is never
    /// guessed: only calendar quarters are written `2026-Q2`.
    Quarter(i16, i8),
    /// One day.
    Day(Day),
}

/// The first day of a month; beyond the calendar, the calendar's last day (or its first).
fn first_of(year: i16, month: i8) -> Day {
    let beyond = if year > 0 { civil::Date::MAX } else { civil::Date::MIN };
    Day::from_date(civil::Date::new(year, month, 1).unwrap_or(beyond))
}

impl Period {
    /// The first and the last year of periods that can be asked for or recorded.
    pub const YEARS: (i16, i16) = (1970, 2999);

    /// As a record of an earlier version may have it: any year that four digits write.
    fn stored(text: &str) -> Result<Period, TimeError> {
        Period::of_years(text, (1, 9999))
    }

    /// A calendar month.
    #[must_use]
    pub const fn month(year: i16, month: i8) -> Period {
        Period::Month(year, month)
    }
    /// First day.
    #[must_use]
    pub fn first(self) -> Day {
        match self {
            Period::Month(y, m) => first_of(y, m),
            Period::Quarter(y, q) => first_of(y, q * 3 - 2),
            Period::Day(d) => d,
        }
    }
    /// First day after the period.
    #[must_use]
    pub fn after(self) -> Day {
        match self {
            Period::Day(d) => d.plus(1),
            p => p.next().first(),
        }
    }
    /// Number of days.
    #[must_use]
    pub fn days(self) -> i32 {
        self.after().0 - self.first().0
    }
    /// Number of minutes, the denominator of an availability measure.
    #[must_use]
    pub fn minutes(self) -> i64 {
        i64::from(self.days()) * 1440
    }
    /// Does it contain the day?
    #[must_use]
    pub fn contains(self, day: Day) -> bool {
        day >= self.first() && day < self.after()
    }
    /// The following period of the same length.
    #[must_use]
    pub fn next(self) -> Period {
        self.plus(1)
    }
    /// The period before.
    #[must_use]
    pub fn previous(self) -> Period {
        self.plus(-1)
    }
    /// `n` periods later (earlier where negative).
    #[must_use]
    pub fn plus(self, n: i32) -> Period {
        let shift = |y: i16, unit: i8, per: i32| {
            let t = i32::from(y) * per + i32::from(unit) - 1 + n;
            (t.div_euclid(per) as i16, (t.rem_euclid(per) + 1) as i8)
        };
        match self {
            Period::Month(y, m) => {
                let (y, m) = shift(y, m, 12);
                Period::Month(y, m)
            }
            Period::Quarter(y, q) => {
                let (y, q) = shift(y, q, 4);
                Period::Quarter(y, q)
            }
            Period::Day(d) => Period::Day(d.plus(n)),
        }
    }
    /// The days of the period, in order.
    pub fn each_day(self) -> impl Iterator<Item = Day> {
        (self.first().0..self.after().0).map(Day)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Period::Month(y, m) => write!(f, "{y:04}-{m:02}"),
            Period::Quarter(y, q) => write!(f, "{y:04}-Q{q}"),
            Period::Day(d) => write!(f, "{d}"),
        }
    }
}

impl FromStr for Period {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        Period::of_years(text, Period::YEARS)
    }
}

impl Period {
    fn of_years(text: &str, (least, most): (i16, i16)) -> Result<Period, TimeError> {
        let err = || {
            bad(
                text,
                "period",
                "write a month as 2026-04, a calendar quarter as 2026-Q2, a day as 2026-04-01, of a year from 1970 to 2999",
            )
        };
        if text.len() == 10 {
            let day: Day = text.parse().map_err(|_| err())?;
            let known = (least..=most).contains(&day.date().year());
            return if known { Ok(Period::Day(day)) } else { Err(err()) };
        }
        let (y, rest) = text.split_once('-').ok_or_else(err)?;
        if y.len() != 4 || rest.len() != 2 {
            return Err(err());
        }
        let y: i16 = y.parse().map_err(|_| err())?;
        if let Some(q) = rest.strip_prefix('Q') {
            let q: i8 = q.parse().map_err(|_| err())?;
            return if (1..=4).contains(&q) && (least..=most).contains(&y) {
                Ok(Period::Quarter(y, q))
            } else {
                Err(err())
            };
        }
        let m: i8 = rest.parse().map_err(|_| err())?;
        if (1..=12).contains(&m) && (least..=most).contains(&y) {
            Ok(Period::Month(y, m))
        } else {
            Err(err())
        }
    }
}

impl Serialize for Period {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Period::stored(&String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

macro_rules! serde_as_text_or_number {
    ($($t:ident),+) => {$(
        impl Serialize for $t {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                if s.is_human_readable() { s.collect_str(self) } else { self.0.serialize(s) }
            }
        }
        impl<'de> Deserialize<'de> for $t {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                if !d.is_human_readable() { return Deserialize::deserialize(d).map($t); }
                String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}
serde_as_text_or_number!(Utc, Day);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_half_open_and_roll_over_years() {
        let p: Period = "2026-12".parse().unwrap();
        assert_eq!(p.next().to_string(), "2027-01");
        assert_eq!(p.minutes(), 44_640);
        let last = Utc(p.after().start().0 - 1);
        assert!(p.contains(last.day()));
        assert!(!p.contains(p.after()));
        assert_eq!("2020-04".parse::<Period>().unwrap().plus(-16).to_string(), "2018-12");
    }

    #[test]
    fn a_stored_period_at_the_calendars_end_is_read_and_counted_with() {
        for t in ["9999-12", "9999-Q4", "9999-12-31", "0001-01"] {
            let p: Period = serde_json::from_str(&format!("{t:?}")).unwrap();
            assert!(p.first() <= p.after() && p.days() >= 0, "{t}");
            for n in [-40, -1, 1, 40] {
                let _ = (p.plus(n).first(), p.plus(n).to_string(), p.plus(n).each_day().count());
            }
        }
    }

    #[test]
    fn texts_round_trip_and_nonsense_is_refused() {
        for t in ["2026-04", "2026-Q2", "2026-04-30"] {
            assert_eq!(t.parse::<Period>().unwrap().to_string(), t);
        }
        for t in ["2026-13", "2026-Q5", "26-04", "2026-04-31", "Q2 2026", ""] {
            assert!(t.parse::<Period>().is_err(), "{t}");
        }
        for t in ["1969-12", "3000-01", "9999-12", "0001-Q1", "3000-01-01"] {
            assert!(t.parse::<Period>().is_err(), "{t}");
        }
        for t in ["1970-01", "2999-12", "2999-Q4", "2999-12-31"] {
            assert!(t.parse::<Period>().is_ok(), "{t}");
        }
        let u: Utc = "2026-04-01T12:00:00.25+01:00".parse().unwrap();
        assert_eq!(u.to_string(), "2026-04-01T11:00:00.25Z");
    }
}
