//! The format of a column of times, with the evidence.

use super::{Sure, sample::Sample};
use crate::{cell::Cell, time::TimeRule};
use jiff::tz::TimeZone;

/// How a column's times can be read.
pub(super) struct TimeFormat {
    /// Setting and value for the mapping, where one is needed.
    pub(super) setting: Option<(&'static str, String)>,
    /// Must the mapping state a zone?
    pub(super) needs_zone: bool,
    pub(super) sure: Sure,
    pub(super) why: String,
}

/// Formats that are tried, day before month first: the field is British.
const FORMATS: &[&str] = &[
    "%d/%m/%Y %H:%M:%S%.f",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
    "%m/%d/%Y %H:%M:%S%.f",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
    "%d-%m-%Y %H:%M:%S%.f",
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y",
    "%d.%m.%Y %H:%M:%S%.f",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%d-%b-%Y %H:%M:%S%.f",
    "%d-%b-%Y %H:%M",
    "%d-%b-%Y",
    "%d %b %Y %H:%M:%S%.f",
    "%d %b %Y %H:%M",
    "%d %b %Y",
    "%d %B %Y",
    "%Y/%m/%d %H:%M:%S%.f",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%Y%m%d%H%M%S",
    "%Y%m%d %H:%M:%S",
    "%d/%m/%y %H:%M:%S",
    "%d/%m/%y %H:%M",
    "%d/%m/%y",
    "%m/%d/%y %H:%M:%S",
    "%m/%d/%y %H:%M",
    "%d/%m/%Y %I:%M:%S %p",
    "%d/%m/%Y %I:%M %p",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%d/%b/%y %I:%M %p",
    "%d/%b/%y %H:%M",
    "%d-%b-%y %H:%M:%S",
    "%d-%b-%y %H:%M",
    "%d-%b-%y",
    "%Y-%m-%d %H:%M:%S,%3f",
];

/// How many of a column's values must fit, in a hundred: the rest become rejects that say so.
const SHARE: usize = 95;

/// The way that fits best; `None` where none does, or the column is empty.
pub(super) fn detect(sample: &Sample, at: usize, date_alone: bool) -> Option<TimeFormat> {
    detect_in(&sample.values(at).collect::<Vec<_>>(), date_alone)
}

/// The same for a date and a time of day in two columns, read as one text.
pub(super) fn detect_joined(sample: &Sample, day: usize, clock: usize) -> Option<TimeFormat> {
    let joined: Vec<String> = sample
        .rows
        .iter()
        .filter_map(|r| Some(format!("{} {}", r.get(day)?.trim(), r.get(clock)?.trim())))
        .collect();
    detect_in(&joined.iter().map(String::as_str).collect::<Vec<_>>(), false)
}

fn detect_in(values: &[&str], date_alone: bool) -> Option<TimeFormat> {
    if values.is_empty() {
        return None;
    }
    let enough = |n: usize| n * 100 >= values.len() * SHARE;
    let fit = |rule: &TimeRule| values.iter().filter(|v| rule.read(Cell::Text(v)).is_ok()).count();
    let zoned = TimeRule { date_alone, ..TimeRule::default() };
    let n = fit(&zoned);
    if enough(n) {
        return Some(TimeFormat {
            setting: None,
            needs_zone: false,
            sure: Sure::Certain,
            why: format!("{n} of {} values are RFC 3339", values.len()),
        });
    }
    let wall = TimeRule { date_alone, zone: Some(TimeZone::UTC), ..TimeRule::default() };
    let n = fit(&wall);
    if enough(n) {
        return Some(TimeFormat {
            setting: None,
            needs_zone: true,
            sure: Sure::Likely,
            why: format!("{n} of {} values are ISO 8601 without a zone", values.len()),
        });
    }
    format(values, date_alone, enough).or_else(|| epoch(values))
}

/// The first of [`FORMATS`] that fits enough values.
fn format(values: &[&str], date_alone: bool, enough: impl Fn(usize) -> bool) -> Option<TimeFormat> {
    // A year of two digits is no year of four: it would be out of range.
    let fits = |f: &str, v: &str| {
        let rule = TimeRule {
            formats: vec![f.to_owned()],
            zone: Some(TimeZone::UTC),
            date_alone,
            ..TimeRule::default()
        };
        rule.read(Cell::Text(v)).is_ok()
    };
    let fitting: Vec<(&str, usize)> = FORMATS
        .iter()
        .map(|&f| (f, values.iter().filter(|v| fits(f, v)).count()))
        .filter(|(_, n)| enough(*n))
        .collect();
    let &(format, n) = fitting.first()?;
    let rivals: Vec<&str> = fitting
        .iter()
        .skip(1)
        .filter(|(f, m)| *m == n && f.starts_with("%m") != format.starts_with("%m"))
        .map(|f| f.0)
        .collect();
    let (sure, more) = if rivals.is_empty() {
        (Sure::Certain, String::new())
    } else {
        (Sure::Unsure, format!("; {} fits as well", rivals.join(", ")))
    };
    Some(TimeFormat {
        setting: Some(("format", format.to_owned())),
        needs_zone: true,
        sure,
        why: format!("{n} of {} values fit{more}", values.len()),
    })
}

fn epoch(values: &[&str]) -> Option<TimeFormat> {
    if !values.iter().all(|v| v.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let unit = match values.first()?.len() {
        10 => "s",
        13 => "ms",
        16 => "us",
        _ => return None,
    };
    let length = values.first()?.len();
    values.iter().all(|v| v.len() == length).then(|| TimeFormat {
        setting: Some(("unit", unit.to_owned())),
        needs_zone: false,
        sure: Sure::Likely,
        why: format!(
            "{length} digits: {unit} since 1970, between {} and {}",
            values.iter().min().unwrap_or(&""),
            values.iter().max().unwrap_or(&"")
        ),
    })
}
