//! Words and numbers as they are printed.

use northbound_documents::render::words as print;
use northbound_measures::{MeasureResult, evaluate::streaks::Streaks, result::Line};
use northbound_rules::measure::Better;
use northbound_types::{
    Dim, Null, Period, Quantity, Ratio, Region,
    percent::{percent, percent_of},
};

/// `North`, `National` …
#[must_use]
pub const fn region(region: Region) -> &'static str {
    match region {
        Region::North => "North",
        Region::Central => "Central",
        Region::South => "South",
        Region::None => "National",
        Region::Unknown => "Region unknown",
    }
}

/// The same from a word of a table; `none` of a message is no region.
#[must_use]
pub fn region_word(word: &str) -> String {
    match word.parse::<Region>() {
        Ok(Region::None) => "No region (answered by the service)".to_owned(),
        Ok(r) => region(r).to_owned(),
        Err(_) => word.to_owned(),
    }
}

/// A level: `99 %`, `99.5 %`, with as few decimals as it needs.
#[must_use]
pub fn level(level: Option<Ratio>) -> String {
    let Some(l) = level else { return String::new() };
    (0..=6)
        .find_map(|d| {
            let text = percent(l, d, &[])?;
            let exact = northbound_types::figure::parse_percent(&text)? == l.rational()?;
            exact.then(|| format!("{text} %"))
        })
        .unwrap_or_else(|| format!("{}/{}", l.num, l.den))
}

/// A share as a percentage with its sign.
#[must_use]
pub fn share(q: &Quantity, decimals: u32, levels: &[Ratio]) -> Option<String> {
    percent_of(&q.share()?, decimals, levels)
}

/// A duration: `1.24 s`, `85 ms`, `2 h 5 min`.
#[must_use]
pub fn duration(micros: i64) -> String {
    let ms = (micros + 500) / 1000;
    match ms {
        0 => format!("{micros} µs"),
        1..=999 => format!("{ms} ms"),
        1_000..=119_999 => {
            let c = (micros + 5_000) / 10_000;
            format!("{}.{:02} s", c / 100, c % 100)
        }
        120_000..=7_199_999 => {
            let s = (ms + 500) / 1000;
            format!("{} min {} s", s / 60, s % 60)
        }
        _ => {
            let m = (ms + 30_000) / 60_000;
            format!("{} h {} min", m / 60, m % 60)
        }
    }
}

/// A count of things with the right number: `1 month`, `3 months`.
#[must_use]
pub fn things(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// `a, b and c`.
#[must_use]
pub fn listed(parts: &[String]) -> String {
    match parts {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A null in words: what, since when, whose job, between which bounds.
#[must_use]
pub fn null(n: &Null) -> String {
    let mut t = if n.detail.is_empty() { n.reason.words().to_owned() } else { n.detail.clone() };
    if let Some(s) = n.source.as_ref().filter(|s| !t.contains(s.as_str())) {
        t.push_str(&format!("; source {s}"));
    }
    if let Some(d) = n.since {
        t.push_str(&format!("; since {}", print::day(d)));
    }
    if let Some(o) = &n.owner {
        t.push_str(&format!("; to be repaired by {o}"));
    }
    if let Some((low, high)) = &n.bounds
        && let (Some(l), Some(h)) = (share(low, 2, &[]), share(high, 2, &[]))
    {
        t.push_str(&format!("; between {l} % and {h} %"));
    }
    t
}

/// Why there is no figure, for a list: withheld figures name who is at work.
#[must_use]
pub fn row(r: &MeasureResult) -> String {
    format!("{} {} {}", r.measure, r.provider, region(r.region))
}

/// Rows in short: those of one place together, `PM4.2, PM4.3 (Central); CPM1 (National)`; of more than
/// `most` the rest is counted.
#[must_use]
pub fn rows(rows: &[&MeasureResult], most: usize) -> String {
    let mut places: Vec<(&str, Vec<&str>)> = Vec::new();
    for r in rows.iter().take(most) {
        let place = region(r.region);
        match places.iter_mut().find(|p| p.0 == place) {
            Some(p) => p.1.push(&r.measure),
            None => places.push((place, vec![&r.measure])),
        }
    }
    let named = places.into_iter().map(|(p, m)| format!("{} ({p})", m.join(", ")));
    let mut text = named.collect::<Vec<_>>().join("; ");
    if rows.len() > most {
        text.push_str(&format!("; and {} more", rows.len() - most));
    }
    text
}

/// Why messages are left out of a numerator; in a national row with their region.
#[must_use]
pub fn line(r: &MeasureResult, l: &Line) -> String {
    let region = l
        .selector
        .as_ref()
        .filter(|_| r.region == Region::None)
        .and_then(|s| s.any_of.iter().find(|(d, _)| *d == Dim::Region))
        .map(|(_, v)| v);
    match region.map(|v| v.iter().collect::<Vec<_>>()).as_deref() {
        Some([one]) => format!("{} ({})", l.reason, region_word(one)),
        _ => l.reason.clone(),
    }
}

/// Since when a row misses its target, as a sentence; empty where it does not.
#[must_use]
pub fn since(r: &MeasureResult) -> String {
    let side = if r.better == Better::Lower { "Above" } else { "Below" };
    r.streak.as_ref().map_or_else(String::new, |s| run(s, side))
}

/// A sentence as part of another: without its full stop, and with a small first letter.
#[must_use]
pub fn clause(sentence: &str) -> String {
    let mut letters = sentence.trim_end_matches('.').chars();
    letters.next().map_or_else(String::new, |c| format!("{}{}", c.to_lowercase(), letters.as_str()))
}

/// A run says only what the months show: nothing of months without a figure, nor of months before the first
/// that was read.
fn run(s: &Streaks, side: &str) -> String {
    let run = s.below_target;
    if run.greatest == 0 || s.longest_below_target.least == 0 {
        return String::new();
    }
    let missed = missed(s);
    if run.least == 0 {
        return format!("{} has no figure{missed}.", print::period(s.until));
    }
    let first = print::period(s.until.plus(1 - i32::try_from(run.least).unwrap_or(1)));
    if !run.is_known() {
        return format!("{side} target since at least {first}{}{missed}.", missing(s));
    }
    if s.is_open(run) {
        return format!("{side} target since {first} or before: no earlier month was read.");
    }
    match run.least {
        1 => format!("{side} target in {first} only{missed}."),
        n => format!("{side} target since {first}, {n} months in a row{missed}."),
    }
}

/// The months without a figure that leave the length of a run open.
fn missing(s: &Streaks) -> String {
    let Some(p) = s.unknown_from else { return String::new() };
    let month = match (p, s.until) {
        (Period::Month(y, _), Period::Month(until, _)) if y == until => {
            print::period(p).trim_end_matches(|c: char| c.is_ascii_digit()).trim_end().to_owned()
        }
        _ => print::period(p),
    };
    match s.unknown() {
        0 | 1 => format!("; {month} is missing"),
        n => format!(
            "; {month} and {} are missing",
            things(u64::from(n - 1), "other month", "other months")
        ),
    }
}

/// How many of the months read missed the target; empty for a single month.
fn missed(s: &Streaks) -> String {
    let missed = s.count_below_target;
    if s.months <= 1 {
        return String::new();
    }
    let known = format!("; missed {} of the last {} months", missed.least, s.months);
    match missed.greatest {
        most if most == missed.least => known,
        most if most == s.months => format!("{known}, possibly all"),
        most => format!("{known}, possibly {most}"),
    }
}

/// `April 2026` in few letters: `Apr 2026`.
#[must_use]
pub fn short_period(p: Period) -> String {
    let long = print::period(p);
    match p {
        Period::Month(y, _) => format!("{} {y}", long.chars().take(3).collect::<String>()),
        Period::Quarter(..) | Period::Day(_) => long,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use northbound_measures::evaluate::streaks::Months;

    #[test]
    fn levels_and_durations_print_as_short_as_they_are() {
        for (r, t) in
            [((99, 100), "99 %"), ((995, 1000), "99.5 %"), ((1, 1), "100 %"), ((1, 3), "1/3")]
        {
            assert_eq!(level(Some(Ratio { num: r.0, den: r.1 })), t);
        }
        assert_eq!(level(None), "");
        for (us, t) in [
            (400, "400 µs"),
            (85_000, "85 ms"),
            (1_240_000, "1.24 s"),
            (25_000_000, "25.00 s"),
            (130_000_000, "2 min 10 s"),
            (7_500_000_000, "2 h 5 min"),
        ] {
            assert_eq!(duration(us), t);
        }
    }

    #[test]
    fn a_run_says_only_what_the_months_show() {
        let table = |pattern: &str| {
            let m = Months::new(pattern.chars().enumerate().map(|(i, c)| {
                (
                    Period::month(2026, 1).plus(i as i32),
                    match c {
                        'x' => Some(true),
                        '.' => Some(false),
                        _ => None,
                    },
                )
            }));
            Streaks::of(&m, &m).map_or_else(String::new, |s| run(&s, "Below"))
        };
        for (months, said) in [
            (
                "x.xx",
                "Below target since March 2026, 2 months in a row; missed 3 of the last 4 months.",
            ),
            ("..x", "Below target in March 2026 only; missed 1 of the last 3 months."),
            (
                ".x?x",
                "Below target since at least April 2026; March is missing; missed 2 of the last 4 months, possibly 3.",
            ),
            // A run that reaches the first month that was read can be longer.
            ("xxx", "Below target since January 2026 or before: no earlier month was read."),
            ("x", "Below target since January 2026 or before: no earlier month was read."),
            // Months without a figure at the start are unknown, not the beginning of time.
            (
                "??x",
                "Below target since at least March 2026; February and 1 other month are missing; missed 1 of the last 3 months, possibly all.",
            ),
            ("x.?", "March 2026 has no figure; missed 1 of the last 3 months, possibly 2."),
            ("x.", ""),
            ("???", ""),
        ] {
            assert_eq!(table(months), said, "{months}");
        }
        let m = Months::new([(Period::month(2026, 1), Some(true))]);
        let begun = Streaks { from_first: true, ..Streaks::of(&m, &m).unwrap() };
        assert_eq!(run(&begun, "Above"), "Above target in January 2026 only.");
    }
}
