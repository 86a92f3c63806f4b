//! What can go wrong with the service itself. What is wrong with a message is an answer, no error.

use northbound_flow::policy::PolicyError;
use northbound_ledger::LedgerError;
use northbound_rules::RuleError;
use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// Why the service cannot start, go on or be reached.
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
    /// A file or folder.
    #[error("cannot {what} {path}: {source}; check the path and your rights to it")]
    Io {
        /// What was tried.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// An address that cannot be listened on.
    #[error("cannot listen on {address}: {source}; is something else listening there?")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// Plain HTTP beyond this machine.
    #[error(
        "plain HTTP on {address} could be read by anybody on the way: listen on 127.0.0.1, or give a certificate and a key"
    )]
    PlainBeyondLoopback {
        /// Which address.
        address: SocketAddr,
    },
    /// Certificates and keys of connections.
    #[error("TLS: {0}")]
    Tls(String),
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
    /// The machine's random number generator failed.
    #[error("the machine gives no random numbers")]
    Random {
        /// Error of the generator, which says no more.
        source: aws_lc_rs::error::Unspecified,
    },
    /// Keys of messages.
    #[error("{path}: {why}")]
    Key {
        /// The file, or the folder.
        path: PathBuf,
        /// What is wrong and what to do.
        why: String,
    },
    /// What is journaled cannot be understood.
    #[error("the journal, position {position}: {why}")]
    Journal {
        /// Where.
        position: u64,
        /// Why not.
        why: String,
    },
    /// The service is not there.
    #[error("no service runs on {data}: {why}; start one with `northbound serve`")]
    NotRunning {
        /// The data folder.
        data: PathBuf,
        /// How that was found out.
        why: String,
    },
    /// The service said no.
    #[error("{message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Stable code.
        code: String,
        /// What it said.
        message: String,
    },
    /// A connection broke, or its answer was none.
    #[error("{address}: {why}")]
    Connection {
        /// Whom it was to.
        address: String,
        /// What happened.
        why: String,
    },
    /// Ledger and journal.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Rules.
    #[error(transparent)]
    Rules(#[from] RuleError),
    /// What the core decides by.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

impl GatewayError {
    /// A change of several that was not made.
    #[must_use]
    pub fn of_change(c: crate::control::Changed) -> GatewayError {
        GatewayError::Refused { status: c.status, code: c.code, message: c.message }
    }
    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> GatewayError {
        let path = path.to_owned();
        move |source| GatewayError::Io { what, path, source }
    }
}

/// What most functions here return.
pub type Result<T> = std::result::Result<T, GatewayError>;
