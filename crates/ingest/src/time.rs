//! Times: a fast way for `2026-04-01T12:00:00.25Z`, and every other way that a mapping may state.

use crate::{
    cell::Cell,
    error::Reason,
    limits::{FIRST_TIME, LAST_TIME},
    number,
};
use jiff::{
    Span, Timestamp,
    civil::{Date, DateTime, ISOWeekDate, Time, Weekday, date},
    fmt::strtime,
    tz::{AmbiguousOffset, Offset, TimeZone},
};
use northbound_types::text_enum;

text_enum! {
    /// What to do with a wall-clock time that happened twice or never (a clock change).
    pub enum ClockChange("rule for a clock change") {
        /// Reject the row: nothing is guessed.
        Reject = "reject",
        /// The earlier of the two instants.
        Earlier = "earlier",
        /// The later of the two instants.
        Later = "later",
    }
}

/// How the times of a column are written.
#[derive(Debug, Clone)]
pub struct TimeRule {
    /// strftime formats, tried in order; empty means RFC 3339 (and, with a zone, ISO 8601 without offset).
    pub formats: Vec<String>,
    /// For numbers: the unit, in µs, counted from 1970 in UTC.
    pub epoch_unit: Option<i64>,
    /// Zone of times that state no offset; `None`: such times are rejected.
    pub zone: Option<TimeZone>,
    /// The clock went back: the time was shown twice.
    pub ambiguous: ClockChange,
    /// The clock went forward: the time was never shown.
    pub skipped: ClockChange,
    /// Is a date without a time allowed, meaning its start?
    pub date_alone: bool,
    /// May a week be written instead of its Monday (`2026-W15`)?
    pub week: bool,
}

impl Default for TimeRule {
    fn default() -> Self {
        TimeRule {
            formats: Vec::new(),
            epoch_unit: None,
            zone: None,
            ambiguous: ClockChange::Reject,
            skipped: ClockChange::Reject,
            date_alone: false,
            week: false,
        }
    }
}

type Why = (Reason, String);

/// Is the time one that a system of our age can have written?
pub(crate) fn in_range(micros: i64) -> bool {
    (FIRST_TIME..LAST_TIME).contains(&micros)
}

impl TimeRule {
    /// Reads a cell as µs UTC.
    #[inline]
    pub(crate) fn read(&self, cell: Cell<'_>) -> Result<i64, Why> {
        let micros = match cell {
            Cell::Text(t) => match (self.formats.is_empty() && self.epoch_unit.is_none())
                .then(|| rfc3339(t.as_bytes()))
                .flatten()
            {
                Some(m) => m,
                None => self.slow(t)?,
            },
            Cell::Micros(m) => m,
            Cell::Wall(m) => self.wall(m)?,
            Cell::Day(n) if self.date_alone => self.day(n)?,
            Cell::Day(_) => return Err(date_alone()),
            Cell::Double(_) | Cell::Bytes => {
                return Err((Reason::NotATime, "neither a time nor a whole number".into()));
            }
            Cell::Int(n) => self.epoch(&n.to_string())?,
            Cell::Uint(n) => self.epoch(&n.to_string())?,
            Cell::Empty => return Err((Reason::MissingValue, "no time".into())),
        };
        if in_range(micros) {
            Ok(micros)
        } else {
            Err((Reason::TimeOutOfRange, "a time must be from 1970 to 2200".into()))
        }
    }

    fn epoch(&self, text: &str) -> Result<i64, Why> {
        let Some(unit) = self.epoch_unit else {
            return Err((
                Reason::NotATime,
                "a number is no time unless the mapping states times.COLUMN.unit (s, ms, us)"
                    .into(),
            ));
        };
        number::scaled(text, unit, false).map_err(|(r, w)| (r, w.into()))
    }

    fn wall(&self, micros: i64) -> Result<i64, Why> {
        let Some(zone) = &self.zone else { return Err(no_zone()) };
        let at = Timestamp::from_microsecond(micros)
            .map_err(|_| (Reason::TimeOutOfRange, "not a time".to_owned()))?;
        self.local(TimeZone::UTC.to_datetime(at), zone)
    }

    /// The start of a day, days since 1970.
    fn day(&self, days: i32) -> Result<i64, Why> {
        let date = date_of(days).ok_or_else(|| {
            (Reason::TimeOutOfRange, "a day must be from 1970 to 2200".to_owned())
        })?;
        self.local(date.to_datetime(Time::midnight()), self.zone.as_ref().unwrap_or(&TimeZone::UTC))
    }

    fn slow(&self, text: &str) -> Result<i64, Why> {
        let text = if self.week { without_week_words(text) } else { text };
        if self.epoch_unit.is_some() {
            return self.epoch(text);
        }
        if self.formats.is_empty() {
            return self.iso(text);
        }
        for format in &self.formats {
            if let Some((format, name)) = zone_name(format) {
                let Some((time, stated)) = text.rsplit_once(' ') else { continue };
                let wall = strtime::parse(format, time.trim_end()).and_then(|b| b.to_datetime());
                match wall {
                    Ok(wall) if name == "%Z" || name == stated => {
                        return self.in_named_zone(wall, stated);
                    }
                    _ => continue,
                }
            }
            let Ok(broken) = strtime::parse(format, text) else { continue };
            if let Ok(at) = broken.to_timestamp() {
                return Ok(at.as_microsecond());
            }
            let Ok(wall) = broken.to_datetime() else { continue };
            let day = broken.hour().is_none();
            if day && !self.date_alone {
                return Err(date_alone());
            }
            // A day is the same day in every zone; only its first instant differs.
            return match &self.zone {
                Some(zone) => self.local(wall, zone),
                None if day => self.local(wall, &TimeZone::UTC),
                None => Err(no_zone()),
            };
        }
        Err((
            Reason::NotATime,
            format!("does not fit the mapping's format {}", self.formats.join(" or ")),
        ))
    }

    fn iso(&self, text: &str) -> Result<i64, Why> {
        // An instant with an offset; a bracketed zone name is not taken.
        if let (true, Ok(at)) = (text.len() <= 40, text.parse::<Timestamp>()) {
            return Ok(at.as_microsecond());
        }
        let bad = || {
            (
                Reason::NotATime,
                "write it as 2026-04-01T12:00:00Z, or state the format in a mapping".to_owned(),
            )
        };
        if text.len() > 40 {
            return Err(bad());
        }
        if let Some(monday) = self.week.then(|| monday_of(text)).flatten() {
            return self.local(monday, self.zone.as_ref().unwrap_or(&TimeZone::UTC));
        }
        if text.len() == 10 && !self.date_alone {
            return Err(date_alone());
        }
        if let Some((time, name)) = text.rsplit_once(' ')
            && is_zone_name(name)
        {
            let wall: DateTime = time.trim_end().parse().map_err(|_| bad())?;
            return self.in_named_zone(wall, name);
        }
        if text.ends_with(['Z', 'z', ']']) {
            return Err(bad());
        }
        let wall: DateTime = text.parse().map_err(|_| bad())?;
        match &self.zone {
            Some(zone) => self.local(wall, zone),
            None if self.date_alone && text.len() == 10 => self.local(wall, &TimeZone::UTC),
            None => Err(no_zone()),
        }
    }

    /// A wall-clock time with the abbreviation of its zone, such as BST or GMT, which says which of two
    /// instants is meant where the clock showed a time twice.
    fn in_named_zone(&self, wall: DateTime, name: &str) -> Result<i64, Why> {
        let micros = |offset: Offset| {
            offset
                .to_timestamp(wall)
                .map(Timestamp::as_microsecond)
                .map_err(|e| (Reason::TimeOutOfRange, e.to_string()))
        };
        if matches!(name, "UTC" | "GMT" | "Z") {
            return micros(Offset::UTC);
        }
        let Some(zone) = &self.zone else {
            return Err((
                Reason::NoZone,
                format!("{name} names several zones: state times.zone in a mapping"),
            ));
        };
        let offsets = match zone.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } => [offset, offset],
            AmbiguousOffset::Fold { before, after } | AmbiguousOffset::Gap { before, after } => {
                [before, after]
            }
        };
        let named = |offset: &Offset| {
            offset.to_timestamp(wall).is_ok_and(|at| {
                let there = zone.to_offset_info(at);
                there.abbreviation() == name && there.offset() == *offset
            })
        };
        match offsets.into_iter().find(named) {
            Some(offset) => micros(offset),
            None => Err((
                Reason::NotATime,
                format!("{} had no time {name} then", zone.iana_name().unwrap_or("the zone")),
            )),
        }
    }

    /// A wall-clock time in a zone; clock changes as the rule says.
    fn local(&self, wall: DateTime, zone: &TimeZone) -> Result<i64, Why> {
        let found = zone.to_ambiguous_timestamp(wall);
        // Before a change the clock has the offset `before`. In a fold that is the earlier instant,
        // in a gap the later one.
        let (choice, earlier, later, reason, what) = match found.offset() {
            AmbiguousOffset::Unambiguous { offset } => {
                (ClockChange::Earlier, offset, offset, Reason::NotATime, "")
            }
            AmbiguousOffset::Fold { before, after } => {
                (self.ambiguous, before, after, Reason::AmbiguousTime, "twice (times.ambiguous")
            }
            AmbiguousOffset::Gap { before, after } => {
                (self.skipped, after, before, Reason::SkippedTime, "never (times.skipped")
            }
        };
        let offset = match choice {
            ClockChange::Reject => {
                return Err((
                    reason,
                    format!(
                        "the clock showed this time {what} in a mapping may choose earlier or later)"
                    ),
                ));
            }
            ClockChange::Earlier => earlier,
            ClockChange::Later => later,
        };
        offset
            .to_timestamp(wall)
            .map(Timestamp::as_microsecond)
            .map_err(|e| (Reason::TimeOutOfRange, e.to_string()))
    }
}

/// A format whose last word is the abbreviation of a zone, or `%Z`, which means any: the rest, and the
/// word.
fn zone_name(format: &str) -> Option<(&str, &str)> {
    let (rest, name) = format.rsplit_once(' ')?;
    (name == "%Z" || is_zone_name(name)).then(|| (rest.trim_end(), name))
}

fn is_zone_name(word: &str) -> bool {
    (3..=5).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_uppercase())
}

/// The Monday of a week as ISO 8601 writes it: `2026-W15`.
fn monday_of(text: &str) -> Option<DateTime> {
    let (year, week) = text.split_once("-W").or_else(|| text.split_once('W'))?;
    if year.len() != 4 || week.len() != 2 {
        return None;
    }
    let week = ISOWeekDate::new(year.parse().ok()?, week.parse().ok()?, Weekday::Monday).ok()?;
    Some(week.date().to_datetime(Time::midnight()))
}

/// A date without the words for "week commencing" before it.
fn without_week_words(text: &str) -> &str {
    let lower = text.to_ascii_lowercase();
    ["week commencing ", "week beginning ", "w/c ", "wc "]
        .iter()
        .find(|words| lower.starts_with(**words))
        .map_or(text, |words| text[words.len()..].trim_start())
}

fn date_of(days: i32) -> Option<Date> {
    date(1970, 1, 1).checked_add(Span::new().try_days(days).ok()?).ok()
}

/// A day as a text, `2026-04-01`; outside of the calendar as its number since 1970.
pub(crate) fn day_text(days: i32) -> String {
    date_of(days).map_or_else(|| format!("day {days} since 1970"), |d| d.to_string())
}

fn date_alone() -> Why {
    (
        Reason::NotATime,
        "a date alone is not a time: write it as 2026-04-01T12:00:00Z, or let a mapping join it with the time of day: COLUMN = [\"date\", \"time\"]".into(),
    )
}

fn no_zone() -> Why {
    (
        Reason::NoZone,
        "the time states no zone: write Z or an offset, or state times.zone in a mapping".into(),
    )
}

fn two(b: &[u8], at: usize) -> Option<u32> {
    let (h, l) = (b[at].wrapping_sub(b'0'), b[at + 1].wrapping_sub(b'0'));
    (h < 10 && l < 10).then(|| u32::from(h) * 10 + u32::from(l))
}

/// `YYYY-MM-DDTHH:MM:SS[.f…]Z` with at most six decimals; `None` for anything else, also for a
/// second of 60.
pub(crate) fn rfc3339(b: &[u8]) -> Option<i64> {
    if b.len() < 20 || b.len() > 27 || b[b.len() - 1] != b'Z' {
        return None;
    }
    if b[4] != b'-' || b[7] != b'-' || b[10] != b'T' || b[13] != b':' || b[16] != b':' {
        return None;
    }
    let year = two(b, 0)? * 100 + two(b, 2)?;
    let (month, day) = (two(b, 5)?, two(b, 8)?);
    let (hour, minute, second) = (two(b, 11)?, two(b, 14)?, two(b, 17)?);
    if hour > 23
        || minute > 59
        || second > 59
        || month == 0
        || month > 12
        || day == 0
        || day > month_days(year, month)
    {
        return None;
    }
    let mut fraction = 0u32;
    if b.len() > 20 {
        if b[19] != b'.' || b.len() == 21 {
            return None;
        }
        let digits = &b[20..b.len() - 1];
        for &c in digits {
            if !c.is_ascii_digit() {
                return None;
            }
            fraction = fraction * 10 + u32::from(c - b'0');
        }
        for _ in digits.len()..6 {
            fraction *= 10;
        }
    }
    let seconds = days_from_civil(i64::from(year), month, day) * 86_400
        + i64::from(hour * 3600 + minute * 60 + second);
    Some(seconds * 1_000_000 + i64::from(fraction))
}

fn month_days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar: years counted from March, in eras of
/// 400 years.
fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let of_era = y.rem_euclid(400);
    let of_year = i64::from((153 * ((month + 9) % 12) + 2) / 5 + day - 1);
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
#[path = "time_tests.rs"]
mod tests;
