//! Source files of a transaction: announced, ended, retracted.

use super::{SOURCE_ROWS, Tx};
use crate::{
    error::LedgerError,
    manifest::{Retraction, SourceEntry},
};
use hashbrown::HashSet;
use northbound_types::Utc;

/// What a reader knows about a source file.
#[derive(Debug, Clone)]
pub struct SourceMeta {
    /// File name without folder.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// Layout or reader.
    pub layout: String,
    /// Hash of the mapping; empty where none.
    pub mapping: String,
    /// Feed of rows that do not state theirs.
    pub feed: String,
    /// Declared rank; lower counts first.
    pub rank: i64,
    /// Names or SHA-256 of the sources it corrects.
    pub corrects: Vec<String>,
    /// When the source first stated its rows.
    pub known: Utc,
    /// Who ingests it.
    pub by: String,
}

impl SourceMeta {
    /// The entry of a source without rows so far.
    pub(crate) fn into_entry(self, id: i64, recorded: Utc) -> SourceEntry {
        SourceEntry {
            id,
            name: self.name,
            sha256: self.sha256,
            bytes: self.bytes,
            layout: self.layout,
            mapping: self.mapping,
            feed: self.feed,
            rank: self.rank,
            corrects: self.corrects,
            known: self.known,
            recorded,
            rows: 0,
            rejected: 0,
            duplicates: 0,
            collisions: 0,
            by: self.by,
        }
    }
}

/// Whether a source is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// New: rows may follow.
    New(i64),
    /// The same bytes were ingested through the same mapping before; there is nothing to add.
    Already(i64),
}

impl Tx {
    /// Announces a source file. Its rows follow, then [`Tx::end_source`].
    ///
    /// # Errors
    /// When the previous source was not ended.
    pub fn begin_source(&mut self, meta: SourceMeta) -> Result<Begun, LedgerError> {
        let retracted: HashSet<i64> = self
            .base
            .iter()
            .flat_map(|b| &b.manifest.retracted)
            .chain(&self.retracted)
            .map(|r| r.source)
            .collect();
        if let Some(s) = self.all_sources().find(|s| {
            s.sha256 == meta.sha256
                && s.mapping == meta.mapping
                && s.layout == meta.layout
                && s.feed == meta.feed
                && !retracted.contains(&s.id)
        }) {
            return Ok(Begun::Already(s.id));
        }
        let id = self.all_sources().map(|s| s.id).max().unwrap_or(0) + 1;
        self.sources.push(meta.into_entry(id, self.now));
        self.rows = 0;
        self.source_days.clear();
        Ok(Begun::New(id))
    }

    /// Ends the current source file.
    ///
    /// # Errors
    /// When its postings cannot be written.
    pub fn end_source(&mut self, rejected: u64) -> Result<(), LedgerError> {
        let Some(s) = self.sources.last_mut() else { return Ok(()) };
        s.rows = self.rows;
        s.rejected = rejected;
        let (known, id) = (s.known, s.id);
        for (day, buffer) in self.postings.drain(known, self.now, id) {
            self.send(buffer, Some(day), false)?;
        }
        Ok(())
    }

    /// The number of the current source.
    pub(super) fn source(&self) -> Result<i64, LedgerError> {
        self.sources.last().map(|s| s.id).ok_or_else(|| {
            LedgerError::Refused("rows came before their source file was announced".into())
        })
    }

    pub(super) fn count_row(&mut self) -> Result<(), LedgerError> {
        self.rows += 1;
        if self.rows > SOURCE_ROWS {
            return Err(LedgerError::Limit {
                what: "rows in one source file (split the file)",
                value: self.rows,
                limit: SOURCE_ROWS,
            });
        }
        Ok(())
    }

    /// Retracts a source: its rows no longer count from now on.
    ///
    /// # Errors
    /// When there is no such source, it is the live service's, or it was retracted before.
    pub fn retract(&mut self, source: i64, by: &str, reason: &str) -> Result<(), LedgerError> {
        if self.all_sources().any(|s| s.id == source && s.is_live()) {
            return Err(LedgerError::Refused(format!(
                "source {source} is the live service's own record, which cannot be retracted; correct single messages (`northbound ingest messages --corrects`)"
            )));
        }
        if !self.all_sources().any(|s| s.id == source) {
            return Err(LedgerError::Refused(format!(
                "there is no source {source}; `northbound ingest list` shows them"
            )));
        }
        if self.base.iter().flat_map(|b| &b.manifest.retracted).any(|r| r.source == source) {
            return Err(LedgerError::Refused(format!("source {source} was retracted already")));
        }
        self.retracted.push(Retraction {
            source,
            at: self.now,
            by: by.to_owned(),
            reason: reason.to_owned(),
        });
        Ok(())
    }
}
