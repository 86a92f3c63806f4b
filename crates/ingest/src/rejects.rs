//! Where bad rows go: file, line, column, reason, value and the row itself, so that nothing is lost.

use crate::error::Reason;
use northbound_ledger::sink::SinkError;
use std::io::Write;

/// One row that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Reject {
    /// Name of the file.
    pub file: String,
    /// Line (row of a sheet or of a Parquet file, from 1).
    pub line: i64,
    /// Canonical column; empty where the whole row is meant.
    pub column: String,
    /// The reason as a word.
    pub reason: Reason,
    /// In words, with what to write instead.
    pub why: String,
    /// The value as found.
    pub value: String,
    /// The row as found, cut at a limit.
    pub raw: String,
}

/// Takes rejects as they are found.
pub trait RejectSink {
    /// One reject.
    ///
    /// # Errors
    /// When it cannot be stored; reading stops then, for a reject must not be lost.
    fn reject(&mut self, reject: &Reject) -> Result<(), SinkError>;
}

impl RejectSink for Vec<Reject> {
    fn reject(&mut self, reject: &Reject) -> Result<(), SinkError> {
        self.push(reject.clone());
        Ok(())
    }
}

/// Counts and forgets, for a dry run (the summary has the reasons).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DropRejects;
impl RejectSink for DropRejects {
    fn reject(&mut self, _: &Reject) -> Result<(), SinkError> {
        Ok(())
    }
}

/// A CSV file of rejects: `file,line,column,reason,why,value,raw`.
pub struct RejectFile<W: Write> {
    to: csv::Writer<W>,
}

impl<W: Write> RejectFile<W> {
    /// Starts the file with its header.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new(to: W) -> Result<Self, SinkError> {
        let mut to = csv::Writer::from_writer(to);
        to.write_record(["file", "line", "column", "reason", "why", "value", "raw"])?;
        Ok(RejectFile { to })
    }
    /// Writes what is buffered.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> Result<(), SinkError> {
        Ok(self.to.flush()?)
    }
}

impl<W: Write> RejectSink for RejectFile<W> {
    fn reject(&mut self, r: &Reject) -> Result<(), SinkError> {
        Ok(self.to.write_record([
            &r.file,
            &r.line.to_string(),
            &r.column,
            r.reason.as_str(),
            &r.why,
            &r.value,
            &r.raw,
        ])?)
    }
}
