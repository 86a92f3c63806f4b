//! Days as people type them.

use northbound_types::Day;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// `2026-07-09`, `9 July 2026`, `9 July`, `09/07/2026`, `9/7`. A day without a year is the first one on or
/// after `from`. `None` where the text is no day.
pub(super) fn day(text: &str, from: Day) -> Option<Day> {
    if let Ok(day) = text.trim().parse::<Day>() {
        return Some(day);
    }
    let text = text.trim().replace(['/', '.', ','], " ");
    let parts: Vec<&str> = text.split_whitespace().collect();
    let (d, m, y) = match parts.as_slice() {
        [d, m] => (*d, *m, None),
        [d, m, y] => (*d, *m, Some(y.parse::<i16>().ok().filter(|y| (1000..=9999).contains(y))?)),
        _ => return None,
    };
    let d: i8 = d.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().ok()?;
    let m: i8 = month(m)?;
    let of = |y: i16| format!("{y:04}-{m:02}-{d:02}").parse::<Day>().ok();
    if let Some(y) = y {
        return of(y);
    }
    let this = from.date().year();
    // 29 February may be years away.
    (0..8).filter_map(|n| of(this + n)).find(|day| *day >= from)
}

fn month(text: &str) -> Option<i8> {
    if let Ok(number) = text.parse::<i8>() {
        return (1..=12).contains(&number).then_some(number);
    }
    let lower = text.to_lowercase();
    let short = lower.get(..3)?;
    let at = MONTHS.iter().position(|m| *m == short)?;
    lower.bytes().all(|b| b.is_ascii_lowercase()).then_some(at as i8 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_typed_and_a_missing_year_is_the_next_one() {
        let from: Day = "2026-06-22".parse().unwrap();
        for (typed, read) in [
            ("2026-07-09", Some("2026-07-09")),
            ("9 July", Some("2026-07-09")),
            ("9th July 2026", Some("2026-07-09")),
            ("09/07/2026", Some("2026-07-09")),
            ("9/7", Some("2026-07-09")),
            ("22 June", Some("2026-06-22")),
            ("21 June", Some("2027-06-21")),
            ("29 Feb", Some("2028-02-29")),
            ("31 June", None),
            ("9 Mayhem 26", None),
            ("9 July 26", None),
            ("soon", None),
        ] {
            assert_eq!(day(typed, from).map(|d| d.to_string()).as_deref(), read, "{typed}");
        }
    }
}
