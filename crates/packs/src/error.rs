//! What can go wrong when evidence is gathered or a pack is built, issued or explained.

use northbound_documents::DocumentError;
use std::path::{Path, PathBuf};

/// Why there is no pack, report or explanation.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The document is not sound, or could not be written.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] northbound_ledger::LedgerError),
    /// The registers cannot be read, or a right is missing.
    #[error(transparent)]
    Registers(#[from] northbound_registers::error::RegisterError),
    /// A rule cannot be used.
    #[error(transparent)]
    Rules(#[from] northbound_rules::RuleError),
    /// The measures cannot be evaluated.
    #[error(transparent)]
    Measures(#[from] northbound_measures::MeasureError),
    /// The figure, pack or methodology that was named does not exist.
    #[error("{0}")]
    NotFound(String),
    /// A figure is written neither as an id nor as measure/provider/region/period.
    #[error("{0}")]
    NotAFigure(String),
    /// A rule on issuing or asking refuses.
    #[error("{0}")]
    Refused(String),
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// A file that an earlier run wrote is not the JSON that it should be.
    #[error("{} cannot be read: {source}; it was written by another version of the program, or it is damaged", path.display())]
    Stored {
        /// The file.
        path: PathBuf,
        /// Where the JSON is wrong.
        source: serde_json::Error,
    },
    /// An archived rule set is not the one that its name says.
    #[error("{} cannot be read: its files have the hash {found}; it was written by another version of the program, or it is damaged", path.display())]
    WrongHash {
        /// The file.
        path: PathBuf,
        /// Hash of the rule set in it.
        found: String,
    },
    /// The messages of a figure could not be exported.
    #[error("CSV: {0}")]
    Csv(#[source] csv::Error),
    /// The counts of a figure and the messages behind it differ: a defect of the program.
    #[error(
        "figure {figure} does not add up: {part} counts {counted}, but {found} messages were found; run `northbound ledger check`"
    )]
    DoesNotAdd {
        /// Figure id.
        figure: String,
        /// `numerator`, `denominator` or the reason of an exclusion.
        part: String,
        /// By the counts.
        counted: u64,
        /// By the messages.
        found: u64,
    },
}

impl PackError {
    pub(crate) fn io(path: &Path, source: std::io::Error) -> PackError {
        PackError::Io { path: path.to_owned(), source }
    }
}
