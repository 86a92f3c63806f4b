//! Why an archive as a whole cannot be read. A single bad message is a reject, not an error.

use std::path::PathBuf;

/// Why an archive cannot be read or put together.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// A file or folder would not open or read.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The container is damaged.
    #[error("{}: damaged archive: {source}; unpack it with its own tool and give the folder", path.display())]
    Damaged {
        /// The archive.
        path: PathBuf,
        /// What its format forbids, or the error of the library that unpacks it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It unpacks to more than it should.
    #[error("{}: unpacks to more than {limit}; raise the limit if the archive is trusted", path.display())]
    Bomb {
        /// Which.
        path: PathBuf,
        /// What was exceeded.
        limit: String,
    },
    /// A zip with so many files that their list does not fit into memory.
    #[error("{}: {files} files in one zip; the memory limit allows {most}: unpack it and give the folder", path.display())]
    Crowded {
        /// Which.
        path: PathBuf,
        /// How many.
        files: u64,
        /// How many may be.
        most: u64,
    },
    /// Reading it would take more memory than the process may use.
    #[error("{}: {source}", path.display())]
    Memory {
        /// Which.
        path: PathBuf,
        /// How much is in use.
        source: northbound_ledger::memory::OverLimit,
    },
    /// The inventory of devices is no such table.
    #[error("device inventory, line {line}: {source}")]
    Inventory {
        /// Line of the file.
        line: u64,
        /// What is wrong and what to write.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The temporary files of a large archive failed.
    #[error("temporary file {}: {source}; name another folder for temporary files if the disk is full", path.display())]
    Spill {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A temporary file did not read back as it was written.
    #[error("temporary file {}: {source}", path.display())]
    SpillContent {
        /// The file.
        path: PathBuf,
        /// Where the JSON is wrong.
        source: serde_json::Error,
    },
    /// Whoever takes the rows refused one.
    #[error("storing a row: {0}")]
    Sink(#[source] Box<dyn std::error::Error + Send + Sync>),
}
