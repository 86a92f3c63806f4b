//! What can go wrong when a pack is checked or written.

use std::path::{Path, PathBuf};

/// Why a pack was not written. Messages fit after "failed to write the pack:".
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The document contradicts itself.
    #[error("the document is not sound: {place}: {problem}")]
    Unsound {
        /// Section, block, row and column.
        place: String,
        /// What is wrong and what to do.
        problem: String,
    },
    /// A limit was passed.
    #[error("{place} has {found} {what}, above the limit of {limit}; split it")]
    TooLarge {
        /// Where.
        place: String,
        /// What was counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// The folder holds something that is not a pack.
    #[error("{} holds {found:?}, which no pack wrote; choose an empty folder, or ask for files to be replaced", path.display())]
    NotAPack {
        /// The folder.
        path: PathBuf,
        /// A file in it that does not belong to a pack.
        found: String,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The operating system's words.
        source: std::io::Error,
    },
    /// A printer refused.
    #[error("{format}: {problem}")]
    Printer {
        /// `XLSX`, `PDF`, `CSV` or `JSON`.
        format: &'static str,
        /// What it said.
        problem: String,
    },
    /// The ledger refused.
    #[error("{0}")]
    Ledger(#[from] northbound_ledger::LedgerError),
    /// The registers refused.
    #[error("{0}")]
    Registers(#[from] northbound_registers::error::RegisterError),
    /// A rule cannot be used.
    #[error("{0}")]
    Rules(#[from] northbound_rules::RuleError),
    /// The measures refused.
    #[error("{0}")]
    Measures(#[from] northbound_measures::MeasureError),
    /// What was named is not there.
    #[error("{0}")]
    NotFound(String),
    /// A rule of issuing or asking refuses.
    #[error("{0}")]
    Refused(String),
    /// A file that an earlier run wrote cannot be read.
    #[error("{} cannot be read: {problem}; it was written by another version of the program, or it is damaged", path.display())]
    Stored {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The counts of a figure and the messages behind it differ: a defect of the program.
    #[error(
        "figure {figure} does not re-add: {part} counts {counted}, and {found} messages are found; run `northbound ledger check`"
    )]
    DoesNotAdd {
        /// Figure.
        figure: String,
        /// Which part.
        part: String,
        /// By the counts.
        counted: u64,
        /// By the messages.
        found: u64,
    },
}

impl PackError {
    pub(crate) fn unsound(place: impl Into<String>, problem: impl Into<String>) -> PackError {
        PackError::Unsound { place: place.into(), problem: problem.into() }
    }
    pub(crate) fn io(path: &Path, source: std::io::Error) -> PackError {
        PackError::Io { path: path.to_owned(), source }
    }
    pub(crate) fn printer(format: &'static str, problem: impl std::fmt::Display) -> PackError {
        PackError::Printer { format, problem: problem.to_string() }
    }
}
