//! A cell of a workbook as the text that it stands for.

use super::number_format::{NumberFormat, Section};
use calamine::DataRef;
use jiff::{SignedDuration, civil::DateTime};

/// Whole numbers below this are exact in a cell.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// Milliseconds of a day.
const DAY_MS: f64 = 86_400_000.0;
/// Days from the first day of the 1900 date system to that of the 1904 one.
const DAYS_OF_1904: f64 = 1462.0;
/// The first day after 29 February 1900, which the 1900 date system has and the calendar has not.
const AFTER_LEAP_ERROR: f64 = 60.0;
/// The last day that a cell can show (9999-12-31), and the one after.
const LAST_DAY: f64 = 2_958_466.0;

/// A cell as text; empty where it has no value. A month, a date or a time is written as the format shows it;
/// it has no zone, which the mapping states.
pub(super) fn text(value: &DataRef<'_>, format: &NumberFormat, is_1904: bool) -> String {
    match value {
        DataRef::Int(n) => shown(n.to_string(), &format.section(*n as f64)),
        DataRef::Float(f) if f.is_finite() => shown(decimal(*f), &format.section(*f)),
        DataRef::Float(f) => f.to_string(),
        DataRef::String(s) => s.clone(),
        DataRef::SharedString(s) => (*s).to_owned(),
        DataRef::Bool(b) => b.to_string(),
        DataRef::DateTime(at) if at.is_datetime() => {
            let serial = at.as_f64();
            let section = format.section(serial);
            instant(serial, is_1904)
                .map_or_else(|| decimal(serial), |t| moment(t, &section, serial < 1.0))
        }
        DataRef::DateTime(at) => decimal(at.as_f64()),
        DataRef::DateTimeIso(s) => match s.parse::<DateTime>() {
            Ok(at) if month_alone(&format.section(1.0)) => moment(at, &format.section(1.0), false),
            _ => s.clone(),
        },
        DataRef::DurationIso(s) => s.clone(),
        DataRef::Error(e) => e.to_string(),
        DataRef::Empty => String::new(),
    }
}

/// The number at the 15 significant digits that spreadsheets show and compare: a computed cell holds the
/// noise of binary arithmetic in the digits after them. Whole numbers are exact, and one that a cell cannot
/// hold exactly is written with an exponent, so that nothing takes it for the number that was meant.
fn decimal(number: f64) -> String {
    if number.fract() == 0.0 {
        return if number.abs() < EXACT {
            format!("{number:.0}")
        } else {
            format!("{number:.14e}")
        };
    }
    let scientific = format!("{number:.14e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |m| ("-", m));
    let digits = mantissa.replace('.', "");
    let Ok(point) = exponent.parse::<i32>().map(|e| e + 1) else { return scientific };
    let (whole, part) = match usize::try_from(point) {
        Ok(at) if at >= digits.len() => (format!("{digits:0<at$}"), String::new()),
        Ok(at) => (digits[..at].to_owned(), digits[at..].to_owned()),
        Err(_) => (String::new(), "0".repeat(point.unsigned_abs() as usize) + &digits),
    };
    let whole = if whole.is_empty() { "0" } else { &whole };
    let part = part.trim_end_matches('0');
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

/// A number as its format shows it, with all the decimals that it has: one in a percentage format moves its
/// point and gets the sign, one with a literal sign only gets the sign.
fn shown(decimal: String, section: &Section) -> String {
    if section.percents == 0 && !section.literal_percent {
        return decimal;
    }
    let (sign, digits) = decimal.strip_prefix('-').map_or(("", decimal.as_str()), |d| ("-", d));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let (shift, places) = (2 * section.percents, section.places);
    let padded = format!("{part:0<shift$}");
    let (moved, rest) = padded.split_at(shift);
    let whole = format!("{whole}{moved}");
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let rest = format!("{:0<places$}", rest.trim_end_matches('0'));
    if rest.is_empty() { format!("{sign}{whole}%") } else { format!("{sign}{whole}.{rest}%") }
}

/// A cell's number as a date and time, to the millisecond; `None` where it is none that a cell can show.
fn instant(serial: f64, is_1904: bool) -> Option<DateTime> {
    let mut days = if is_1904 { serial + DAYS_OF_1904 } else { serial };
    if !(0.0..LAST_DAY).contains(&days) {
        return None;
    }
    if days < AFTER_LEAP_ERROR {
        days += 1.0;
    }
    let epoch = DateTime::constant(1899, 12, 30, 0, 0, 0, 0);
    // Times are held as fractions of a day, a few microseconds off.
    epoch.checked_add(SignedDuration::from_millis((days * DAY_MS).round() as i64)).ok()
}

fn month_alone(section: &Section) -> bool {
    section.month && !section.day && !section.time
}

/// A date and time as its format shows it: a month alone, a date, a time of day, or both, also at midnight.
fn moment(at: DateTime, section: &Section, first_day: bool) -> String {
    let date = at.date();
    if month_alone(section) {
        return format!("{:04}-{:02}", date.year(), date.month());
    }
    let ms = at.millisecond();
    let fraction = if ms == 0 { String::new() } else { format!(".{ms:03}") };
    let clock = format!("{:02}:{:02}:{:02}{fraction}", at.hour(), at.minute(), at.second());
    let dated = section.year || section.month || section.day;
    if section.time && !dated && first_day {
        clock
    } else if section.time || at.time() != jiff::civil::Time::midnight() {
        format!("{date}T{clock}")
    } else {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{ExcelDateTime, ExcelDateTimeType};

    fn number(n: f64, code: &str) -> String {
        text(&DataRef::Float(n), &NumberFormat::parse(code), false)
    }
    fn date(serial: f64, code: &str, is_1904: bool) -> String {
        let at = ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, is_1904);
        text(&DataRef::DateTime(at), &NumberFormat::parse(code), is_1904)
    }

    #[test]
    fn percentages_are_shifted_as_text() {
        for (n, code, want) in [
            (0.548, "0.00%", "54.80%"),
            (0.993_812, "0.00%", "99.3812%"),
            (1.0, "0%", "100%"),
            (0.0, "0.0%", "0.0%"),
            (-0.005, "0%", "-0.5%"),
            (0.07, "0.00%", "7.00%"),
            (1.173, "0.0%", "117.3%"),
            (0.9, "0%", "90%"),
            (99.38, "0.00\"%\"", "99.38%"),
            (98.2, "0.00\\%", "98.20%"),
            (0.971, "0.00%", "97.10%"),
            (0.548, "General", "0.548"),
        ] {
            assert_eq!(number(n, code), want, "{n} in {code}");
        }
    }

    #[test]
    fn numbers_have_the_digits_that_spreadsheets_show() {
        for (n, want) in [
            (0.1 + 0.2, "0.3"),
            (0.989_999_999_999_999_9, "0.99"),
            (0.989_999_999_999_999, "0.989999999999999"),
            (99.4 + 1e-14, "99.4"),
            (1.0 / 3.0, "0.333333333333333"),
            (1e-7, "0.0000001"),
            (-12.5, "-12.5"),
            (1_775_001_600_001.0, "1775001600001"),
            (9_007_199_254_740_991.0, "9007199254740991"),
            (9_007_199_254_740_992.0, "9.00719925474099e15"),
            (123_456_789_012_345.6, "123456789012346"),
        ] {
            assert_eq!(number(n, "General"), want);
        }
        assert_eq!(number(0.989_999_999_999_999_9, "0.00%"), "99.00%");
    }

    #[test]
    fn dates_are_what_the_format_shows() {
        for (serial, code, want) in [
            (46_113.0, "mmm-yy", "2026-04"),
            (46_127.5, "mmmm yyyy", "2026-04"),
            (46_113.0, "dd/mm/yyyy", "2026-04-01"),
            (46_114.0, "dd/mm/yyyy hh:mm:ss", "2026-04-02T00:00:00"),
            (46_114.5, "dd/mm/yyyy", "2026-04-02T12:00:00"),
            (46_114.416_666_664, "dd/mm/yyyy hh:mm:ss", "2026-04-02T10:00:00"),
            (46_114.999_999_999, "dd/mm/yyyy hh:mm:ss", "2026-04-03T00:00:00"),
            (46_114.000_005, "hh:mm:ss.000", "2026-04-02T00:00:00.432"),
            (0.5, "hh:mm", "12:00:00"),
            (59.0, "yyyy-mm-dd", "1900-02-28"),
            (61.0, "yyyy-mm-dd", "1900-03-01"),
            (-1.0, "yyyy-mm-dd", "-1"),
            (2_958_466.0, "yyyy-mm-dd", "2958466"),
        ] {
            assert_eq!(date(serial, code, false), want, "{serial} in {code}");
        }
        assert_eq!(date(44_652.416_666_666_66, "dd/mm/yyyy hh:mm", true), "2026-04-02T10:00:00");
        let iso = DataRef::DateTimeIso("2026-04-01T00:00:00".into());
        assert_eq!(text(&iso, &NumberFormat::parse("mmm-yy"), false), "2026-04");
        assert_eq!(text(&iso, &NumberFormat::parse("General"), false), "2026-04-01T00:00:00");
    }
}
