//! The values that rule files are written in, each read with an error that says how to write it,
//! and the one way by which TOML and CSV files are read.

use crate::{
    error::{Place, RuleError},
    files::RuleFile,
    measure::Mark,
};
use northbound_types::{Ratio, figure::parse_percent, text_enum::UnknownWord};
use num_traits::ToPrimitive;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};
use std::str::FromStr;

const HINT: &str = "docs/rules.md lists the keys of each file";

/// Reads a TOML rule file; unknown keys are refused.
///
/// # Errors
/// With file, line, column and key.
pub fn read_toml<T: DeserializeOwned>(file: &RuleFile) -> Result<T, RuleError> {
    let text = file.text()?;
    toml::from_str(text).map_err(|e| {
        let offset = e.span().map_or(0, |s| s.start);
        let place = Place::of(&file.name, text, offset);
        let line = text.lines().nth(place.line - 1).unwrap_or_default();
        let key =
            line.split('=').next().unwrap_or_default().trim().chars().take(60).collect::<String>();
        let key = if key.is_empty() { "-".to_owned() } else { key };
        RuleError::Value {
            place,
            key,
            problem: e.message().replace('\n', " "),
            hint: HINT.to_owned(),
        }
    })
}

/// Reads a CSV rule file: the columns must be the declared ones in any order; `row` turns one
/// record into a rule, with the place for its errors.
///
/// # Errors
/// With file and line.
pub fn read_csv<T>(
    file: &RuleFile,
    columns: &[&str],
    mut row: impl FnMut(&CsvRow<'_>) -> Result<T, RuleError>,
) -> Result<Vec<T>, RuleError> {
    let text = file.text()?;
    let place = |line: u64| Place {
        file: file.name.clone(),
        line: usize::try_from(line).unwrap_or(usize::MAX),
        column: 1,
    };
    let refuse = |line: u64, key: &str, problem: String, hint: String| RuleError::Value {
        place: place(line),
        key: key.to_owned(),
        problem,
        hint,
    };
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let line_of = |e: &csv::Error| e.position().map_or(1, csv::Position::line);
    let header = reader
        .headers()
        .map_err(|e| refuse(line_of(&e), "-", e.to_string(), "write the header first".into()))?
        .clone();
    let mut at = Vec::with_capacity(columns.len());
    for &c in columns {
        let i = header.iter().position(|h| h == c).ok_or_else(|| {
            refuse(
                1,
                c,
                "the column is missing".into(),
                format!("the columns are {}", columns.join(",")),
            )
        })?;
        at.push(i);
    }
    if let Some(extra) = header.iter().enumerate().find(|(i, _)| !at.contains(i)) {
        return Err(refuse(
            1,
            extra.1,
            "the column is unknown or repeated".into(),
            format!("the columns are {}", columns.join(",")),
        ));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| {
            refuse(
                line_of(&e),
                "-",
                e.to_string(),
                "give each row as many fields as the header".into(),
            )
        })?;
        let line = record.position().map_or(1, csv::Position::line);
        rows.push(row(&CsvRow { columns, at: &at, record: &record, place: place(line) })?);
    }
    Ok(rows)
}

/// One row of a CSV rule file.
pub struct CsvRow<'a> {
    columns: &'a [&'a str],
    at: &'a [usize],
    record: &'a csv::StringRecord,
    /// File, line and column.
    pub place: Place,
}

impl CsvRow<'_> {
    /// The field of a declared column; empty for one that was not declared.
    #[must_use]
    pub fn get(&self, column: &str) -> &str {
        self.columns
            .iter()
            .position(|c| *c == column)
            .and_then(|i| self.record.get(self.at[i]))
            .unwrap_or_default()
    }
    /// The field, which must not be empty.
    ///
    /// # Errors
    /// Where it is.
    pub fn required(&self, column: &str) -> Result<String, RuleError> {
        let v = self.get(column);
        if v.is_empty() {
            Err(self.refuse(column, "is empty".into(), "every row needs it"))
        } else {
            Ok(v.to_owned())
        }
    }
    /// One of two words as a truth value.
    ///
    /// # Errors
    /// Where it is neither.
    pub fn flag(&self, column: &str, yes: &str, no: &str) -> Result<bool, RuleError> {
        match self.get(column) {
            v if v == yes => Ok(true),
            v if v == no => Ok(false),
            v => Err(self.refuse(
                column,
                format!("{v:?} is neither {yes} nor {no}"),
                "write one of the two",
            )),
        }
    }
    /// A word of a closed set.
    ///
    /// # Errors
    /// Where the field holds none of its words.
    pub fn word<T: FromStr<Err = UnknownWord>>(&self, column: &str) -> Result<T, RuleError> {
        self.get(column).parse().map_err(|e: UnknownWord| {
            self.refuse(
                column,
                format!("{:?} is not a {}", e.word, e.set),
                &format!("use one of: {}", e.allowed.join(", ")),
            )
        })
    }
    /// A list separated by semicolons.
    #[must_use]
    pub fn list(&self, column: &str) -> Vec<String> {
        self.get(column)
            .split(';')
            .map(str::trim)
            .filter(|s| !s.is_empty())
            .map(str::to_owned)
            .collect()
    }
    /// An error of this row.
    #[must_use]
    pub fn refuse(&self, column: &str, problem: String, hint: &str) -> RuleError {
        RuleError::Value {
            place: self.place.clone(),
            key: column.to_owned(),
            problem,
            hint: hint.to_owned(),
        }
    }
}

/// The mark of a rule: every [`Mark`] but `unknown`, which only a table of codes may give.
#[derive(Debug, Clone, Copy)]
pub struct RuleMark(pub Mark);

impl<'de> Deserialize<'de> for RuleMark {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let word = String::deserialize(d)?;
        match word.parse() {
            Ok(Mark::Unknown) | Err(_) => {
                let known: Vec<&str> =
                    Mark::WORDS.iter().copied().filter(|w| *w != Mark::Unknown.as_str()).collect();
                Err(D::Error::custom(format!(
                    "{word:?} is not a mark of provenance; use one of: {}",
                    known.join(", ")
                )))
            }
            Ok(mark) => Ok(RuleMark(mark)),
        }
    }
}

/// An exact share between 0 and 1, written as a percentage text: `"99.5%"`.
#[derive(Debug, Clone, Copy)]
pub struct Share(pub Ratio);

/// Reads a percentage between 0 % and 100 % into an exact ratio in lowest terms.
#[must_use]
pub fn share(text: &str) -> Option<Ratio> {
    if !text.trim_end().ends_with('%') {
        return None;
    }
    let exact = parse_percent(text)?;
    let ratio = Ratio { num: exact.numer().to_u64()?, den: exact.denom().to_u64()? };
    (ratio.num <= ratio.den).then_some(ratio)
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        share(&text).map(Share).ok_or_else(|| D::Error::custom(format!("{text:?} is no share: write a percentage between \"0%\" and \"100%\", such as \"99.5%\"")))
    }
}

/// A non-negative exact number written as a decimal (`"1.96"`) or a fraction (`"1/2"`).
#[must_use]
pub fn fraction(text: &str) -> Option<Ratio> {
    let whole = |t: &str| {
        (!t.is_empty() && t.bytes().all(|b| b.is_ascii_digit()))
            .then(|| t.parse::<u64>().ok())
            .flatten()
    };
    if let Some((n, d)) = text.split_once('/') {
        let (num, den) = (whole(n.trim())?, whole(d.trim())?);
        return (den != 0).then_some(Ratio { num, den });
    }
    let (head, tail) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    if head.is_empty() || (text.contains('.') && tail.is_empty()) {
        return None;
    }
    let den = 10u64.checked_pow(u32::try_from(tail.len()).ok()?)?;
    Some(Ratio { num: whole(&format!("{head}{tail}"))?, den })
}

/// The longest time that a rule may state: 366 days, in microseconds.
pub const MAX_DURATION_US: i64 = 366 * 86_400_000_000;

/// A duration in microseconds, written with its unit: `"30 s"`, `"22 h"`.
#[derive(Debug, Clone, Copy)]
pub struct Micros(pub i64);

/// Reads a whole number with a unit (`us`, `ms`, `s`, `min`, `h`, `d`), above 0 and at most
/// [`MAX_DURATION_US`].
#[must_use]
pub fn micros(text: &str) -> Option<i64> {
    let (number, unit) = text.trim().split_once(' ')?;
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let unit: i64 = match unit {
        "us" => 1,
        "ms" => 1_000,
        "s" => 1_000_000,
        "min" => 60_000_000,
        "h" => 3_600_000_000,
        "d" => 86_400_000_000,
        _ => return None,
    };
    let us = number.parse::<i64>().ok()?.checked_mul(unit)?;
    (us > 0 && us <= MAX_DURATION_US).then_some(us)
}

impl<'de> Deserialize<'de> for Micros {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        micros(&text).map(Micros).ok_or_else(|| D::Error::custom(format!("{text:?} is no duration: write a whole number and a unit of us, ms, s, min, h, d, such as \"30 s\", up to 366 d")))
    }
}

/// A duration in the largest unit that holds it exactly.
#[must_use]
pub fn duration_text(us: i64) -> String {
    for (unit, size) in [("h", 3_600_000_000), ("min", 60_000_000), ("s", 1_000_000), ("ms", 1_000)]
    {
        if us % size == 0 {
            return format!("{} {unit}", us / size);
        }
    }
    format!("{us} us")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_exact_and_end_at_0_and_100_percent() {
        assert_eq!(share("99.5%"), Some(Ratio { num: 199, den: 200 }));
        assert_eq!(share("100 %"), Some(Ratio { num: 1, den: 1 }));
        assert_eq!(share("0%"), Some(Ratio { num: 0, den: 1 }));
        for t in ["100.01%", "-1%", "99", "", "%", "1e2%", "0.00000000000000000000000001%"] {
            assert_eq!(share(t), None, "{t}");
        }
    }

    #[test]
    fn durations_end_at_366_days_and_need_a_unit() {
        assert_eq!(micros("22 h"), Some(79_200_000_000));
        assert_eq!(micros("366 d"), Some(MAX_DURATION_US));
        for t in ["367 d", "0 s", "30", "30s", "1.5 s", "-1 s", "99999999999999999999 s", " s"] {
            assert_eq!(micros(t), None, "{t}");
        }
        for t in ["22 h", "25 s", "93 min", "1 us", "15 ms"] {
            assert_eq!(duration_text(micros(t).unwrap()), t);
        }
    }

    #[test]
    fn fractions_are_exact() {
        assert_eq!(fraction("1.96"), Some(Ratio { num: 196, den: 100 }));
        assert_eq!(fraction("1/2"), Some(Ratio { num: 1, den: 2 }));
        assert_eq!(fraction("3"), Some(Ratio { num: 3, den: 1 }));
        for t in ["1/0", "", ".5", "1.", "-1", "1.2.3", "NaN", "1.00000000000000000000"] {
            assert_eq!(fraction(t), None, "{t}");
        }
    }
}
