//! Registration files, read by a layout that is a rule (`registration/*.toml`): header, rows, trailer.
//! A file whose frame is wrong is refused as a whole; a row that cannot be read is a reject.

use crate::{
    error::{Reason, shown},
    rejects::Reject,
};
use northbound_registers::{
    Record, RegisterError, records::data::registrations::RegistrationChange,
};
use northbound_rules::registration::{Counts, Field, Form, RecordKind, RegistrationLayout};
use northbound_types::{Day, Eui64};

/// Largest registration file, in bytes.
pub const MAX_FILE: u64 = 256 << 20;
/// Longest line, in bytes.
pub const MAX_LINE: usize = 4096;

/// What the header says, where it could be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// Who sends it.
    pub provider: String,
    /// The day that it is for.
    pub day: Option<Day>,
    /// Its number.
    pub sequence: Option<i64>,
}

/// A row that was taken, with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenRow {
    /// The change.
    pub change: RegistrationChange,
    /// Line in the file.
    pub line: i64,
}

/// A registration file, checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// What the header says.
    pub header: Header,
    /// Rows between header and trailer.
    pub details: i64,
    /// Rows taken.
    pub rows: Vec<TakenRow>,
    /// Rows that could not be.
    pub rejects: Vec<Reject>,
    /// Why the file as a whole is refused, with the line; empty where it is not.
    pub refused: Vec<(i64, String)>,
}

impl Checked {
    /// Can its rows go in?
    #[must_use]
    pub fn sound(&self) -> bool {
        self.refused.is_empty()
    }
    /// Why it is refused, in words.
    #[must_use]
    pub fn why(&self) -> String {
        self.refused
            .iter()
            .map(|(line, why)| format!("line {line}: {why}"))
            .collect::<Vec<_>>()
            .join("; ")
    }
    fn refuse(&mut self, line: i64, why: impl Into<String>) {
        self.refused.push((line, why.into()));
    }
}

/// One line taken apart.
struct Line<'a> {
    text: &'a str,
    parts: Vec<&'a str>,
    number: i64,
}

impl<'a> Line<'a> {
    fn new(layout: &RegistrationLayout, text: &'a str, number: i64) -> Line<'a> {
        let parts = match layout.form {
            Form::Delimited(c) => text.split(c).collect(),
            Form::Fixed => Vec::new(),
        };
        Line { text, parts, number }
    }
    fn is(&self, kind: &RecordKind) -> bool {
        if self.parts.is_empty() {
            self.text.starts_with(&kind.record)
        } else {
            self.parts[0] == kind.record
        }
    }
    /// A field, trimmed; `Err` where the line is too short for it.
    fn field(&self, kind: &RecordKind, name: &str) -> Result<Option<&'a str>, LineFault> {
        let Some(at) = kind.fields.get(name) else { return Ok(None) };
        let found = match at {
            Field::Nth(n) => self.parts.get(n - 1).copied(),
            Field::Columns(from, len) => {
                // Columns are characters; what is cut off at the end of a line counts as blank.
                let start = self.text.char_indices().nth(from - 1).map(|c| c.0);
                start.map(|s| {
                    let rest = &self.text[s..];
                    rest.char_indices().nth(*len).map_or(rest, |(e, _)| &rest[..e])
                })
            }
        };
        found
            .map(|t| Some(t.trim()))
            .ok_or_else(|| LineFault(format!("the line ends before {name}")))
    }
    fn needed(&self, kind: &RecordKind, name: &str) -> Result<&'a str, LineFault> {
        match self.field(kind, name)? {
            Some("") | None => Err(LineFault(format!("{name} is empty"))),
            Some(t) => Ok(t),
        }
    }
}

/// What is wrong with a line: the reason with which the file is refused.
#[derive(Debug)]
struct LineFault(String);

impl From<LineFault> for String {
    fn from(fault: LineFault) -> String {
        fault.0
    }
}

fn number(text: &str, what: &str) -> Result<i64, LineFault> {
    let fault = || LineFault(format!("{what} {text:?} is no whole number"));
    if text.is_empty() || text.len() > 18 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(fault());
    }
    text.parse().map_err(|_| fault())
}

/// Reads and checks a file. `name` is given in the rejects.
#[must_use]
pub fn check(layout: &RegistrationLayout, name: &str, bytes: &[u8]) -> Checked {
    let mut out = Checked::default();
    let text = match std::str::from_utf8(bytes) {
        Ok(t) => t.strip_prefix('\u{feff}').unwrap_or(t),
        Err(e) => {
            out.refuse(1, format!("not UTF-8 at byte {}", e.valid_up_to()));
            return out;
        }
    };
    let lines: Vec<Line<'_>> = text
        .lines()
        .enumerate()
        .filter(|(_, l)| !l.trim().is_empty())
        .map(|(i, l)| Line::new(layout, l, i as i64 + 1))
        .collect();
    if let Some(l) = lines.iter().find(|l| l.text.len() > MAX_LINE) {
        out.refuse(l.number, format!("{} bytes, the limit is {MAX_LINE}", l.text.len()));
        return out;
    }
    let Some((first, rest)) = lines.split_first() else {
        out.refuse(1, "the file is empty");
        return out;
    };
    if !first.is(&layout.header) {
        out.refuse(
            first.number,
            format!("no header: the first line does not begin with {}", layout.header.record),
        );
        return out;
    }
    header(layout, first, &mut out);
    let Some((last, details)) = rest.split_last().filter(|(l, _)| l.is(&layout.trailer)) else {
        out.refuse(
            lines.last().map_or(1, |l| l.number),
            format!(
                "no trailer: the last line does not begin with {}; the file may be cut short",
                layout.trailer.record
            ),
        );
        return out;
    };
    for l in details {
        detail(layout, name, l, &mut out);
    }
    trailer(layout, last, lines.len(), &mut out);
    out
}

fn header(layout: &RegistrationLayout, l: &Line<'_>, out: &mut Checked) {
    let h = &layout.header;
    match l.needed(h, "provider") {
        Ok(p) => p.clone_into(&mut out.header.provider),
        Err(e) => out.refuse(l.number, e),
    }
    match l.needed(h, "date").and_then(|t| {
        layout
            .date
            .read(t)
            .ok_or_else(|| LineFault(format!("date {t:?} is not written as {}", layout.date)))
    }) {
        Ok(d) => out.header.day = Some(d),
        Err(e) => out.refuse(l.number, e),
    }
    if h.fields.contains_key("sequence") {
        match l.needed(h, "sequence").and_then(|t| number(t, "sequence")) {
            Ok(n) => out.header.sequence = Some(n),
            Err(e) => out.refuse(l.number, e),
        }
    }
    if !h.versions.is_empty() {
        match l.needed(h, "version") {
            Ok(v) if h.versions.iter().any(|x| x == v) => {}
            Ok(v) => out.refuse(
                l.number,
                format!("version {v:?} is not supported; {} are", h.versions.join(", ")),
            ),
            Err(e) => out.refuse(l.number, e),
        }
    }
}

fn trailer(layout: &RegistrationLayout, l: &Line<'_>, lines: usize, out: &mut Checked) {
    let t = &layout.trailer;
    let have = match layout.counts {
        Counts::Details => out.details,
        Counts::All => lines as i64,
    };
    match l.needed(t, "count").and_then(|n| number(n, "count")) {
        Ok(n) if n == have => {}
        Ok(n) => out.refuse(
            l.number,
            format!(
                "the trailer counts {n} {}, the file has {have}",
                match layout.counts {
                    Counts::Details => "rows",
                    Counts::All => "lines",
                }
            ),
        ),
        Err(e) => out.refuse(l.number, e),
    }
    if t.fields.contains_key("sequence") {
        match l.needed(t, "sequence").and_then(|n| number(n, "sequence")) {
            Ok(n) if Some(n) == out.header.sequence => {}
            Ok(n) => out.refuse(
                l.number,
                format!(
                    "the trailer has sequence {n}, the header {}",
                    out.header.sequence.map_or_else(|| "none".to_owned(), |s| s.to_string())
                ),
            ),
            Err(e) => out.refuse(l.number, e),
        }
    }
    for name in ["date", "provider"] {
        let Ok(Some(said)) = l.field(t, name) else { continue };
        let same = if name == "date" {
            layout.date.read(said) == out.header.day
        } else {
            said == out.header.provider
        };
        if !same {
            out.refuse(l.number, format!("{name} {said:?} is not that of the header"));
        }
    }
}

fn detail(layout: &RegistrationLayout, name: &str, l: &Line<'_>, out: &mut Checked) {
    out.details += 1;
    if !l.is(&layout.detail) {
        out.refuse(
            l.number,
            format!(
                "the line begins with none of {}, {}, {}",
                layout.header.record, layout.detail.record, layout.trailer.record
            ),
        );
        return;
    }
    match row(layout, l) {
        Ok(change) => out.rows.push(TakenRow { change, line: l.number }),
        Err((column, reason, why)) => out.rejects.push(Reject {
            file: name.to_owned(),
            line: l.number,
            column,
            reason,
            why,
            value: String::new(),
            raw: shown(l.text).to_owned(),
        }),
    }
}

fn row(
    layout: &RegistrationLayout,
    l: &Line<'_>,
) -> Result<RegistrationChange, (String, Reason, String)> {
    let d = &layout.detail;
    let bad = |field: &str, reason, why: String| (field.to_owned(), reason, why);
    let text = |field: &str| match d.constants.get(field) {
        Some(c) => Ok(Some(c.as_str())),
        None => l
            .field(d, field)
            .map_err(|e| bad(field, Reason::WrongFieldCount, e.into()))
            .map(|t| t.filter(|t| !t.is_empty())),
    };
    let must = |field: &str| {
        text(field)?.ok_or_else(|| bad(field, Reason::MissingValue, format!("{field} is empty")))
    };
    let day = |field: &str, t: &str| {
        layout.date.read(t).map(Day::start).ok_or_else(|| {
            bad(field, Reason::NotATime, format!("{t:?} is not written as {}", layout.date))
        })
    };
    let at = must("at")?;
    let at = at
        .parse::<Eui64>()
        .ok()
        .filter(|_| at.len() == 23)
        .map_or_else(|| at.to_owned(), |e| e.to_string());
    let user = text("user")?
        .map(|t| t.parse::<Eui64>().map_err(|e| bad("user", Reason::MalformedEui, e.to_string())))
        .transpose()?;
    let change = RegistrationChange {
        at,
        role: must("role")?.to_owned(),
        user,
        from: day("from", must("from")?)?,
        to: text("to")?.map(|t| day("to", t)).transpose()?,
    };
    match change.check() {
        Err(RegisterError::Invalid { field, problem, .. }) => {
            Err(bad(field, Reason::Contradiction, format!("{field} {problem}")))
        }
        _ => Ok(change),
    }
}

#[cfg(test)]
#[path = "registration_tests.rs"]
mod tests;
