//! What can go wrong with a file, and with a row.

use northbound_ledger::{memory::OverLimit, sink::SinkError};
use northbound_types::text_enum;
use std::{
    borrow::Cow,
    path::{Path, PathBuf},
};

/// A file, a mapping or a sink that cannot be used. A bad row is never an error: it is a reject.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// A file operation failed.
    #[error("cannot {what} {path}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Nothing in it at all.
    #[error("{path} is empty (0 bytes or blank lines only): ask for the file again")]
    Empty {
        /// Which file.
        path: PathBuf,
    },
    /// A header and nothing under it.
    #[error(
        "{path} has a header and no rows: if nothing happened, there is nothing to ingest; if not, ask for the file again"
    )]
    HeaderOnly {
        /// Which file.
        path: PathBuf,
    },
    /// Not a file of the kinds that are read, or broken.
    #[error("{path} cannot be read: {why}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why, and what to do.
        why: String,
        /// The error of the reader, where there is one.
        source: Option<SinkError>,
    },
    /// The header does not fit the layout.
    #[error("{path}, header: {why}")]
    Header {
        /// Which file.
        path: PathBuf,
        /// Why, and what to do.
        why: String,
    },
    /// The mapping itself is wrong.
    #[error("{file}, line {line}, key `{key}`: {why}")]
    Mapping {
        /// The mapping file.
        file: String,
        /// Its line.
        line: u64,
        /// The key, dotted.
        key: String,
        /// What is wrong and what to write.
        why: String,
    },
    /// More than half of the first rows are bad: most likely the wrong layout or mapping.
    #[error(
        "{path}: {rejected} of the first {read} rows are bad, the first at line {line}: {first}; nothing of this file is stored. Check the layout or the mapping (--guess proposes one), or allow mostly bad files"
    )]
    MostlyBad {
        /// Which file.
        path: PathBuf,
        /// Rows read.
        read: u64,
        /// Rows rejected.
        rejected: u64,
        /// Line of the first.
        line: i64,
        /// Why the first was rejected.
        first: String,
    },
    /// More rejects than the caller will keep.
    #[error("{path}: more than {limit} bad rows, the limit; nothing of this file is stored")]
    RejectLimit {
        /// Which file.
        path: PathBuf,
        /// The limit.
        limit: u64,
    },
    /// Reading it would take more memory than the process may use.
    #[error("{path} cannot be read: {source}")]
    Memory {
        /// Which file.
        path: PathBuf,
        /// How much is in use.
        source: OverLimit,
    },
    /// The ledger would not take a row.
    #[error("{path}, line {line}: the row could not be stored: {source}")]
    Sink {
        /// Which file.
        path: PathBuf,
        /// Line of the row.
        line: i64,
        /// Why.
        source: SinkError,
    },
    /// The rejects file would not take a row.
    #[error("a rejected row could not be written down: {source}")]
    Rejects {
        /// Why.
        source: SinkError,
    },
}

impl IngestError {
    /// A file that cannot be read, for a reason found here.
    pub(crate) fn unreadable(path: &Path, why: impl Into<String>) -> IngestError {
        IngestError::Unreadable { path: path.to_owned(), why: why.into(), source: None }
    }

    /// A file that cannot be read, for an error of its reader, which is put after `context`.
    pub(crate) fn unreadable_by(
        path: &Path,
        context: &str,
        source: impl Into<SinkError>,
    ) -> IngestError {
        let source = source.into();
        let why = format!("{context}{source}");
        IngestError::Unreadable { path: path.to_owned(), why, source: Some(source) }
    }
}

text_enum! {
    /// Why a row was rejected, as a word that can be counted.
    pub enum Reason("reason for a reject") {
        /// A required value is not there.
        MissingValue = "missing-value",
        /// Not a time in the stated format.
        NotATime = "not-a-time",
        /// A wall-clock time without a zone.
        NoZone = "no-zone",
        /// The wall clock showed this time twice.
        AmbiguousTime = "ambiguous-time",
        /// The wall clock never showed this time.
        SkippedTime = "skipped-time",
        /// Before 1970 or after 2200.
        TimeOutOfRange = "time-out-of-range",
        /// Ends before it starts.
        EndBeforeStart = "end-before-start",
        /// Not a whole minute.
        NotAMinute = "not-a-minute",
        /// Not in the closed set.
        UnknownWord = "unknown-word",
        /// Not a number.
        NotANumber = "not-a-number",
        /// Negative where that is impossible.
        Negative = "negative",
        /// Does not fit.
        TooLarge = "too-large",
        /// Not an EUI-64.
        MalformedEui = "malformed-eui",
        /// Not a RequestID.
        MalformedRequestId = "malformed-request-id",
        /// Not the id of an incident.
        MalformedIncidentId = "malformed-incident-id",
        /// Not a Service Reference Variant.
        MalformedSrv = "malformed-srv",
        /// Not a period.
        MalformedPeriod = "malformed-period",
        /// More met than fell due.
        NumeratorOverDenominator = "numerator-over-denominator",
        /// A numerator without a denominator, or the reverse.
        HalfARatio = "half-a-ratio",
        /// Both a value and a null.
        ValueAndNull = "value-and-null",
        /// The row contradicts itself.
        Contradiction = "contradiction",
        /// A text over its limit.
        FieldTooLong = "field-too-long",
        /// Control characters where none belong.
        ControlCharacter = "control-character",
        /// A line over the limit.
        LineTooLong = "line-too-long",
        /// More or fewer fields than the header.
        WrongFieldCount = "wrong-field-count",
        /// Not UTF-8.
        NotUtf8 = "not-utf-8",
        /// Not one flat JSON object.
        NotJson = "not-json",
        /// A key twice in one object.
        DuplicateKey = "duplicate-key",
        /// A column of the wrong type.
        WrongType = "wrong-type",
        /// Cells that are merged over several columns.
        MergedCells = "merged-cells",
        /// A spelling that may mean unknown, not applicable, or a name.
        AmbiguousSpelling = "ambiguous-spelling",
    }
}

/// Why one row cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The column, in canonical name; empty where the whole row is meant.
    pub column: Cow<'static, str>,
    /// The word.
    pub reason: Reason,
    /// In words: what is wrong and what to write instead.
    pub why: String,
    /// The value as found.
    pub value: String,
}

/// Boxed, so that the good path stays small.
pub(crate) type Bad = Box<Fault>;

/// A fault with all its parts.
pub(crate) fn fault(
    column: impl Into<Cow<'static, str>>,
    reason: Reason,
    why: impl Into<String>,
    value: &str,
) -> Bad {
    Box::new(Fault {
        column: column.into(),
        reason,
        why: why.into(),
        value: shown(value).to_owned(),
    })
}

/// As much of a text as a reject repeats.
pub(crate) fn shown(text: &str) -> &str {
    let mut end = text.len().min(crate::limits::MAX_SHOWN);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
