//! A file as a source: of counts, or of messages.

use super::{LoadedSource, SourceReader};
use crate::{
    error::{AppError, Result},
    input::MAX_FILE,
    reconcile::{
        keys::{DEFAULT_KEYS, counted, is_period},
        messages::read_file,
        spec::Spec,
    },
};
use northbound_ingest::limits::MAX_LINE;
use northbound_ledger::memory::ROWS_BETWEEN;
use northbound_measures::reconcile::{Profile, Source};
use std::{
    io::{BufReader, Read},
    path::Path,
};

/// Column of a file of counts that holds the count.
const COUNT: &str = "count";

/// Does the file begin with a line of ordinary length? The CSV reader would hold one of any length.
fn begins_with_a_line(path: &Path) -> Result<bool> {
    let io = |e| AppError::io("read", path, e);
    let mut head = Vec::new();
    let file = std::fs::File::open(path).map_err(io)?;
    file.take(MAX_LINE as u64).read_to_end(&mut head).map_err(io)?;
    Ok(head.len() < MAX_LINE || head.contains(&b'\n'))
}

impl SourceReader<'_> {
    pub(super) fn file(&mut self, spec: &Spec, path: &Path) -> Result<LoadedSource> {
        if self.request.map.is_none()
            && let Some(source) = self.counts_file(spec, path)?
        {
            return Ok(LoadedSource {
                spec: spec.clone(),
                source,
                messages: None,
                profile: Profile::default(),
                notes: Vec::new(),
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

    /// A CSV with a column `count`; every other column is a key. `None` where there is no such column.
    fn counts_file(&self, spec: &Spec, path: &Path) -> Result<Option<Source>> {
        if !begins_with_a_line(path)? {
            return Ok(None);
        }
        let bytes = std::fs::File::open(path).map_err(|e| AppError::io("open", path, e))?;
        let size = bytes.metadata().map_err(|e| AppError::io("open", path, e))?.len();
        let mut csv = csv::ReaderBuilder::new().from_reader(BufReader::new(bytes.take(MAX_FILE)));
        let Ok(header) = csv.headers().cloned() else { return Ok(None) };
        let header: Vec<String> =
            header.iter().map(|h| h.trim_start_matches('\u{feff}').trim().to_owned()).collect();
        let Some(at) = header.iter().position(|h| h == COUNT) else { return Ok(None) };
        let keys: Vec<String> =
            header.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, k)| k.clone()).collect();
        if size > MAX_FILE {
            return Err(AppError::input(format!(
                "{}: a file of counts may have at most {MAX_FILE} bytes",
                path.display()
            )));
        }
        let mut source = Source::new(&spec.name, 2, keys.iter().cloned());
        for (i, record) in csv.records().enumerate() {
            if (i as u64).is_multiple_of(ROWS_BETWEEN) {
                let over = |e| AppError::over_memory(&path.display().to_string(), &e);
                self.ctx.memory.check().map_err(over)?;
            }
            let record = record.map_err(|e| {
                AppError::input(format!("{}: {e}; correct the file", path.display()))
            })?;
            let line = record.position().map_or(0, csv::Position::line);
            let text = record.get(at).unwrap_or("").trim();
            let n: i64 = text.parse().ok().filter(|n| *n >= 0).ok_or_else(|| AppError::input(format!("{}, line {line}, column {COUNT}: {text:?} is not a whole number; write digits only", path.display())))?;
            let values: Vec<&str> = record
                .iter()
                .enumerate()
                .filter(|(i, _)| *i != at)
                .map(|(_, v)| v.trim())
                .collect();
            if let Some(i) = keys.iter().position(|k| is_period(k))
                && !values.get(i).is_some_and(|v| self.within(v))
            {
                continue;
            }
            source.add(&values, n);
        }
        if source.rows.is_empty() {
            return Err(AppError::input(format!(
                "{} holds no counts{}",
                path.display(),
                self.request.period.map(|p| format!(" for {p}")).unwrap_or_default()
            )));
        }
        Ok(Some(source))
    }
}
