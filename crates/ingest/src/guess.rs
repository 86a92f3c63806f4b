//! A proposal for a mapping, from a file's header and its first rows. It says how sure it is of each
//! part and what it could not guess; a person who knows the file checks it before it is used.

mod events;
mod sample;
mod synonyms;
mod times;
mod words;

use crate::{
    error::IngestError,
    layout::{Holds, Layout},
    mapping::Encoding,
    number,
};
use northbound_types::text_enum;
use sample::Sample;
use std::{collections::BTreeMap, fmt::Write as _, path::Path};

text_enum! {
    /// How sure a guess is.
    pub enum Sure("sureness") {
        /// The values allow nothing else.
        Certain = "certain",
        /// Name and values fit.
        Likely = "likely",
        /// One of several that fit: check it.
        Unsure = "unsure",
    }
}

/// One part of a proposal.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Guess {
    /// Key in the mapping, such as `columns.received`.
    pub key: String,
    /// What is proposed.
    pub value: String,
    /// How sure.
    pub sure: Sure,
    /// The evidence.
    pub why: String,
}

/// A proposed mapping.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Proposal {
    /// The layout.
    pub layout: Layout,
    /// The mapping as TOML, with the evidence as comments.
    pub toml: String,
    /// Its parts.
    pub guesses: Vec<Guess>,
    /// What could not be guessed: source columns without a use, words without a meaning.
    pub open: Vec<String>,
    /// Required columns for which nothing was found; until they are there the file cannot go in.
    pub missing: Vec<String>,
}

/// Source columns by canonical column, with how they were found.
type FoundColumns = BTreeMap<&'static str, (usize, Sure, String)>;

/// Proposes a mapping for a file; `layout` where the caller knows it.
///
/// # Errors
/// When the file cannot be read, is empty, or has only a header.
pub fn guess(path: &Path, layout: Option<Layout>) -> Result<Proposal, IngestError> {
    let sample = Sample::take(path)?;
    if sample.rows.is_empty() {
        return Err(IngestError::HeaderOnly { path: path.to_owned() });
    }
    let layouts: Vec<Layout> = layout.map_or_else(|| Layout::ALL.to_vec(), |l| vec![l]);
    let (layout, found) = layouts
        .into_iter()
        .map(|l| (l, columns(&sample, l)))
        .max_by_key(|(l, f)| {
            (std::cmp::Reverse(missing(&sample, *l, f).len()), f.len(), std::cmp::Reverse(*l as u8))
        })
        .unwrap_or((Layout::Messages, FoundColumns::new()));
    Ok(Draft {
        sample: &sample,
        layout,
        found,
        guesses: Vec::new(),
        open: Vec::new(),
        toml: String::new(),
    }
    .write())
}

/// Which source column is which canonical one.
fn columns(sample: &Sample, layout: Layout) -> FoundColumns {
    let mut draft =
        Assignment { found: FoundColumns::new(), taken: vec![false; sample.header.len()] };
    for column in layout.columns() {
        let same = |h: &String| h.trim().eq_ignore_ascii_case(column.name);
        if let Some(at) = sample.header.iter().position(same) {
            draft.assign(column.name, at, Sure::Certain, "the canonical name");
        }
    }
    for column in layout.columns() {
        let hit = sample.header.iter().enumerate().find(|(at, h)| {
            !draft.taken[*at]
                && synonyms::means(layout, column.name, h)
                && (fits(sample, *at, column.holds)
                    || (column.holds == Holds::Time && time_of_day(sample, *at).is_some())
                    || !words::translate_open(sample, *at, layout, column.name).is_empty())
        });
        if let Some((at, _)) = hit {
            let why = "the name is a usual one and the values fit";
            draft.assign(column.name, at, Sure::Likely, why);
        }
    }
    if layout == Layout::Messages {
        let shaped = (0..sample.header.len())
            .find(|&at| !draft.taken[at] && sample.share(at, |v| number::request_id(v).is_some()));
        if let Some(at) = shaped {
            draft.assign("request_id", at, Sure::Certain, "all values are RequestIDs");
        }
    }
    // A share may have any name: what it counts is in the name.
    if layout == Layout::Figures {
        let percent = |v: &str| v.ends_with('%') || number::scaled(v, 1, false).is_ok();
        let share = (0..sample.header.len()).find(|&at| {
            !draft.taken[at] && sample.header[at].contains('%') && sample.share(at, percent)
        });
        if let Some(at) = share {
            draft.assign("text", at, Sure::Likely, "the name has a % and the values are numbers");
        }
    }
    draft.found
}

/// The column with the time of day that belongs to a column of dates: by its name, and because both
/// make a time together.
fn time_of_day(sample: &Sample, day: usize) -> Option<usize> {
    (0..sample.header.len()).find(|&at| {
        at != day
            && synonyms::is_time_of_day(&sample.header[at])
            && times::detect_joined(sample, day, at).is_some()
    })
}

/// Columns found so far, and which source columns are taken.
struct Assignment {
    found: FoundColumns,
    taken: Vec<bool>,
}

impl Assignment {
    /// Assigns a source column, unless it is taken or the canonical one has its column.
    fn assign(&mut self, name: &'static str, at: usize, sure: Sure, why: &str) {
        if !self.taken[at] && !self.found.contains_key(name) {
            self.taken[at] = true;
            self.found.insert(name, (at, sure, why.to_owned()));
        }
    }
}

/// Do the values of a column fit what it should hold?
fn fits(sample: &Sample, at: usize, holds: Holds) -> bool {
    match holds {
        Holds::Eui => sample.share(at, |v| number::eui(v).is_some()),
        Holds::RequestId => sample.share(at, |v| number::request_id(v).is_some()),
        Holds::Int => sample.share(at, |v| number::uint(v).is_ok()),
        Holds::Period => sample.share(at, |v| v.parse::<northbound_types::Period>().is_ok()),
        Holds::Time | Holds::Day => times::detect(sample, at, holds == Holds::Day).is_some(),
        Holds::Text | Holds::Word | Holds::Decimal | Holds::Bool => true,
    }
}

/// The events of incidents that have columns of their own, and which.
fn event_columns(sample: &Sample) -> Vec<(&'static str, usize)> {
    let mut found: Vec<(&'static str, usize)> = Vec::new();
    for (at, name) in sample.header.iter().enumerate() {
        if let Some(event) = synonyms::event(name)
            && !found.iter().any(|(e, _)| *e == event)
            && times::detect(sample, at, true).is_some()
        {
            found.push((event, at));
        }
    }
    found
}

fn missing(sample: &Sample, layout: Layout, found: &FoundColumns) -> Vec<String> {
    let mut names: Vec<String> = layout
        .columns()
        .iter()
        .filter(|c| c.required && !found.contains_key(c.name))
        .map(|c| c.name.to_owned())
        .collect();
    let parts = ["originator", "target", "counter"].iter().all(|n| found.contains_key(n));
    if layout == Layout::Messages && !found.contains_key("request_id") && !parts {
        names.insert(0, "request_id".into());
    }
    if layout == Layout::Incidents && !event_columns(sample).is_empty() {
        names.retain(|n| n != "event" && n != "at");
    }
    names
}

/// The proposal being written.
struct Draft<'s> {
    sample: &'s Sample,
    layout: Layout,
    found: FoundColumns,
    guesses: Vec<Guess>,
    open: Vec<String>,
    toml: String,
}

pub(crate) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

impl Draft<'_> {
    fn line(&mut self, key: String, toml: &str, value: String, sure: Sure, why: String) {
        let _ = writeln!(self.toml, "{toml}  # {sure}: {why}");
        self.guesses.push(Guess { key, value, sure, why });
    }

    fn write(mut self) -> Proposal {
        let _ = writeln!(
            self.toml,
            "# Proposed from the first {} rows. Check what is not certain.",
            self.sample.rows.len()
        );
        let _ = writeln!(self.toml, "layout = \"{}\"\n", self.layout);
        let durations = self.durations();
        self.file_section();
        let _ = writeln!(self.toml, "\n[columns]");
        for (name, (at, sure, why)) in self.found.clone() {
            let source = self.sample.header[at].clone();
            let text = match self.clock_of(name, at) {
                Some(clock) => {
                    format!("[{}, {}]", quoted(&source), quoted(&self.sample.header[clock]))
                }
                None => quoted(&source),
            };
            self.line(format!("columns.{name}"), &format!("{name} = {text}"), source, sure, why);
        }
        self.events_section();
        self.times_section();
        self.words_section();
        for (toml, guess) in durations {
            let _ = writeln!(self.toml, "\n{toml}  # {}: {}", guess.sure, guess.why);
            self.guesses.push(guess);
        }
        let missing = missing(self.sample, self.layout, &self.found);
        for name in &missing {
            let _ =
                writeln!(self.toml, "# missing: {name} is required and no column looks like it");
        }
        for text in &self.open {
            let _ = writeln!(self.toml, "# open: {}", text.replace(['\n', '\r'], " "));
        }
        Proposal {
            layout: self.layout,
            toml: self.toml,
            guesses: self.guesses,
            open: self.open,
            missing,
        }
    }

    fn file_section(&mut self) {
        let _ = writeln!(self.toml, "[file]");
        let s = self.sample;
        if let Some(d) = s.delimiter.filter(|d| *d != b',') {
            let text = char::from(d).to_string();
            self.line(
                "file.delimiter".into(),
                &format!("delimiter = {}", quoted(&text)),
                text,
                Sure::Certain,
                "all rows split evenly".into(),
            );
        }
        if s.encoding == Encoding::Windows1252 {
            self.line(
                "file.encoding".into(),
                "encoding = \"windows-1252\"",
                "windows-1252".into(),
                Sure::Unsure,
                "not UTF-8; another one-byte encoding is possible".into(),
            );
        }
        if s.header_row > 1 {
            self.line(
                "file.header_row".into(),
                &format!("header_row = {}", s.header_row),
                s.header_row.to_string(),
                Sure::Likely,
                "the first row with known names".into(),
            );
        }
        if let Some(sheet) = s.sheet.clone() {
            self.line(
                "file.sheet".into(),
                &format!("sheet = {}", quoted(&sheet)),
                sheet,
                if s.other_sheets.is_empty() { Sure::Certain } else { Sure::Likely },
                if s.other_sheets.is_empty() {
                    "the only sheet".into()
                } else {
                    format!("the most known names; also there: {}", s.other_sheets.join(", "))
                },
            );
        }
        self.number_settings();
    }

    /// The decimal comma, and spellings of unknown values.
    fn number_settings(&mut self) {
        let s = self.sample;
        if self.layout == Layout::Figures
            && self.found.get("text").is_some_and(|(at, ..)| {
                s.values(*at).any(|v| {
                    number::scaled(v.trim_end_matches(['%', ' ']), 1, false).is_err()
                        && v.contains(',')
                })
            })
        {
            self.line(
                "file.decimal".into(),
                "decimal = \",\"",
                ",".into(),
                Sure::Likely,
                "numbers have a comma".into(),
            );
        }
        let nulls = words::nulls(s, &self.found, self.layout);
        if !nulls.is_empty() {
            let list = nulls.iter().map(|n| quoted(n)).collect::<Vec<_>>().join(", ");
            self.line(
                "file.nulls".into(),
                &format!("nulls = [{list}]"),
                nulls.join(", "),
                Sure::Likely,
                "usual spellings of unknown".into(),
            );
        }
    }

    fn times_section(&mut self) {
        let mut tables = Vec::new();
        let mut no_zone = false;
        for column in
            self.layout.columns().iter().filter(|c| matches!(c.holds, Holds::Time | Holds::Day))
        {
            let Some(&(at, ..)) = self.found.get(column.name) else { continue };
            let joined = self
                .clock_of(column.name, at)
                .and_then(|clock| times::detect_joined(self.sample, at, clock));
            let detected =
                joined.or_else(|| times::detect(self.sample, at, column.holds == Holds::Day));
            let Some(way) = detected else {
                if self.sample.values(at).next().is_some() {
                    self.open.push(format!(
                        "the times of `{}` have no format that is known",
                        self.sample.header[at]
                    ));
                }
                continue;
            };
            no_zone |= way.needs_zone;
            if let Some((setting, value)) = way.setting {
                tables.push((column.name, setting, value, way.sure, way.why));
            }
        }
        if no_zone && self.layout != Layout::Services {
            let _ = writeln!(self.toml, "\n[times]");
            self.line(
                "times.zone".into(),
                "zone = \"UTC\"",
                "UTC".into(),
                Sure::Unsure,
                "the file does not say; ask its source (Europe/London?)".into(),
            );
            self.open.push("the zone of the times: the file does not state it".into());
        }
        for (name, setting, value, sure, why) in tables {
            let _ = writeln!(self.toml, "\n[times.{name}]");
            self.line(
                format!("times.{name}.{setting}"),
                &format!("{setting} = {}", quoted(&value)),
                value,
                sure,
                why,
            );
        }
    }

    fn words_section(&mut self) {
        for column in self.layout.columns() {
            let Some(&(at, ..)) = self.found.get(column.name) else { continue };
            self.translations(column.name, at);
            let (known, unknown) = words::translate(self.sample, at, self.layout, column.name);
            if !known.is_empty() {
                let _ = writeln!(self.toml, "\n[values.{}]", column.name);
                for (from, to, sure) in known {
                    self.line(
                        format!("values.{}.{from}", column.name),
                        &format!("{} = {}", quoted(&from), quoted(to)),
                        to.to_owned(),
                        sure,
                        "a usual word for it".into(),
                    );
                }
            }
            for word in unknown {
                self.open.push(format!(
                    "the word {word:?} in `{}`: rows with it will be rejected",
                    self.sample.header[at]
                ));
            }
        }
        let used = self.used();
        for (at, name) in self.sample.header.iter().enumerate() {
            if !used.contains(&at) && !name.is_empty() && !name.starts_with("reading:") {
                self.open.push(format!("the column `{name}` has no known use"));
            }
        }
    }

    /// An answer's time as a response time after the reception, where the unit is in the name.
    fn durations(&mut self) -> Vec<(String, Guess)> {
        if self.layout != Layout::Messages
            || self.found.contains_key("answer_sent")
            || !self.found.contains_key("received")
        {
            return Vec::new();
        }
        let used: Vec<usize> = self.found.values().map(|f| f.0).collect();
        for (at, name) in self.sample.header.iter().enumerate().filter(|(at, _)| !used.contains(at))
        {
            let Some(unit) = synonyms::duration_unit(name) else { continue };
            if !self.sample.share(at, |v| number::scaled(v, 1, false).is_ok()) {
                continue;
            }
            let source = quoted(name);
            let guess = Guess {
                key: "durations.answer_sent".into(),
                value: name.clone(),
                sure: Sure::Likely,
                why: format!("a response time in {unit} by its name"),
            };
            return vec![(
                format!(
                    "[durations.answer_sent]\ncolumn = {source}\nafter = \"received\"\nunit = \"{unit}\""
                ),
                guess,
            )];
        }
        Vec::new()
    }
}

#[cfg(test)]
#[path = "guess_tests.rs"]
mod tests;
