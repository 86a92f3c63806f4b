//! Errors of key folders.

use northbound_gbcs::GbcsError;
use northbound_types::Eui64;
use std::{
    io,
    path::{Path, PathBuf},
};

/// Why a certificate or key cannot be read, used, made or stored.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// A file or folder could not be read or written.
    #[error("cannot {what} {path}: {source}; {}", northbound_types::advice::about_file(source))]
    Io {
        /// The operation, such as `read`.
        what: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// A certificate or key cannot be used, or contradicts another.
    #[error("{path}: {source}")]
    Unusable {
        /// The file, or the folder.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A certificate or key that is needed is not in the folder.
    #[error("{path}: {message}")]
    Missing {
        /// The folder, or the certificate whose key is missing.
        path: PathBuf,
        /// What is missing and what to do.
        message: String,
    },
    /// The machine's random number generator failed.
    #[error("the machine gives no random numbers")]
    Random {
        /// Error of the generator, which says no more.
        source: aws_lc_rs::error::Unspecified,
    },
}

impl KeysError {
    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> KeysError {
        let path = path.to_owned();
        move |source| KeysError::Io { what, path, source }
    }

    pub(crate) fn unusable<E: std::error::Error + Send + Sync + 'static>(
        path: &Path,
    ) -> impl FnOnce(E) -> KeysError {
        let path = path.to_owned();
        move |e| KeysError::Unusable { path, source: Box::new(e) }
    }
}

/// Why the signature of a signed Pre-Command is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum CommandSignatureError {
    /// The User has no certificate for Commands here.
    #[error("no certificate of {0} for Commands is trusted")]
    NoCertificate(Eui64),
    /// The signature is not that of any of the User's certificates.
    #[error(transparent)]
    Signature(#[from] GbcsError),
}

/// Result of most functions of this crate.
pub type Result<T> = std::result::Result<T, KeysError>;
