//! Errors of the clients.

use northbound_keys::KeysError;
use northbound_transport::TransportError;
use std::{
    error::Error,
    path::{Path, PathBuf},
};

/// A failure to reach a service, a refusal by it, or a message that cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No service runs on the data folder.
    #[error("no service runs on {data}: {why}; start one with `northbound serve`")]
    NotRunning {
        /// The data folder.
        data: PathBuf,
        /// How this was detected.
        why: String,
    },
    /// The service refused.
    #[error("{message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Stable code, such as `control.right`.
        code: String,
        /// The service's message.
        message: String,
    },
    /// A connection broke, or its answer cannot be understood.
    #[error("{address}: {why}")]
    Connection {
        /// The other end.
        address: String,
        /// What went wrong.
        why: String,
    },
    /// A message could not be posted.
    #[error("{address}: {source}")]
    Post {
        /// The address.
        address: String,
        /// The cause.
        source: northbound_transport::PostError,
    },
    /// A file that is not a usable message.
    #[error("{path}: {source}")]
    Input {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A signed Pre-Command could not be built.
    #[error("{request}: {source}")]
    PreCommand {
        /// RequestID of the request.
        request: String,
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A failure of the keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// A failure to listen, or of TLS.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

impl ClientError {
    pub(crate) fn input(
        path: &Path,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> ClientError {
        ClientError::Input { path: path.to_owned(), source: source.into() }
    }
}

/// Result of most functions of this crate.
pub type Result<T> = std::result::Result<T, ClientError>;
