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
}
