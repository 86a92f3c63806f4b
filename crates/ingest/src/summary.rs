//! What came of a file.

use crate::{error::Reason, source::SourceMeta};
use northbound_types::{Utc, text_enum};
use serde::Serialize;
use std::collections::BTreeMap;

text_enum! {
    /// Something about accepted rows that a reader of the summary should know.
    pub enum Flag("flag") {
        /// No region was stated; such rows never enter a regional figure.
        RegionUnknown = "region-unknown",
        /// The answer is dated before the request by more than the tolerance: accepted, with a clock error.
        AnswerBeforeReceived = "answer-before-received",
        /// A percentage over 100: accepted.
        OverHundred = "over-100-percent",
        /// Text, numerator and denominator disagree: both readings are stored.
        ReadingsDisagree = "readings-disagree",
        /// Several readings of one number: none is chosen.
        SeveralReadings = "several-readings",
        /// A number up to 1 without a percent sign: a percentage or a share, both readings are stored. A target
        /// or minimum like this is not used.
        BareFraction = "bare-fraction",
        /// A cell with a spreadsheet's error, such as `#DIV/0!`: no value is stated, so that a row without
        /// another one is stored as not reported.
        ErrorCell = "error-cell",
        /// A row without any value: stored as not reported.
        BlankValue = "blank-value",
        /// A target or minimum that is no percentage: stored as text.
        LevelNotANumber = "level-not-a-number",
        /// No state in the row: derived from times and code.
        StateDerived = "state-derived",
        /// A row that the sheet does not show: read like the others.
        HiddenRow = "hidden-row",
        /// A row with a cell of a merged range: it took the value of the first.
        FilledFromMerged = "filled-from-merged-cells",
    }
}

/// Counters by flag, without a map in the hot path.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flags([u64; Flag::ALL.len()]);

impl Flags {
    pub(crate) fn add(&mut self, flag: Flag) {
        self.0[flag as usize] += 1;
    }
    pub(crate) fn counts(&self) -> BTreeMap<Flag, u64> {
        Flag::ALL.iter().map(|&f| (f, self.0[f as usize])).filter(|(_, n)| *n > 0).collect()
    }
}

/// One file: rows read = accepted + rejected, always.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileSummary {
    /// Which file.
    pub source: SourceMeta,
    /// Rows read.
    pub read: u64,
    /// Rows that went in.
    pub accepted: u64,
    /// Rows that did not.
    pub rejected: u64,
    /// Rejected rows by reason.
    pub by_reason: BTreeMap<Reason, u64>,
    /// Accepted rows by flag.
    pub flags: BTreeMap<Flag, u64>,
    /// Source columns that nothing used.
    pub ignored_columns: Vec<String>,
    /// Earliest time of reception among accepted rows.
    pub first: Option<Utc>,
    /// Latest time of reception among accepted rows.
    pub last: Option<Utc>,
    /// `true` where the same bytes are known already and nothing was read.
    pub already_known: bool,
    /// What a person should know of the file, as sentences: hidden rows, merged cells, other sheets.
    pub notes: Vec<String>,
}

impl FileSummary {
    /// A file whose bytes are known already: nothing was read.
    pub(crate) fn already(source: SourceMeta) -> FileSummary {
        FileSummary {
            source,
            read: 0,
            accepted: 0,
            rejected: 0,
            by_reason: BTreeMap::new(),
            flags: BTreeMap::new(),
            ignored_columns: Vec::new(),
            first: None,
            last: None,
            already_known: true,
            notes: Vec::new(),
        }
    }
}

/// All files of one run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// By file, in the order given.
    pub files: Vec<FileSummary>,
}

impl Summary {
    /// Rows read in all files.
    #[must_use]
    pub fn read(&self) -> u64 {
        self.files.iter().map(|f| f.read).sum()
    }
    /// Rows accepted in all files.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.files.iter().map(|f| f.accepted).sum()
    }
    /// Rows rejected in all files.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.files.iter().map(|f| f.rejected).sum()
    }
    /// Rejected rows by reason, over all files.
    #[must_use]
    pub fn by_reason(&self) -> BTreeMap<Reason, u64> {
        let mut all = BTreeMap::new();
        for (&reason, n) in self.files.iter().flat_map(|f| &f.by_reason) {
            *all.entry(reason).or_insert(0) += n;
        }
        all
    }
    /// Accepted rows with a flag, over all files.
    #[must_use]
    pub fn flagged(&self, flag: Flag) -> u64 {
        self.files.iter().filter_map(|f| f.flags.get(&flag)).sum()
    }
}

/// What a file is going through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Its hash is being computed.
    Hashing,
    /// Its rows are being read.
    Reading,
}

/// How far a file is. Bytes are those of the file as it lies on disk (compressed, where it is).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// Name of the file.
    pub file: &'a str,
    /// What is being done.
    pub phase: Phase,
    /// Bytes done.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
    /// Rows read so far.
    pub rows: u64,
    /// Rows rejected so far.
    pub rejected: u64,
}
