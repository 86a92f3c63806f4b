//! A count as people write it: digits, in groups of three or not, with a sign, with decimals that are
//! zero, in thousands or millions.

/// A count, and the unit to which its text rounds it (0 where it is exact).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Whole {
    pub(super) count: i64,
    pub(super) rounded_to: i64,
}

/// Words and letters for a unit, and how many it is.
const UNITS: [(&str, i64); 6] = [
    ("thousand", 1_000),
    ("thousands", 1_000),
    ("k", 1_000),
    ("million", 1_000_000),
    ("millions", 1_000_000),
    ("m", 1_000_000),
];

/// Reads a count.
///
/// # Errors
/// What cannot be read, and what to write instead.
pub(super) fn whole(text: &str) -> Result<Whole, String> {
    let wrong = |why: &str| Err(format!("{text:?} {why}"));
    let trimmed = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let letters = trimmed.find(|c: char| c.is_alphabetic()).unwrap_or(trimmed.len());
    let (number, word) = trimmed.split_at(letters);
    let unit = match word.trim() {
        "" => 1,
        word => match UNITS.iter().find(|(w, _)| w.eq_ignore_ascii_case(word)) {
            Some((_, unit)) => *unit,
            None => return wrong("is not a number; write digits only"),
        },
    };
    let number = number.trim();
    let (negative, digits) = match number.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, number.strip_prefix('+').unwrap_or(number)),
    };
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    if !decimals.chars().all(|c| c.is_ascii_digit()) || digits.ends_with('.') {
        return wrong("is not a number; write digits only");
    }
    let Some(whole) = grouped(whole) else {
        return wrong("is not a number; write digits only, or groups of three as in 1,250");
    };
    let decimals = if unit == 1 { decimals.trim_end_matches('0') } else { decimals };
    if unit == 1 && !decimals.is_empty() {
        return wrong("is not a whole number; a count has no fraction");
    }
    // One decimal of thousands is a hundred.
    let scale = u32::try_from(decimals.len()).ok().and_then(|n| 10_i64.checked_pow(n));
    let Some(scale) = scale.filter(|s| unit % s == 0) else {
        return wrong("has more decimals than its unit; write the whole number");
    };
    let all: Option<i64> = format!("{whole}{decimals}").parse().ok();
    let Some(count) = all.and_then(|n: i64| n.checked_mul(unit / scale)) else {
        return wrong("is no number that fits; the largest is 9223372036854775807");
    };
    let rounded_to = if unit == 1 { 0 } else { unit / scale };
    Ok(Whole { count: if negative { -count } else { count }, rounded_to })
}

/// Digits without what groups them, `None` where they are not digits in whole groups.
fn grouped(text: &str) -> Option<String> {
    let groups: Vec<&str> =
        text.split([',', ' ', '\'', '\u{a0}', '\u{202f}', '\u{2009}']).collect();
    let all_digits = |t: &str| !t.is_empty() && t.chars().all(|c| c.is_ascii_digit());
    let [first, rest @ ..] = groups.as_slice() else { return None };
    let fits = rest.is_empty() || (first.len() <= 3 && rest.iter().all(|g| g.len() == 3));
    (fits && groups.iter().all(|g| all_digits(g))).then(|| groups.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(i64, i64)> {
        whole(text).ok().map(|w| (w.count, w.rounded_to))
    }

    #[test]
    fn counts_are_read_as_people_write_them() {
        for (text, count) in [
            ("1250", 1_250),
            (" 1,250 ", 1_250),
            ("1 250", 1_250),
            ("1\u{a0}250\u{a0}000", 1_250_000),
            ("1'250", 1_250),
            ("12,345,678", 12_345_678),
            ("1250.0", 1_250),
            ("1250.00", 1_250),
            ("-3", -3),
            ("\u{2212}1,250", -1_250),
            ("+7", 7),
            ("0", 0),
            ("9223372036854775807", i64::MAX),
        ] {
            assert_eq!(read(text), Some((count, 0)), "{text}");
        }
    }

    #[test]
    fn a_unit_in_words_says_how_far_a_count_is_rounded() {
        assert_eq!(read("12 thousand"), Some((12_000, 1_000)));
        assert_eq!(read("1.25 Million"), Some((1_250_000, 10_000)));
        assert_eq!(read("3k"), Some((3_000, 1_000)));
        assert_eq!(read("-2.0 thousand"), Some((-2_000, 100)));
    }

    #[test]
    fn what_could_be_another_number_is_refused() {
        for text in [
            "",
            "-",
            "1,25",
            "12,50",
            "1,2500",
            ",250",
            "1,",
            "1.250,5",
            "1250.5",
            "1.",
            ".5",
            "1e3",
            "1.25E+12",
            "12 dozen",
            "12 %",
            "twelve",
            "1,250-",
            "1 25",
            "0.5 k k",
            "1.2345 k",
            "9223372036854775808",
            "9223372036854776 k",
            "0x10",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
