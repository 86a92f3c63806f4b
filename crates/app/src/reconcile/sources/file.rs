//! A file as a source: of counts, or of messages.

use super::{
    LoadedSource, SourceReader,
    whole::{Whole, whole},
};
use crate::{
    error::{AppError, Result},
    input::MAX_FILE,
    reconcile::{
        keys::{DEFAULT_KEYS, counted, is_period},
        messages::read_file,
        spec::Spec,
    },
};
use northbound_ingest::table;
use northbound_ledger::memory::ROWS_BETWEEN;
use northbound_measures::reconcile::{CountRow, Profile, Source};
use northbound_types::Period;
use std::{path::Path, sync::Arc};

/// Column of a file of counts that holds the count.
const COUNT: &str = "count";
/// A key that is a day.
const DAY: &str = "day";

impl SourceReader<'_> {
    pub(super) fn file(&mut self, spec: &Spec, path: &Path) -> Result<LoadedSource> {
        if self.request.map.is_none()
            && let Some((source, notes)) = self.counts_file(spec, path)?
        {
            return Ok(LoadedSource {
                spec: spec.clone(),
                source,
                messages: None,
                profile: Profile::default(),
                notes,
            });
        }
        let (mut messages, notes) = read_file(path, self)?;
        if let Some(p) = self.request.period {
            messages.retain(|m| p.contains(m.received.day()));
        }
        messages.sort();
        let keys: Vec<String> = if self.request.keys.is_empty() {
            DEFAULT_KEYS.iter().map(|k| (*k).to_owned()).collect()
        } else {
            self.request.keys.clone()
        };
        let source = counted(&spec.name, &keys, &messages)?;
        let mut profile = Profile::default();
        for m in &messages {
            profile.see(m.test_kind, m.generation);
        }
        Ok(LoadedSource { spec: spec.clone(), source, messages: Some(messages), profile, notes })
    }

    /// A table with a column `count`; every other column is a key. `None` where there is no such column.
    fn counts_file(&self, spec: &Spec, path: &Path) -> Result<Option<(Source, Vec<String>)>> {
        let wanted = |header: &[String]| Columns::of(header).is_some();
        let Some(table) = table::read(path, MAX_FILE, wanted)? else { return Ok(None) };
        let Some(columns) = Columns::of(&table.header) else { return Ok(None) };
        if let Some(twice) = columns.twice() {
            return Err(AppError::input(format!(
                "{}, line 1: there are two columns {twice:?}; rename one or remove it",
                path.display()
            )));
        }
        let mut source = Source::new(&spec.name, 2, columns.keys.iter().map(|(_, k)| k.clone()));
        let mut corrections = 0_u64;
        for (i, (line, row)) in table.rows.iter().enumerate() {
            if (i as u64).is_multiple_of(ROWS_BETWEEN) {
                let over = |e| AppError::over_memory(&path.display().to_string(), &e);
                self.ctx.memory.check().map_err(over)?;
            }
            let wrong = |(column, what): (&str, String)| {
                AppError::input(format!("{}, line {line}, column {column}: {what}", path.display()))
            };
            let (values, n) = columns.read(row).map_err(wrong)?;
            if let Some(k) = columns.keys.iter().position(|(_, k)| is_period(k))
                && !values.get(k).is_some_and(|v| self.within(v))
            {
                continue;
            }
            corrections += u64::from(n.count < 0);
            source.rows.push(CountRow {
                keys: values.into_iter().map(Arc::from).collect(),
                count: n.count,
                rounded_to: n.rounded_to,
            });
        }
        if source.rows.is_empty() {
            return Err(AppError::input(format!(
                "{} holds no counts{}",
                path.display(),
                self.request.period.map(|p| format!(" for {p}")).unwrap_or_default()
            )));
        }
        let mut notes: Vec<String> =
            table.notes.iter().map(|n| format!("{}: {n}", spec.name)).collect();
        if corrections > 0 {
            notes.push(format!(
                "{}: {corrections} counts are below zero and are added as corrections",
                spec.name
            ));
        }
        Ok(Some((source, notes)))
    }
}

/// The columns of a file of counts.
struct Columns {
    /// Where the count is.
    count: usize,
    /// Where each key is, and its name.
    keys: Vec<(usize, String)>,
}

impl Columns {
    /// By the names in the header, compared without case and outer spaces. `None` without a count.
    fn of(header: &[String]) -> Option<Columns> {
        let blank = |c: char| c.is_whitespace() || c == '\u{feff}';
        let names: Vec<String> =
            header.iter().map(|h| h.trim_matches(blank).to_lowercase().replace(' ', "_")).collect();
        let count = names.iter().position(|h| h == COUNT)?;
        let keys = names.into_iter().enumerate().filter(|(i, _)| *i != count);
        Some(Columns { count, keys: keys.collect() })
    }

    /// A name that stands twice.
    fn twice(&self) -> Option<&str> {
        let names: Vec<&str> = self.keys.iter().map(|(_, k)| k.as_str()).chain([COUNT]).collect();
        names.iter().enumerate().find(|(i, k)| names[..*i].contains(k)).map(|(_, k)| *k)
    }

    /// The key values and the count of a row, or the column that is wrong and why.
    fn read(&self, record: &[String]) -> std::result::Result<(Vec<String>, Whole), (&str, String)> {
        let columns = self.keys.len() + 1;
        let text = |i: usize| record.get(i).map_or("", String::as_str);
        if record.len() != columns {
            return Err((
                COUNT,
                format!(
                    "the row has {} cells and the header {columns}; write one for each column, and in quotes where a cell holds what parts them",
                    record.len()
                ),
            ));
        }
        let count = whole(text(self.count)).map_err(|e| (COUNT, e))?;
        let mut values = Vec::with_capacity(self.keys.len());
        for (i, key) in &self.keys {
            let text = text(*i).trim();
            values.push(if is_period(key) || key == DAY {
                let period: Period = text.parse().map_err(|_| {
                    (
                        key.as_str(),
                        format!(
                            "{text:?} is no period, such as 2026-04; correct the row or remove it"
                        ),
                    )
                })?;
                period.to_string()
            } else {
                text.to_owned()
            });
        }
        Ok((values, count))
    }
}
