//! Errors of listening, connecting and posting.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
};
use tokio_rustls::rustls::{self, pki_types::InvalidDnsNameError, server::VerifierBuilderError};

/// Why nothing can listen on an address, or TLS cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// A file could not be read.
    #[error(
        "cannot {what} {path}: {source}; check the path, your rights to it and the space on its disk"
    )]
    Io {
        /// The operation, such as `read`.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; is something else listening there?")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Error of the operating system.
        source: io::Error,
    },
    /// A certificate and a key that do not belong together.
    #[error("TLS: {certificate} with {key}: {source}")]
    Pair {
        /// File of the certificate.
        certificate: PathBuf,
        /// File of the key.
        key: PathBuf,
        /// What is wrong with them.
        source: rustls::Error,
    },
    /// A file of authorities with a certificate that is none.
    #[error("TLS: {path}: {source}")]
    Authority {
        /// The file.
        path: PathBuf,
        /// What is wrong with the certificate.
        source: rustls::Error,
    },
    /// A file of authorities by which no client can be verified.
    #[error("TLS: {path}: {source}")]
    Authorities {
        /// The file.
        path: PathBuf,
        /// What is wrong with them.
        source: VerifierBuilderError,
    },
    /// A PEM file without what it should hold.
    #[error("TLS: {path}: no {missing} in PEM")]
    Empty {
        /// The file.
        path: PathBuf,
        /// `certificate` or `private key`.
        missing: &'static str,
    },
    /// TLS cannot be used at all.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
}

impl TransportError {
    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> TransportError {
        let path = path.to_owned();
        move |source| TransportError::Io { what, path, source }
    }
}

/// Why a posted message got no answer.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// There was no answer in time.
    #[error("no answer within {milliseconds} ms")]
    Timeout {
        /// The limit.
        milliseconds: u128,
    },
    /// The connection could not be made, or its TLS handshake failed.
    #[error(transparent)]
    Connect(#[from] io::Error),
    /// The host is no name that a certificate can be verified for.
    #[error(transparent)]
    Host(#[from] InvalidDnsNameError),
    /// The connection ended before the answer: the error of the connection with its causes.
    #[error("{0}")]
    Ended(String),
}

/// Result of most functions of this crate.
pub type Result<T> = std::result::Result<T, TransportError>;
