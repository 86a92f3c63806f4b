//! A file as a source: of counts, or of messages.

use super::{LoadedSource, SourceReader};
use crate::{
    error::{AppError, Result},
    reconcile::{
        keys::{DEFAULT_KEYS, counted, is_period},
        messages::read_file,
        spec::Spec,
    },
};
use northbound_measures::reconcile::{Profile, Source};
use std::path::Path;

/// Column of a file of counts that holds the count.
const COUNT: &str = "count";

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
        let bytes = std::fs::File::open(path).map_err(|e| AppError::io("open", path, e))?;
        let mut csv = csv::ReaderBuilder::new().from_reader(std::io::BufReader::new(bytes));
        let Ok(header) = csv.headers().cloned() else { return Ok(None) };
        let header: Vec<String> =
            header.iter().map(|h| h.trim_start_matches('\u{feff}').trim().to_owned()).collect();
        let Some(at) = header.iter().position(|h| h == COUNT) else { return Ok(None) };
        let keys: Vec<String> =
            header.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, k)| k.clone()).collect();
        let mut source = Source::new(&spec.name, 2, keys.iter().cloned());
        for record in csv.records() {
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
