//! Errors of the service itself. An invalid message of a User is answered with a Response and is no error here.

use northbound_flow::{ChangeError, policy::PolicyError};
use northbound_keys::KeysError;
use northbound_ledger::LedgerError;
use northbound_rules::RuleError;
use northbound_transport::TransportError;
use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// Why the service cannot start or continue, or its journal cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// A setting cannot be used.
    #[error("{path}: {why}")]
    Config {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to write.
        why: String,
    },
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
    /// Plain HTTP beyond this machine.
    #[error(
        "plain HTTP on {address} could be read by anybody on the way: listen on 127.0.0.1, or give a certificate and a key"
    )]
    PlainBeyondLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// The worker threads of the service could not be started: a fault of the machine.
    #[error(
        "cannot start the service's worker threads: {source}; is the machine out of threads or file descriptors?"
    )]
    Runtime {
        /// Error of the operating system.
        source: io::Error,
    },
    /// A thread could not be started: a fault of the machine.
    #[error("cannot start the thread {name}: {source}; is the machine out of threads?")]
    Thread {
        /// Name of the thread.
        name: &'static str,
        /// Error of the operating system.
        source: io::Error,
    },
    /// A record of the journal cannot be understood, written or replayed.
    #[error("the journal, position {position}: {why}")]
    Journal {
        /// Position of the record.
        position: u64,
        /// Why not.
        why: String,
    },
    /// A change that would change nothing, or cannot be made in the current state.
    #[error(transparent)]
    Unchanged(#[from] ChangeError),
    /// Certificates and keys of messages.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// Listening and TLS.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// Ledger and journal.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Rules.
    #[error(transparent)]
    Rules(#[from] RuleError),
    /// Settings of the core that the rules do not have.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

impl GatewayError {
    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> GatewayError {
        let path = path.to_owned();
        move |source| GatewayError::Io { what, path, source }
    }
}

/// Result of most functions of this crate.
pub type Result<T> = std::result::Result<T, GatewayError>;
