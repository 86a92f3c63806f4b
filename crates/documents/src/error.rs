//! What can go wrong when a document is checked or written.

use std::path::{Path, PathBuf};

/// Why a document was not written.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// The document contradicts itself.
    #[error("the document is invalid: {place}: {problem}")]
    Unsound {
        /// Section, block, row and column.
        place: String,
        /// What is wrong and what to do.
        problem: String,
    },
    /// A limit was passed.
    #[error("{place} has {found} {what}, above the limit of {limit}; split it")]
    TooLarge {
        /// Section, table or chart.
        place: String,
        /// What was counted, in the plural.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// The folder holds a file that no document wrote, so it is not replaced.
    #[error("{} contains {found:?}, which is not part of a pack; choose an empty folder, or remove the file first", path.display())]
    ForeignFile {
        /// The folder.
        path: PathBuf,
        /// A file in it that is on no manifest.
        found: String,
    },
    /// A Word document cannot be the template of another.
    #[error("{name} cannot be used as a template: {problem}")]
    Template {
        /// The file.
        name: String,
        /// What is wrong and what to do.
        problem: String,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// A renderer failed.
    #[error("{format}: {source}")]
    Printer {
        /// `XLSX`, `PDF`, `DOCX`, `CSV` or `JSON`.
        format: &'static str,
        /// The error of the library that writes the format.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl DocumentError {
    pub(crate) fn unsound(place: impl Into<String>, problem: impl Into<String>) -> DocumentError {
        DocumentError::Unsound { place: place.into(), problem: problem.into() }
    }
    pub(crate) fn io(path: &Path, source: std::io::Error) -> DocumentError {
        DocumentError::Io { path: path.to_owned(), source }
    }
    pub(crate) fn printer(
        format: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> DocumentError {
        DocumentError::Printer { format, source: source.into() }
    }
}
