//! The emulated devices as a process of their own, so that a crash of the service does not take
//! the devices' memory with it, and a crash of the devices is like a region that is gone.
//!
//! [`serve`] listens on loopback and speaks [`frame`]s. Behind it one thread, the [`core`], runs the
//! emulated network in real time (or faster, by a factor) and keeps the execution log: a record is
//! written and synced before anybody hears of the answer, so that after any crash a Command is
//! either in the log, and never done again, or was never done. `docs/network.md` says how the
//! frames look.

pub mod clock;
pub mod core;
pub mod folder;
pub mod frame;
pub mod log;
mod server;

pub use server::next as next_frame;
pub use server::serve;

use crate::model::{ReplayError, Scenario};
use northbound_gbcs::{GbcsError, keys::PublicKey};
use northbound_types::Eui64;
use std::path::PathBuf;

/// What the devices are.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder for log and state.
    pub data: PathBuf,
    /// Seed, fleet, faults and storms.
    pub scenario: Scenario,
    /// How many times faster than real time it runs, from 1.
    pub factor: u32,
    /// Who gets the devices' alerts: the home's number chooses among them. With none, no device
    /// raises an alert of its own.
    pub recipients: Vec<Eui64>,
    /// Chance that a device answers with an error, ppm.
    pub error_ppm: u64,
    /// Devices check Commands for the broker's MAC.
    pub broker: Option<PublicKey>,
    /// Those whose responses carry a MAC for them.
    pub recipient_keys: Vec<(Eui64, PublicKey)>,
    /// Devices sign answers to signed Commands, and alerts.
    pub sign: bool,
}

impl Settings {
    /// Devices of a scenario in a folder: in real time, without errors, without keys.
    #[must_use]
    pub fn new(data: PathBuf, scenario: Scenario, recipients: Vec<Eui64>) -> Settings {
        Settings {
            data,
            scenario,
            factor: 1,
            recipients,
            error_ppm: 0,
            broker: None,
            recipient_keys: Vec::new(),
            sign: false,
        }
    }
}

/// What stops the devices.
#[derive(Debug, thiserror::Error)]
pub enum DevicesError {
    /// A file cannot be read or written.
    #[error("{path}: {action}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The operation.
        action: &'static str,
        /// Error of the operating system.
        source: std::io::Error,
    },
    /// The folder is in use.
    #[error("{0}: another process runs these devices; stop it, or name another folder")]
    Locked(PathBuf),
    /// The folder belongs to another network.
    #[error("{path}: made for {found}, not for {asked}; name another folder, or run it as it was")]
    Other {
        /// The file that says so.
        path: PathBuf,
        /// What it was made for.
        found: String,
        /// What was asked for.
        asked: String,
    },
    /// The state file cannot be read.
    #[error("{path}: {detail}; it is written by this program and not to be edited")]
    State {
        /// The file.
        path: PathBuf,
        /// The fault, in words.
        detail: String,
    },
    /// The execution log is damaged before its end.
    #[error(
        "{path}, byte {offset}: {detail}; what was done after it is not known, so nothing is executed. Restore the file from a copy"
    )]
    Log {
        /// The log.
        path: PathBuf,
        /// The byte of the fault.
        offset: u64,
        /// The fault, in words.
        detail: String,
    },
    /// The execution log contradicts itself.
    #[error("{path}: {source}")]
    Replay {
        /// The log.
        path: PathBuf,
        /// The contradiction.
        source: ReplayError,
    },
    /// A message could not be written.
    #[error(transparent)]
    Message(#[from] GbcsError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; devices listen on loopback only")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// Error of the operating system.
        source: std::io::Error,
    },
    /// The thread of the devices could not be started.
    #[error("the devices stopped: {0}")]
    Thread(#[source] std::io::Error),
    /// The thread of the devices has ended.
    #[error("the devices stopped: {reason}")]
    Stopped {
        /// How it was noticed.
        reason: &'static str,
        /// The task that waited for it, where it failed.
        source: Option<tokio::task::JoinError>,
    },
}

impl DevicesError {
    pub(crate) fn io(
        path: &std::path::Path,
        action: &'static str,
        source: std::io::Error,
    ) -> DevicesError {
        DevicesError::Io { path: path.to_owned(), action, source }
    }
}
