//! TOML to [`Mapping`] without serde, so that every error names its line and key.

use super::{Computation, Duration, Encoding, Mapping, Operation};
use crate::{
    error::IngestError,
    layout::Layout,
    time::{ClockChange, TimeRule},
};
use jiff::{fmt::strtime, tz::TimeZone};
use northbound_types::text_enum::UnknownWord;
use std::{
    collections::{BTreeMap, HashMap},
    str::FromStr,
};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// The text and where we are in it.
struct At<'t> {
    file: &'t str,
    text: &'t str,
    lines: HashMap<String, u64>,
}

type Item<'t> = Spanned<DeValue<'t>>;

pub(super) fn parse(file: &str, text: &str) -> Result<Mapping, IngestError> {
    let mut at = At { file, text, lines: HashMap::new() };
    let table = DeTable::parse(text).map_err(|e| IngestError::Mapping {
        file: file.to_owned(),
        line: at.line(e.span().map_or(0, |s| s.start)),
        key: String::new(),
        why: e.message().to_owned(),
    })?;
    let mut m = Mapping {
        file: file.to_owned(),
        sha256: crate::source::sha256(text.as_bytes()),
        ..Mapping::default()
    };
    for (key, item) in table.get_ref() {
        let name = key.get_ref().as_ref();
        match name {
            "layout" => m.layout = Some(at.word::<Layout>(name, item)?),
            "file" => at.file_section(item, &mut m)?,
            "ignore" => m.ignored = at.list(name, item)?,
            "events" => m.events = at.texts(name, item)?,
            "ids" => m.ids = at.texts(name, item)?,
            "snapshots" => {
                at.note(name, item);
                m.snapshots = item.get_ref().as_bool().ok_or_else(|| at.error(name, item, "should be true or false"))?;
            }
            "columns" => at.columns(item, &mut m)?,
            "computed" => for (column, inner) in at.table(name, item)? {
                let path = format!("computed.{}", column.get_ref());
                m.computed.insert(column.get_ref().to_string(), at.computation(&path, inner)?);
            },
            "keys" => m.keys = at.texts(name, item)?,
            "readings" => m.readings = at.texts(name, item)?,
            "constants" => m.constants = at.texts(name, item)?,
            "nulls" => for (spelling, word) in at.texts(name, item)? {
                let reason = word.parse().map_err(|e: UnknownWord| at.error_at(&format!("nulls.{spelling}"), e.to_string()))?;
                m.null_reasons.insert(spelling, reason);
            },
            "values" => for (column, inner) in at.table(name, item)? {
                let path = format!("values.{}", column.get_ref());
                m.values.insert(column.get_ref().to_string(), at.texts(&path, inner)?.into_iter().collect());
            },
            "times" => at.times_section(item, &mut m)?,
            "durations" => for (column, inner) in at.table(name, item)? {
                let path = format!("durations.{}", column.get_ref());
                m.durations.insert(column.get_ref().to_string(), at.duration(&path, inner)?);
            },
            _ => return Err(at.error(name, item, "no such section; use layout, ignore, file, columns, computed, events, ids, snapshots, keys, readings, constants, nulls, values, times, durations")),
        }
    }
    m.lines = at.lines;
    Ok(m)
}

impl<'t> At<'t> {
    fn line(&self, byte: usize) -> u64 {
        self.text.as_bytes().iter().take(byte).filter(|&&b| b == b'\n').count() as u64 + 1
    }

    fn note(&mut self, key: &str, item: &Item<'_>) {
        let line = self.line(item.span().start);
        self.lines.insert(key.to_owned(), line);
    }

    fn error(&self, key: &str, item: &Item<'_>, why: impl Into<String>) -> IngestError {
        IngestError::Mapping {
            file: self.file.to_owned(),
            line: self.line(item.span().start),
            key: key.to_owned(),
            why: why.into(),
        }
    }

    fn error_at(&self, key: &str, why: String) -> IngestError {
        IngestError::Mapping {
            file: self.file.to_owned(),
            line: self.lines.get(key).copied().unwrap_or(1),
            key: key.to_owned(),
            why,
        }
    }

    fn table<'a>(&mut self, key: &str, item: &'a Item<'t>) -> Result<&'a DeTable<'t>, IngestError> {
        self.note(key, item);
        item.get_ref()
            .as_table()
            .ok_or_else(|| self.error(key, item, format!("should be a table: [{key}]")))
    }

    fn text<'a>(&mut self, key: &str, item: &'a Item<'_>) -> Result<&'a str, IngestError> {
        self.note(key, item);
        item.get_ref().as_str().ok_or_else(|| {
            self.error(
                key,
                item,
                format!("should be a text in quotes, not {}", item.get_ref().type_str()),
            )
        })
    }

    fn word<T: FromStr<Err = UnknownWord>>(
        &mut self,
        key: &str,
        item: &Item<'_>,
    ) -> Result<T, IngestError> {
        self.text(key, item)?.parse().map_err(|e: UnknownWord| self.error(key, item, e.to_string()))
    }

    fn texts(
        &mut self,
        key: &str,
        item: &Item<'t>,
    ) -> Result<BTreeMap<String, String>, IngestError> {
        let mut found = BTreeMap::new();
        for (name, value) in self.table(key, item)? {
            let path = format!("{key}.{}", name.get_ref());
            found.insert(name.get_ref().to_string(), self.text(&path, value)?.to_owned());
        }
        Ok(found)
    }

    /// Canonical columns and their source columns: one, or a date and a time of day.
    fn columns(&mut self, item: &Item<'t>, m: &mut Mapping) -> Result<(), IngestError> {
        for (name, value) in self.table("columns", item)? {
            let (name, path) = (name.get_ref().to_string(), format!("columns.{}", name.get_ref()));
            let mut sources = self.list(&path, value)?;
            match sources.len() {
                1 => {}
                2 => {
                    m.times_of_day.extend(sources.pop().map(|clock| (name.clone(), clock)));
                }
                _ => {
                    return Err(self.error(
                        &path,
                        value,
                        "should be one source column, or two: [\"date\", \"time of day\"]",
                    ));
                }
            }
            m.columns.extend(sources.pop().map(|source| (name, source)));
        }
        Ok(())
    }

    fn computation(&mut self, path: &str, item: &Item<'t>) -> Result<Computation, IngestError> {
        let wrong = "needs subtract = [\"total\", \"part\"] or divide = [\"total\", \"by\"], with two source columns";
        let mut found = None;
        for (name, value) in self.table(path, item)? {
            let key = format!("{path}.{}", name.get_ref());
            let operation = match name.get_ref().as_ref() {
                "subtract" => Operation::Subtract,
                "divide" => Operation::Divide,
                _ => return Err(self.error(&key, value, wrong)),
            };
            let [first, second] = <[String; 2]>::try_from(self.list(&key, value)?)
                .map_err(|_| self.error(&key, value, wrong))?;
            if found.replace(Computation { operation, first, second }).is_some() {
                return Err(self.error(&key, value, wrong));
            }
        }
        found.ok_or_else(|| self.error(path, item, wrong))
    }

    fn list(&mut self, key: &str, item: &Item<'_>) -> Result<Vec<String>, IngestError> {
        self.note(key, item);
        let Some(items) = item.get_ref().as_array() else {
            return Ok(vec![self.text(key, item)?.to_owned()]);
        };
        let mut found = Vec::new();
        for value in items.iter() {
            found.push(self.text(key, value)?.to_owned());
        }
        Ok(found)
    }

    fn file_section(&mut self, item: &Item<'t>, m: &mut Mapping) -> Result<(), IngestError> {
        for (name, value) in self.table("file", item)? {
            let key = format!("file.{}", name.get_ref());
            match name.get_ref().as_ref() {
                "delimiter" => {
                    m.delimiter = Some(match self.text(&key, value)?.as_bytes() {
                        [b] if b.is_ascii() && !matches!(b, b'"' | b'\n' | b'\r' | b'0'..=b'9') => {
                            *b
                        }
                        _ => return Err(self.error(
                            &key,
                            value,
                            "should be one ASCII character, such as \",\", \";\", \"|\" or \"\\t\"",
                        )),
                    })
                }
                "encoding" => {
                    m.encoding =
                        match self.text(&key, value)? {
                            "utf-8" => Encoding::Utf8,
                            "windows-1252" | "latin-1" => Encoding::Windows1252,
                            _ => return Err(self.error(
                                &key,
                                value,
                                "use one of: utf-8, windows-1252, latin-1 (read as windows-1252)",
                            )),
                        }
                }
                "header_row" => {
                    self.note(&key, value);
                    m.header_row = value
                        .get_ref()
                        .as_integer()
                        .and_then(|n| n.as_str().parse().ok())
                        .filter(|n| (1..=10_000).contains(n))
                        .ok_or_else(|| {
                            self.error(&key, value, "should be a row number from 1 to 10000")
                        })?;
                }
                "sheet" => m.sheet = Some(self.text(&key, value)?.to_owned()),
                "decimal" => {
                    m.decimal_comma = match self.text(&key, value)? {
                        "." => false,
                        "," => true,
                        _ => return Err(self.error(&key, value, "use \".\" or \",\"")),
                    }
                }
                "nulls" => m.nulls = self.list(&key, value)?,
                _ => return Err(self.error(
                    &key,
                    value,
                    "no such setting; use delimiter, encoding, header_row, sheet, decimal, nulls",
                )),
            }
        }
        Ok(())
    }

    fn times_section(&mut self, item: &Item<'t>, m: &mut Mapping) -> Result<(), IngestError> {
        let table = self.table("times", item)?;
        // What stands for all columns first, whatever the order in the file: columns start from it.
        for (name, value) in table.iter().filter(|(_, v)| !v.get_ref().is_table()) {
            self.time_setting(
                &format!("times.{}", name.get_ref()),
                name.get_ref().as_ref(),
                value,
                &mut m.times,
            )?;
        }
        for (name, value) in table.iter().filter(|(_, v)| v.get_ref().is_table()) {
            let path = format!("times.{}", name.get_ref());
            let mut rule = m.times.clone();
            for (setting, inner) in self.table(&path, value)? {
                // A column's format takes the place of a unit given for all, and the reverse.
                match setting.get_ref().as_ref() {
                    "format" => rule.epoch_unit = None,
                    "unit" => rule.formats.clear(),
                    _ => {}
                }
                self.time_setting(
                    &format!("{path}.{}", setting.get_ref()),
                    setting.get_ref().as_ref(),
                    inner,
                    &mut rule,
                )?;
            }
            m.column_times.insert(name.get_ref().to_string(), rule);
        }
        Ok(())
    }

    fn time_setting(
        &mut self,
        key: &str,
        name: &str,
        value: &Item<'t>,
        rule: &mut TimeRule,
    ) -> Result<(), IngestError> {
        match name {
            "format" => {
                rule.formats = self.list(key, value)?;
                if rule.formats.is_empty() { return Err(self.error(key, value, "should state at least one format")); }
                for format in &rule.formats {
                    // A format that cannot even print a time cannot read one.
                    let now = TimeZone::UTC.to_datetime(jiff::Timestamp::UNIX_EPOCH).to_zoned_datetime(TimeZone::UTC)
                        .map_err(|e| self.error(key, value, e.to_string()))?;
                    strtime::format(format, &now).map_err(|e| self.error(key, value, format!("{format:?} is no strftime format: {e}")))?;
                    if !format.contains('%') { return Err(self.error(key, value, format!("{format:?} has no % in it: write a strftime format, such as %d/%m/%Y %H:%M:%S"))); }
                }
            }
            "zone" => {
                let zone = self.text(key, value)?;
                rule.zone = Some(TimeZone::get(zone).map_err(|_| self.error(key, value,
                    format!("{zone:?} is no IANA time zone; write it as Europe/London or UTC")))?);
            }
            "unit" => rule.epoch_unit = Some(self.unit(key, value)?),
            "ambiguous" => rule.ambiguous = self.word::<ClockChange>(key, value)?,
            "skipped" => rule.skipped = self.word::<ClockChange>(key, value)?,
            _ => return Err(self.error(key, value, "no such setting; use format, zone, unit, ambiguous, skipped, or a table for a column")),
        }
        Ok(())
    }

    fn unit(&mut self, key: &str, value: &Item<'_>) -> Result<i64, IngestError> {
        Ok(match self.text(key, value)? {
            "us" => 1,
            "ms" => 1_000,
            "s" => 1_000_000,
            "min" => 60_000_000,
            "h" => 3_600_000_000,
            "d" => 86_400_000_000,
            _ => return Err(self.error(key, value, "use one of: us, ms, s, min, h, d")),
        })
    }

    fn duration(&mut self, path: &str, item: &Item<'t>) -> Result<Duration, IngestError> {
        let mut found = Duration { column: String::new(), unit: 0, after: String::new() };
        for (name, value) in self.table(path, item)? {
            let key = format!("{path}.{}", name.get_ref());
            match name.get_ref().as_ref() {
                "column" => found.column = self.text(&key, value)?.to_owned(),
                "unit" => found.unit = self.unit(&key, value)?,
                "after" => found.after = self.text(&key, value)?.to_owned(),
                _ => {
                    return Err(self.error(
                        &key,
                        value,
                        "no such setting; use column, unit, after",
                    ));
                }
            }
        }
        if found.column.is_empty() || found.unit == 0 || found.after.is_empty() {
            return Err(self.error(path, item, "needs column (the source's), unit (us, ms, s, min, h, d) and after (the canonical time it counts from)"));
        }
        Ok(found)
    }
}
