//! Where bad rows go: file, line, column, reason, value and the row itself, so that nothing is lost.

use crate::error::Reason;
use northbound_ledger::sink::SinkError;
use northbound_types::printable;
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

/// A CSV file of rejects: `file,line,column,reason,why,value,raw`. A text that a spreadsheet would run as
/// a formula has an apostrophe before it, and hidden characters are escapes such as `\u{202E}`.
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
        let text = |t: &str| printable::visible(&printable::cell(t)).into_owned();
        Ok(self.to.write_record([
            &text(&r.file),
            &r.line.to_string(),
            &text(&r.column),
            r.reason.as_str(),
            &text(&r.why),
            &text(&r.value),
            &text(&r.raw),
        ])?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_a_hostile_row_are_text_and_numbers_stay() {
        let reject = Reject {
            file: "a\u{202E}vsc.csv".into(),
            line: 2,
            column: "region".into(),
            reason: Reason::UnknownWord,
            why: "not known".into(),
            value: "=HYPERLINK(\"x\")".into(),
            raw: "-1.5".into(),
        };
        let mut out = Vec::new();
        let mut file = RejectFile::new(&mut out).unwrap();
        file.reject(&reject).unwrap();
        file.finish().unwrap();
        let text = String::from_utf8(out).unwrap();
        let row = text.lines().nth(1).unwrap();
        assert!(row.starts_with("a\\u{202E}vsc.csv,2,region,"), "{row}");
        assert!(row.ends_with(",\"'=HYPERLINK(\"\"x\"\")\",-1.5"), "{row}");
    }
}
