//! Errors of the ledger and its journal.

use std::path::PathBuf;

/// An error of the ledger. Its text says what went wrong, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// A call to the operating system failed.
    #[error("{what} {path}: {source}")]
    Io {
        /// The operation, such as `read`.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A Parquet file could not be read or written.
    #[error("{path}: {source}")]
    Parquet {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: parquet::errors::ParquetError,
    },
    /// Arrow could not build or read a batch.
    #[error("{path}: {source}")]
    Arrow {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: arrow_schema::ArrowError,
    },
    /// A manifest cannot be understood, or its chain is broken.
    #[error("{path}: {why}; run `northbound ledger check`")]
    Manifest {
        /// Which manifest.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A file of the ledger is not the JSON that it should be.
    #[error("{path}: not {what}: {source}; run `northbound ledger check`")]
    Json {
        /// Which file.
        path: PathBuf,
        /// What it should be, such as `a list of deleted versions`.
        what: &'static str,
        /// Why it is not.
        source: serde_json::Error,
    },
    /// A manifest could not be signed, or the ledger's signatures not be verified.
    #[error("{what}: {source}")]
    Seal {
        /// What failed.
        what: &'static str,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The ledger is signed, and there is no key to sign another version with.
    #[error(
        "version {version} of the ledger is signed with the key of certificate {signed_by}, and the folder of keys holds no key of the service, so no version can be added: import the key (`northbound key import`) or make a new one (`northbound key make`)"
    )]
    NoKey {
        /// The newest version.
        version: u64,
        /// Serial number of the certificate.
        signed_by: String,
    },
    /// Another process is writing.
    #[error(
        "{path} is locked: another northbound process is writing there; wait for it to end and run the command again"
    )]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// A part of the journal is missing or was changed.
    #[error(
        "{path} at byte {offset}: {why}; run `northbound journal check`, and keep the folder as it is"
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Byte in the file.
        offset: u64,
        /// What is wrong.
        why: String,
    },
    /// Records were appended to the journal and are not on the disk.
    #[error(
        "positions {first} to {last} of the journal are not stored: {path}: {source}; none of them may be acknowledged"
    )]
    NotStored {
        /// First position, which will be used again.
        first: u64,
        /// Last position.
        last: u64,
        /// The segment.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The journal takes no records since a write failed.
    #[error(
        "the journal in {path} accepts no records since a write failed ({why}); it resumes when the disk has free space again"
    )]
    Suspended {
        /// The journal's folder.
        path: PathBuf,
        /// What failed.
        why: String,
    },
    /// The request cannot be carried out; the text says why.
    #[error("{0}")]
    Refused(String),
    /// The memory that the run may use is full.
    #[error("{what}: {source}")]
    Memory {
        /// What was being done.
        what: &'static str,
        /// How much is in use.
        source: crate::memory::OverLimit,
    },
    /// A limit was exceeded.
    #[error("{what}: {value} is over the limit of {limit}")]
    Limit {
        /// Which limit.
        what: &'static str,
        /// The value.
        value: u64,
        /// The limit.
        limit: u64,
    },
}

impl LedgerError {
    /// Is the cause a missing file?
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, LedgerError::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound)
    }
}

/// Attaches what was being done to a refusal for lack of memory.
pub(crate) fn mem(
    what: &'static str,
    r: Result<(), crate::memory::OverLimit>,
) -> Result<(), LedgerError> {
    r.map_err(|source| LedgerError::Memory { what, source })
}

/// Attaches the path to an I/O error.
pub(crate) fn io<T>(
    what: &'static str,
    path: &std::path::Path,
    r: std::io::Result<T>,
) -> Result<T, LedgerError> {
    r.map_err(|source| LedgerError::Io { what, path: path.to_owned(), source })
}

/// Attaches the path to a JSON error, and what the file should be.
pub(crate) fn json<T>(
    what: &'static str,
    path: &std::path::Path,
    r: Result<T, serde_json::Error>,
) -> Result<T, LedgerError> {
    r.map_err(|source| LedgerError::Json { path: path.to_owned(), what, source })
}

/// Attaches the path to a Parquet error.
pub(crate) fn pq<T>(
    path: &std::path::Path,
    r: Result<T, parquet::errors::ParquetError>,
) -> Result<T, LedgerError> {
    r.map_err(|source| LedgerError::Parquet { path: path.to_owned(), source })
}

/// Attaches the path to an Arrow error.
pub(crate) fn ar<T>(
    path: &std::path::Path,
    r: Result<T, arrow_schema::ArrowError>,
) -> Result<T, LedgerError> {
    r.map_err(|source| LedgerError::Arrow { path: path.to_owned(), source })
}
