//! Buffers on their way to the thread that writes files, and what it finished.

use super::{
    BUFFERED_ROWS, BUFFERED_TEXT, CommitProgress, FILE_ROWS, FILE_TEXT, ID_SET, ROWS_BETWEEN, Tx,
};
use crate::{
    commit::identity::Entry,
    error::{LedgerError, mem},
    manifest::FileEntry,
    memory,
    tables::{buffer::Buffer, schema::Table},
};
use northbound_types::Day;

/// One file to be written.
pub(super) struct Job {
    pub(super) buffer: Buffer,
    pub(super) path: String,
    pub(super) day: Option<Day>,
    /// Its rows are open: the next live commit replaces the file.
    pub(super) open: bool,
}

/// A file that was written, with the identities of its rows.
pub(super) struct Finished {
    pub(super) table: Table,
    pub(super) entry: FileEntry,
    pub(super) entries: Vec<Entry>,
}

impl Tx {
    /// After a row of a daily table: writes a day's buffer out where it is full.
    pub(super) fn after_row(
        &mut self,
        key: (Table, Day),
        rows_in_day: usize,
    ) -> Result<(), LedgerError> {
        self.buffered += 1;
        let full = if rows_in_day >= FILE_ROWS {
            Some(key)
        } else if self.buffered >= self.memory.scaled(BUFFERED_ROWS) {
            self.days.iter().max_by_key(|(k, b)| (b.len(), **k)).map(|(k, _)| *k)
        } else {
            None
        };
        if let Some(k) = full
            && let Some(b) = self.days.remove(&k)
        {
            self.buffered -= b.len();
            self.send(b, Some(k.1), false)?;
        }
        Ok(())
    }

    /// Writes days out while the texts of the rows that wait take too much memory.
    pub(super) fn bound_texts(&mut self) -> Result<(), LedgerError> {
        if !self.rows.is_multiple_of(ROWS_BETWEEN) {
            return Ok(());
        }
        if self.rows.is_multiple_of(memory::ROWS_BETWEEN) {
            mem("storing rows", self.memory.check())?;
        }
        let mut weights: Vec<(usize, (Table, Day))> =
            self.days.iter().map(|(k, b)| (b.weight(), *k)).collect();
        let mut total: usize = weights.iter().map(|(w, _)| w).sum();
        weights.sort_unstable_by(|a, b| b.cmp(a));
        for (weight, key) in weights {
            if weight < FILE_TEXT && total < BUFFERED_TEXT {
                break;
            }
            if let Some(b) = self.days.remove(&key) {
                self.buffered -= b.len();
                total -= weight;
                self.send(b, Some(key.1), false)?;
            }
        }
        Ok(())
    }

    /// The path of the next file. Its name begins with the version that it is written for.
    pub(super) fn path_for(&mut self, table: Table, day: Option<Day>) -> String {
        self.sequence += 1;
        let name = format!("{:08}-{:05}.parquet", self.version(), self.sequence);
        match day {
            Some(d) => format!("{}/day={d}/{name}", table.name()),
            None => format!("{}/{name}", table.name()),
        }
    }

    /// Has a buffer written as a file of a day, or of none.
    pub(super) fn send(
        &mut self,
        buffer: Buffer,
        day: Option<Day>,
        open: bool,
    ) -> Result<(), LedgerError> {
        if buffer.is_empty() {
            return Ok(());
        }
        let path = self.path_for(buffer.table, day);
        self.pending += 1;
        let closed = || {
            LedgerError::Refused(
                "the writer of the ledger has stopped; the error above says why".into(),
            )
        };
        self.jobs
            .as_ref()
            .ok_or_else(closed)?
            .send(Job { buffer, path, day, open })
            .map_err(|_| closed())?;
        while let Ok(r) = self.results.try_recv() {
            self.take(r)?;
        }
        Ok(())
    }

    /// Takes over a written file.
    fn take(&mut self, r: Result<Finished, LedgerError>) -> Result<(), LedgerError> {
        self.pending -= 1;
        let f = r?;
        for e in f.entries {
            if let Some(ids) = &mut self.ids.ids {
                ids.insert(e.id.0);
            }
            self.index.push(e)?;
        }
        if self.ids.ids.as_ref().is_some_and(|s| s.len() > ID_SET) {
            self.ids.ids = None;
        }
        self.files.push((f.table, f.entry));
        Ok(())
    }

    /// Waits until everything sent is written.
    pub(super) fn drain_writer(
        &mut self,
        progress: &mut dyn FnMut(CommitProgress),
    ) -> Result<(), LedgerError> {
        let total = self.pending as u64;
        while self.pending > 0 {
            let r = self
                .results
                .recv()
                .map_err(|_| LedgerError::Refused("the writer of the ledger has stopped".into()))?;
            self.take(r)?;
            progress(CommitProgress {
                step: "writing",
                done: total.saturating_sub(self.pending as u64),
                total,
            });
        }
        Ok(())
    }
}
