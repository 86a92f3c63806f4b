//! Errors of this crate.

/// Why a file was not read as minutes.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MinutesError {
    /// The bytes are none of the formats that are read.
    #[error("{file}: not text, Markdown, Word (.docx) or PDF")]
    UnknownFormat {
        /// Name of the file.
        file: String,
    },
    /// A file above a limit, damaged, encrypted, or without a text layer.
    #[error("{file}: {why}")]
    Unreadable {
        /// Name of the file.
        file: String,
        /// What is wrong, where, and what to do.
        why: String,
    },
    /// A line of notes that is not understood.
    #[error("{file}, line {line}: {why}")]
    Notes {
        /// Name of the file.
        file: String,
        /// Line, counted from 1.
        line: usize,
        /// What is wrong and what is expected.
        why: String,
    },
}
