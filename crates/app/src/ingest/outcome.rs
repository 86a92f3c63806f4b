//! The outcome of an ingest, and how it is shown.

use super::Expanded;
use crate::{
    answer::{Answer, Table, count},
    context::Context,
    error::{AppError, Kind, Result},
};
use northbound_ingest::Summary;
use northbound_registers::Counts;
use northbound_types::Utc;
use serde::Serialize;
use serde_json::json;

/// The outcome for one file. JSON keys are documented in `docs/cli.md`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct IngestedFile {
    /// File name without folders.
    pub file: String,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// The layout as which it was read.
    pub layout: String,
    /// Number in the ledger, or id in the registers; empty on a dry run.
    pub id: String,
    /// `true` where the same bytes were ingested before and nothing was added.
    pub already: bool,
    /// Rows read: accepted and rejected.
    pub read: u64,
    /// Rows stored, repeats included.
    pub accepted: u64,
    /// Rows rejected.
    pub rejected: u64,
    /// Accepted rows that repeat a stored one.
    pub duplicates: u64,
    /// Accepted rows that contradict a stored one of the same identity.
    pub collisions: u64,
    /// Rejected rows by reason.
    pub by_reason: serde_json::Value,
    /// Accepted rows by flag, such as `region-unknown`.
    pub flags: serde_json::Value,
    /// Columns of the file that nothing used.
    pub ignored_columns: Vec<String>,
    /// Earliest time of reception among accepted rows.
    pub first: Option<Utc>,
    /// Latest time of reception among accepted rows.
    pub last: Option<Utc>,
    /// Path of the file of rejected rows, where there is one.
    pub rejects: Option<String>,
    /// Further remarks, as sentences.
    pub notes: Vec<String>,
}

/// The outcome of one call.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Ingested {
    /// By file, in the order in which they were read.
    pub files: Vec<IngestedFile>,
    /// Version of the ledger now; absent where the rows went to the registers or nothing was new.
    pub ledger_version: Option<u64>,
    /// Hash of that version's manifest.
    pub manifest: Option<String>,
    /// Days whose rollups were computed again.
    pub days: u64,
    /// `true` where nothing was stored.
    pub dry_run: bool,
    /// Paths in the folders named that are no data, such as lock files of office programs.
    pub left_out: Vec<String>,
}

impl IngestedFile {
    /// From the reader's summary of one file.
    pub(super) fn read(summary: &Summary) -> Result<IngestedFile> {
        let Some(f) = summary.files.first() else {
            return Err(AppError::internal("the reader gave no summary"));
        };
        Ok(IngestedFile {
            file: f.source.name.clone(),
            sha256: f.source.sha256.clone(),
            layout: f.source.layout.as_str().to_owned(),
            already: f.already_known,
            read: f.read,
            accepted: f.accepted,
            rejected: f.rejected,
            by_reason: json!(f.by_reason),
            flags: json!(f.flags),
            ignored_columns: f.ignored_columns.clone(),
            first: f.first,
            last: f.last,
            notes: f.notes.clone(),
            ..IngestedFile::default()
        })
    }

    /// A file of which no row, or less than half of the rows, is accepted is most likely the wrong file
    /// or read by the wrong mapping, so nothing of it is stored. The latter may be allowed.
    pub(super) fn refuse_if_mostly_rejected(&self, allow: bool) -> Result<()> {
        let at = self.rejects.as_ref().map(|p| format!("; {p} says why")).unwrap_or_default();
        if self.accepted == 0 && self.rejected > 0 {
            return Err(AppError::new(
                Kind::BadInput,
                "ingest.nothing-taken",
                format!(
                    "{}: none of its {} rows was accepted{at}; nothing was ingested. Check the layout or the mapping (--guess proposes one)",
                    self.file, self.read
                ),
            ));
        }
        if self.rejected > self.accepted && !allow {
            return Err(AppError::new(
                Kind::BadInput,
                "ingest.mostly-bad",
                format!(
                    "{}: {} of its {} rows were rejected{at}; nothing was ingested. Check the layout or the mapping (--guess proposes one), or take the rest with --allow-mostly-bad",
                    self.file, self.rejected, self.read
                ),
            ));
        }
        Ok(())
    }

    pub(super) fn counts(&self) -> Counts {
        Counts {
            rows: signed(self.read),
            accepted: signed(self.accepted),
            rejected: signed(self.rejected),
        }
    }

    fn cells(&self) -> [String; 10] {
        let time = |t: Option<Utc>| t.map(|t| t.to_string()).unwrap_or_default();
        [
            self.id.clone(),
            self.file.clone(),
            self.layout.clone(),
            count(self.read),
            count(self.accepted),
            count(self.rejected),
            count(self.duplicates),
            count(self.collisions),
            time(self.first),
            time(self.last),
        ]
    }

    /// Sentences for people about this file.
    fn remarks(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(p) = &self.rejects {
            lines.push(format!(
                "Warning: {} of {} rows of {} were rejected; {p} says where and why.",
                count(self.rejected),
                count(self.read),
                self.file
            ));
        }
        for (flag, n) in self.flags.as_object().into_iter().flatten() {
            lines.push(format!("{}: {n} rows {flag}.", self.file));
        }
        if !self.ignored_columns.is_empty() {
            let names = self.ignored_columns.join(", ");
            lines.push(format!("{}: columns not used: {names}.", self.file));
        }
        lines.extend(self.notes.iter().map(|n| format!("{}: {n}", self.file)));
        lines
    }
}

pub(super) fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

const COLUMNS: [&str; 10] = [
    "id",
    "file",
    "layout",
    ">rows read",
    ">taken",
    ">rejected",
    ">duplicates",
    ">collisions",
    "first received (UTC)",
    "last received (UTC)",
];

impl Ingested {
    pub(super) fn with_left_out(mut self, found: &Expanded) -> Ingested {
        self.left_out = found.left_out.iter().map(|p| p.display().to_string()).collect();
        self
    }

    /// As a neutral document.
    #[must_use]
    pub fn answer(&self, ctx: &Context) -> Answer {
        let mut table = Table::new("", &COLUMNS);
        let mut answer = Answer::new(json!(self));
        for f in &self.files {
            if f.already {
                answer =
                    answer.say(format!("{}: already ingested as {}, nothing added.", f.file, f.id));
            } else {
                table.row(f.cells());
            }
        }
        if !self.left_out.is_empty() {
            answer = answer.say(format!("Left out, no data: {}.", self.left_out.join(", ")));
        }
        if self.dry_run {
            answer = answer.say("Dry run: nothing was stored.");
        }
        if !table.rows.is_empty() {
            answer = answer.table(table);
        }
        for line in self.files.iter().flat_map(IngestedFile::remarks) {
            answer = answer.then(line);
        }
        if let Some(v) = self.ledger_version {
            answer = answer.then(format!(
                "The ledger in {} is at version {v}; the rollups of {} days were recomputed.",
                ctx.data.display(),
                self.days
            ));
        }
        answer
    }
}
