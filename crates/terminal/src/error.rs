//! What can go wrong with an answer on its way to the reader.

use std::io;

/// An answer could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// Standard output cannot be written to.
    #[error("cannot write to standard output")]
    Write(#[source] io::Error),
    /// The answer has no such table.
    #[error("the answer has no table {wanted:?}; {known}")]
    NoTable {
        /// As it was asked for: a number or a name.
        wanted: String,
        /// The tables that it has, in words.
        known: String,
    },
}
