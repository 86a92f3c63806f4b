//! Registration files as data: how a file is laid out (`registration/*.toml`), and who sends
//! which on which days by when (`registration/expected.toml`). A new layout needs a rule file alone.

use crate::{
    confirm::Confirmable,
    error::{Place, RuleError},
    files::RuleFile,
    measure::Provenance,
    ruleset::RuleSet,
    scalar::{self, Micros, RuleMark},
};
use northbound_types::{Day, Utc, text_enum, time::DAY_US};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// Findings on registration files that may open an incident (setting `registration-raises`).
pub const RAISING: &[&str] = &["missing", "rejected", "out-of-order", "late", "duplicate"];
/// Longest line of a fixed-width layout, in characters.
pub const MAX_COLUMNS: usize = 4096;

text_enum! {
    /// How a date is written in a registration file.
    pub enum DateForm("form of a date") {
        /// `20260506`
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
        let dashed = match (self, text.len()) {
            (DateForm::Dashed, 10) => text.to_owned(),
            (DateForm::Compact, 8) => format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]),
            (DateForm::DayFirst, 8) => format!("{}-{}-{}", &text[4..], &text[2..4], &text[..2]),
            _ => return None,
        };
        dashed.parse().ok()
    }
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

/// Where a field stands.
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
    /// Where it comes from.
    pub provenance: Provenance,
    /// Where it stands.
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
}

/// Does a name fit a pattern? `{sequence}` stands for digits, the others for any text that is not empty.
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

/// A file that a provider sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedFile {
    /// Who sends it, as the header of its files says.
    pub provider: String,
    /// Which layout.
    pub layout: String,
    /// First day for which one is expected.
    pub from: Day,
    /// Last day, inclusive; `None` while it lasts.
    pub to: Option<Day>,
    /// On which days.
    pub days: ExpectedDays,
    /// The cut-off, in µs from the start of the day in UTC. What comes at that instant is in time.
    pub cut_off: i64,
    /// How long after the cut-off an incident opens, in µs.
    pub grace: i64,
    /// Category of that incident; `None` where unknown.
    pub category: Option<u8>,
    /// Who resolves it.
    pub responsible: String,
    /// Where it comes from.
    pub provenance: Provenance,
    /// Where it stands.
    pub place: Place,
    rule_id: String,
}

impl Confirmable for ExpectedFile {
    fn rule_id(&self) -> &str {
        &self.rule_id
    }
    fn title(&self) -> String {
        format!("Registration file {} of {}", self.layout, self.provider)
    }
    fn value(&self) -> String {
        let to = self.to.map_or_else(String::new, |t| format!(" to {t}"));
        let category = self
            .category
            .map_or_else(|| "category unknown".to_owned(), |c| format!("category {c}"));
        let grace = if self.grace == 0 {
            String::new()
        } else {
            format!(", grace {}", scalar::duration_text(self.grace))
        };
        format!(
            "{}{to}, by {:02}:{:02} UTC{grace}; {category}, resolved by {}",
            self.days,
            self.cut_off / 3_600_000_000,
            self.cut_off / 60_000_000 % 60,
            self.responsible
        )
    }
    fn from(&self) -> Option<Day> {
        Some(self.from)
    }
    fn provenance(&self) -> &Provenance {
        &self.provenance
    }
    fn place(&self) -> Place {
        self.place.clone()
    }
}

/// A file that was due on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueFile {
    /// The day that it is for.
    pub day: Day,
    /// By when; what comes at this instant is in time.
    pub cut_off: Utc,
    /// When its absence opens an incident.
    pub raises: Utc,
    /// The rule.
    pub rule: ExpectedFile,
}

impl RuleSet {
    /// The files due for the days of `first..after`, by cut-off. Silence does not shorten the list: it
    /// comes from the calendar.
    ///
    /// # Errors
    /// As [`RuleSet::calendar_on`], for each day on which only Working Days count.
    pub fn due_files(&self, first: Day, after: Day) -> Result<Vec<DueFile>, RuleError> {
        let mut out = Vec::new();
        for day in (first.0..after.0).map(Day) {
            // Of two dated versions of one rule the later one counts.
            let mut on: BTreeMap<(&str, &str), &ExpectedFile> = BTreeMap::new();
            for e in self
                .expected_files
                .iter()
                .filter(|e| e.from <= day && e.to.is_none_or(|t| day <= t))
            {
                let slot = on.entry((&e.provider, &e.layout)).or_insert(e);
                if e.from > slot.from {
                    *slot = e;
                }
            }
            for rule in on.into_values() {
                if rule.days == ExpectedDays::WorkingDays && !self.calendar_on(day)?.is_working(day)
                {
                    continue;
                }
                let cut_off = Utc(day.start().0 + rule.cut_off);
                out.push(DueFile {
                    day,
                    cut_off,
                    raises: Utc(cut_off.0 + rule.grace),
                    rule: rule.clone(),
                });
            }
        }
        out.sort_by(|a, b| {
            (a.cut_off, &a.rule.provider, &a.rule.layout).cmp(&(
                b.cut_off,
                &b.rule.provider,
                &b.rule.layout,
            ))
        });
        Ok(out)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLayout {
    id: Spanned<String>,
    title: String,
    name: Spanned<String>,
    form: RawForm,
    #[serde(default)]
    delimiter: Option<char>,
    date: DateForm,
    counts: Counts,
    header: Spanned<RawKind>,
    detail: Spanned<RawKind>,
    trailer: Spanned<RawKind>,
    mark: RuleMark,
    #[serde(default)]
    source: String,
    #[serde(default)]
    note: String,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum RawForm {
    Delimited,
    Fixed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKind {
    record: String,
    #[serde(default)]
    fields: BTreeMap<String, toml::Value>,
    #[serde(default)]
    constants: BTreeMap<String, String>,
    #[serde(default)]
    versions: Vec<String>,
}

/// What each kind of line must and may have.
const PARTS: [(&str, &[&str], &[&str]); 3] = [
    ("header", &["provider", "date"], &["sequence", "version"]),
    ("detail", &["at", "role", "user", "from"], &["to"]),
    ("trailer", &["count"], &["sequence", "date", "provider"]),
];

fn field(form: Form, value: &toml::Value) -> Result<Field, &'static str> {
    let whole = |v: &toml::Value| {
        v.as_integer()
            .and_then(|n| usize::try_from(n).ok())
            .filter(|n| (1..=MAX_COLUMNS).contains(n))
    };
    match form {
        Form::Delimited(_) => whole(value)
            .filter(|n| *n > 1)
            .map(Field::Nth)
            .ok_or("write the number of the field, from 2: the first holds the record's id"),
        Form::Fixed => match value.as_array().map(Vec::as_slice) {
            Some([from, len]) => whole(from)
                .zip(whole(len))
                .map(|(f, l)| Field::Columns(f, l))
                .ok_or("write [column, length] with whole numbers from 1"),
            _ => Err("write [column, length], both counted from 1"),
        },
    }
}

fn kind(form: Form, raw: RawKind, part: usize) -> Result<RecordKind, (String, String)> {
    let (name, must, may) = PARTS[part];
    let refuse = |key: &str, problem: &str| (format!("{name}.{key}"), problem.to_owned());
    if raw.record.is_empty() {
        return Err(refuse("record", "is empty; write with what the line begins"));
    }
    let mut fields = BTreeMap::new();
    for (key, value) in &raw.fields {
        if !must.contains(&key.as_str()) && !may.contains(&key.as_str()) {
            return Err((
                format!("{name}.fields.{key}"),
                format!(
                    "is no field of it; it has {} and may have {}",
                    must.join(", "),
                    may.join(", ")
                ),
            ));
        }
        fields.insert(
            key.clone(),
            field(form, value).map_err(|e| (format!("{name}.fields.{key}"), e.to_owned()))?,
        );
    }
    for key in must {
        if !fields.contains_key(*key) && !raw.constants.contains_key(*key) {
            return Err((format!("{name}.fields.{key}"), "is missing".to_owned()));
        }
    }
    if let Some(key) =
        raw.constants.keys().find(|k| !must.contains(&k.as_str()) || fields.contains_key(*k))
    {
        return Err((
            format!("{name}.constants.{key}"),
            "is no part of it that could be constant, or is a field too".to_owned(),
        ));
    }
    if !raw.versions.is_empty() && !fields.contains_key("version") {
        return Err(refuse("versions", "needs the field version"));
    }
    Ok(RecordKind { record: raw.record, fields, constants: raw.constants, versions: raw.versions })
}

/// Reads one file of `registration/`.
///
/// # Errors
/// With file, line, column and key.
pub fn layout(file: &RuleFile) -> Result<RegistrationLayout, RuleError> {
    let raw: RawLayout = scalar::read_toml(file)?;
    let text = file.text()?;
    let refuse = |at: usize, key: String, problem: String| RuleError::Value {
        place: Place::of(&file.name, text, at),
        key,
        problem,
        hint: "docs/registration.md shows how a layout is written".into(),
    };
    let id = raw.id.get_ref().clone();
    if id.is_empty()
        || !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    {
        return Err(refuse(
            raw.id.span().start,
            "id".into(),
            "is not of lower-case letters, digits and hyphens".into(),
        ));
    }
    let form = match (raw.form, raw.delimiter) {
        (RawForm::Delimited, Some(c)) => Form::Delimited(c),
        (RawForm::Fixed, None) => Form::Fixed,
        (RawForm::Delimited, None) => {
            return Err(refuse(0, "delimiter".into(), "is missing".into()));
        }
        (RawForm::Fixed, Some(_)) => {
            return Err(refuse(0, "delimiter".into(), "does not go with fixed columns".into()));
        }
    };
    check_name(raw.name.get_ref()).map_err(|p| refuse(raw.name.span().start, "name".into(), p))?;
    let part = |raw: Spanned<RawKind>, n: usize| {
        let at = raw.span().start;
        kind(form, raw.into_inner(), n).map_err(|(key, problem)| refuse(at, key, problem))
    };
    let (header, detail, trailer) =
        (part(raw.header, 0)?, part(raw.detail, 1)?, part(raw.trailer, 2)?);
    if header.record == trailer.record
        || header.record == detail.record
        || detail.record == trailer.record
    {
        return Err(refuse(
            0,
            "record".into(),
            "header, detail and trailer begin alike, so lines could not be distinguished".into(),
        ));
    }
    Ok(RegistrationLayout {
        rule_id: format!("registration-layout/{id}"),
        id,
        title: raw.title,
        name: raw.name.into_inner(),
        form,
        date: raw.date,
        counts: raw.counts,
        header,
        detail,
        trailer,
        provenance: Provenance { mark: raw.mark.0, source: raw.source, note: raw.note },
        place: Place { file: file.name.clone(), line: 1, column: 1 },
        // A layout is its whole file: whoever confirms it confirms all of it.
        written: text
            .lines()
            .filter(|l| !l.starts_with('#') && !l.trim().is_empty())
            .collect::<Vec<_>>()
            .join("; "),
    })
}

fn check_name(name: &str) -> Result<(), String> {
    let mut rest = name;
    while let Some((_, tail)) = rest.split_once('{') {
        let (word, after) =
            tail.split_once('}').ok_or_else(|| "has a { without its }".to_owned())?;
        if !["provider", "date", "sequence", "any"].contains(&word) {
            return Err(format!(
                "{{{word}}} is none of {{provider}}, {{date}}, {{sequence}}, {{any}}"
            ));
        }
        if after.starts_with('{') {
            return Err("has two parts with nothing between them".to_owned());
        }
        rest = after;
    }
    if name.is_empty() || name.contains('/') {
        return Err("is empty or has a /".to_owned());
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedDoc {
    #[serde(default)]
    expected: Vec<Spanned<RawExpected>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExpected {
    provider: String,
    layout: String,
    from: Day,
    to: Option<Day>,
    days: ExpectedDays,
    cut_off: String,
    grace: Option<Micros>,
    category: Option<u8>,
    responsible: Option<String>,
    mark: RuleMark,
    #[serde(default)]
    source: String,
    #[serde(default)]
    note: String,
}

/// `18:00` in µs from midnight.
fn clock(text: &str) -> Option<i64> {
    let (h, m) = text.split_once(':')?;
    let two = |t: &str, most: i64| {
        (t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit()))
            .then(|| t.parse::<i64>().ok())
            .flatten()
            .filter(|n| *n <= most)
    };
    Some((two(h, 23)? * 60 + two(m, 59)?) * 60_000_000)
}

/// Reads `registration/expected.toml`.
///
/// # Errors
/// With file, line, column and key.
pub fn expected(file: &RuleFile) -> Result<Vec<ExpectedFile>, RuleError> {
    let raw: ExpectedDoc = scalar::read_toml(file)?;
    let text = file.text()?;
    raw.expected
        .into_iter()
        .map(|s| {
            let place = Place::of(&file.name, text, s.span().start);
            let r = s.into_inner();
            let refuse = |key: &str, problem: String| RuleError::Value {
                place: place.clone(),
                key: key.to_owned(),
                problem,
                hint: "docs/registration.md shows how an expected file is written".into(),
            };
            if r.provider.trim().is_empty() {
                return Err(refuse("provider", "is empty".into()));
            }
            let cut_off = clock(&r.cut_off).ok_or_else(|| {
                refuse("cut_off", format!("{:?} is no time of the day such as 18:00", r.cut_off))
            })?;
            let grace = r.grace.map_or(0, |g| g.0);
            if grace >= DAY_US {
                return Err(refuse(
                    "grace",
                    "is a day or more, so that files of two days could not be distinguished".into(),
                ));
            }
            if r.category.is_some_and(|c| {
                !(crate::incidents::FIRST_CATEGORY..=crate::incidents::LAST_CATEGORY).contains(&c)
            }) {
                return Err(refuse("category", "is none of 1 to 5".into()));
            }
            if r.to.is_some_and(|t| t < r.from) {
                return Err(refuse("to", "lies before from".into()));
            }
            Ok(ExpectedFile {
                rule_id: format!("registration-expected/{}/{}", r.provider, r.layout),
                responsible: r.responsible.unwrap_or_else(|| r.provider.clone()),
                provider: r.provider,
                layout: r.layout,
                from: r.from,
                to: r.to,
                days: r.days,
                cut_off,
                grace,
                category: r.category,
                provenance: Provenance { mark: r.mark.0, source: r.source, note: r.note },
                place: place.clone(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn dates_are_read_as_the_layout_writes_them() {
        let day = |f: DateForm, t: &str| f.read(t).map(|d| d.to_string());
        assert_eq!(day(DateForm::Compact, "20260506").as_deref(), Some("2026-05-06"));
        assert_eq!(day(DateForm::DayFirst, "06052026").as_deref(), Some("2026-05-06"));
        assert_eq!(day(DateForm::Dashed, "2026-05-06").as_deref(), Some("2026-05-06"));
        for t in ["20260532", "2026-05-06", "", "2026050", "２０２６"] {
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

    #[test]
    fn a_cut_off_is_a_minute_of_the_day() {
        for (t, want) in [
            ("00:00", Some(0)),
            ("23:59", Some(86_340_000_000)),
            ("24:00", None),
            ("7:00", None),
            ("07:60", None),
            ("", None),
        ] {
            assert_eq!(clock(t), want, "{t}");
        }
    }
}
