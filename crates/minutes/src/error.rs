//! Errors of this crate.

/// Why a file was not read as minutes.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MinutesError {
    /// The bytes are no text in an encoding that is read.
    #[error("{file}: neither text nor Markdown")]
    UnknownFormat {
        /// Name of the file.
        file: String,
    },
    /// A file above a limit, or of a format that is not read.
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
