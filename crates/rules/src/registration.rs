//! Registration files as data: how a file is laid out (`registration/*.toml`), and who sends
//! which on which days by when (`registration/expected.toml`). A new layout needs a rule file alone.

mod expected;
mod layout;

pub use expected::{DueFile, ExpectedFile, expected};
pub use layout::layout;

use crate::{confirm::Confirmable, error::Place, measure::Provenance};
use northbound_types::{Day, text_enum};
use std::collections::BTreeMap;

/// Findings on registration files that may open an incident (setting `registration-raises`).
pub const RAISING: &[&str] = &["missing", "rejected", "out-of-order", "late", "duplicate"];
/// Longest line of a fixed-width layout, in characters.
pub const MAX_COLUMNS: usize = 4096;

text_enum! {
    /// How a date is written in a registration file.
    pub enum DateForm("form of a date") {
        /// `20260506`; also with a time after it, `20260506153000`, which is checked and left out
        Compact = "yyyymmdd",
        /// `2026-05-06`
        Dashed = "yyyy-mm-dd",
        /// `06052026`
        DayFirst = "ddmmyyyy",
    }
}

impl DateForm {
    /// Reads a date.
    #[must_use]
    pub fn read(self, text: &str) -> Option<Day> {
        if !text.is_ascii() {
            return None;
        }
        let text = match (self, text.len()) {
            (DateForm::Compact, 14) if is_time(&text[8..]) => &text[..8],
            _ => text,
        };
        let dashed = match (self, text.len()) {
            (DateForm::Dashed, 10) => text.to_owned(),
            (DateForm::Compact, 8) => format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]),
            (DateForm::DayFirst, 8) => format!("{}-{}-{}", &text[4..], &text[2..4], &text[..2]),
            _ => return None,
        };
        dashed.parse().ok()
    }
}

/// Six digits of hours, minutes and seconds?
fn is_time(text: &str) -> bool {
    let below = |at: usize, limit: u8| text[at..at + 2].parse::<u8>().is_ok_and(|n| n < limit);
    text.bytes().all(|b| b.is_ascii_digit()) && below(0, 24) && below(2, 60) && below(4, 60)
}

text_enum! {
    /// What the trailer counts.
    pub enum Counts("what a trailer counts") {
        /// The rows between header and trailer.
        Details = "details",
        /// All lines, header and trailer among them.
        All = "all",
    }
}

text_enum! {
    /// On which days a file is expected.
    pub enum ExpectedDays("days of a registration file") {
        /// Every Working Day of the calendar in force.
        WorkingDays = "working-days",
        /// Every day.
        Daily = "daily",
    }
}

/// How the parts of a line stand apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// By a character.
    Delimited(char),
    /// By their columns.
    Fixed,
}

/// The position of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The n-th, counted from 1; the first holds the record's id.
    Nth(usize),
    /// From a column, counted from 1, so many characters.
    Columns(usize, usize),
}

/// One kind of line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordKind {
    /// With what the line begins.
    pub record: String,
    /// Its fields.
    pub fields: BTreeMap<String, Field>,
    /// What holds for every line of the kind.
    pub constants: BTreeMap<String, String>,
    /// Versions that are supported; empty: not checked.
    pub versions: Vec<String>,
}

/// How a registration file is laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationLayout {
    /// Id, such as `electricity-update`.
    pub id: String,
    /// In words.
    pub title: String,
    /// How its files are called: text with `{provider}`, `{date}`, `{sequence}` and `{any}`.
    pub name: String,
    /// How the parts of a line stand apart.
    pub form: Form,
    /// How dates are written.
    pub date: DateForm,
    /// What the trailer counts.
    pub counts: Counts,
    /// The first line: `provider`, `date`; `sequence` and `version` where there are any.
    pub header: RecordKind,
    /// The rows: `at`, `role`, `user`, `from`; `to` where there is one.
    pub detail: RecordKind,
    /// The last line: `count`; `sequence` where it repeats the header's.
    pub trailer: RecordKind,
    /// The number after which numbering begins again at 1; none where it goes on.
    pub last_sequence: Option<i64>,
    /// Where it comes from.
    pub provenance: Provenance,
    /// File, line and column.
    pub place: Place,
    rule_id: String,
    written: String,
}

impl RegistrationLayout {
    /// Does a file of this name belong to the layout?
    #[must_use]
    pub fn owns(&self, name: &str) -> bool {
        fits(&self.name, name)
    }

    /// The number that follows another.
    #[must_use]
    pub fn next_sequence(&self, number: i64) -> i64 {
        if Some(number) == self.last_sequence { 1 } else { number.saturating_add(1) }
    }
}

/// Does a name fit a pattern? `{sequence}` matches digits, the others for any text that is not empty.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('{') else { return pattern == name };
    let Some((what, after)) = rest.split_once('}') else { return false };
    let Some(left) = name.strip_prefix(before) else { return false };
    (1..=left.len()).filter(|n| left.is_char_boundary(*n)).any(|n| {
        let (part, tail) = left.split_at(n);
        (what != "sequence" || part.bytes().all(|b| b.is_ascii_digit())) && fits(after, tail)
    })
}

impl Confirmable for RegistrationLayout {
    fn rule_id(&self) -> &str {
        &self.rule_id
    }
    fn title(&self) -> String {
        self.title.clone()
    }
    fn value(&self) -> String {
        self.written.clone()
    }
    fn from(&self) -> Option<Day> {
        None
    }
    fn provenance(&self) -> &Provenance {
        &self.provenance
    }
    fn place(&self) -> Place {
        self.place.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{error::RuleError, files::RuleFile};

    fn read(text: &str) -> Result<RegistrationLayout, RuleError> {
        layout(&RuleFile::new("registration/x.toml", text.as_bytes().to_vec(), true))
    }
    const EMBEDDED: &str = include_str!("../../../rules/registration/electricity-update.toml");

    #[test]
    fn names_fit_their_pattern() {
        let l = read(EMBEDDED).unwrap();
        for (name, good) in [
            ("RDP1_ELEC_20260506_0001.txt", true),
            ("RDP_1_ELEC_20260506_7.txt", true),
            ("RDP1_GAS_20260506_0001.txt", false),
            ("RDP1_ELEC_20260506_00a1.txt", false),
            ("_ELEC_20260506_1.txt", false),
            ("RDP1_ELEC_20260506_1.txt.part", false),
        ] {
            assert_eq!(l.owns(name), good, "{name}");
        }
    }

    #[test]
    fn numbers_begin_again_after_the_last_one_of_the_layout() {
        let wraps = read(EMBEDDED).unwrap();
        assert_eq!((wraps.next_sequence(9998), wraps.next_sequence(9999)), (9999, 1));
        let goes_on = read(&EMBEDDED.replace("last_sequence = 9999\n", "")).unwrap();
        assert_eq!(goes_on.next_sequence(9999), 10_000);
        let bad = EMBEDDED.replace("last_sequence = 9999", "last_sequence = 0");
        assert!(read(&bad).unwrap_err().to_string().contains("last_sequence"));
    }

    #[test]
    fn dates_are_read_as_the_layout_writes_them() {
        let day = |f: DateForm, t: &str| f.read(t).map(|d| d.to_string());
        assert_eq!(day(DateForm::Compact, "20260506").as_deref(), Some("2026-05-06"));
        assert_eq!(day(DateForm::DayFirst, "06052026").as_deref(), Some("2026-05-06"));
        assert_eq!(day(DateForm::Dashed, "2026-05-06").as_deref(), Some("2026-05-06"));
        for t in ["20260532", "2026-05-06", "", "2026050", "２０２６"] {
            assert_eq!(day(DateForm::Compact, t), None, "{t}");
        }
        assert_eq!(day(DateForm::Compact, "20260506235959").as_deref(), Some("2026-05-06"));
        for t in ["20260506240000", "20260506236000", "2026050612000x", "202605061200"] {
            assert_eq!(day(DateForm::Compact, t), None, "{t}");
        }
    }

    #[test]
    fn a_layout_with_a_hole_is_refused_with_its_key() {
        for (from, to, key) in [
            ("count = 2", "amount = 2", "trailer.fields.amount"),
            ("user = 3, ", "", "detail.fields.user"),
            ("provider = 2", "provider = 1", "header.fields.provider"),
            ("record = \"ZPT\"", "record = \"ZHV\"", "record"),
            ("delimiter = \"|\"\n", "", "delimiter"),
            ("{sequence}", "{number}", "name"),
            (
                "versions = [\"1\"]\n",
                "versions = [\"1\"]\nconstants = { version = \"2\" }\n",
                "header.constants.version",
            ),
        ] {
            let text = EMBEDDED.replacen(from, to, 1);
            assert_ne!(text, EMBEDDED, "{from}");
            let e = read(&text).unwrap_err().to_string();
            assert!(e.contains(key), "{from} → {to}: {e}");
        }
    }
}
