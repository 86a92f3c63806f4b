//! The control interface, which operators of a service use over loopback: its documents, and a client that asks it.
//! A token in the data folder, which only its owner can read, is the right to use it.

mod client;
mod run_file;
mod top;

pub use client::{Client, Lines};
pub use run_file::{RUN_FILE, RunFile};
pub use top::{RegionTop, Top};

use crate::error::{ClientError, Result};

use northbound_flow::Change;
use serde::{Deserialize, Serialize};

/// What the paths of this version of the interface begin with.
pub const VERSION: &str = "/v1";
/// The one path that has no version and needs no token: metrics in the text form of Prometheus.
pub const METRICS: &str = "/metrics";

/// Bytes of a request to this interface: a change of many devices at once.
pub const REQUEST_BYTES: usize = 64 << 20;

/// Changes that are made by one request, at most.
pub const CHANGES: usize = 500;
/// Devices that are asked for by one request, at most.
pub const ASKED: usize = 1_000;

/// Code of a change that would change nothing, or cannot be made as things stand.
pub const UNCHANGED: &str = "control.unchanged";

/// What became of one change of several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Is it made?
    pub changed: bool,
    /// Status as of a change by itself.
    pub status: u16,
    /// Code of the error where it is not; else empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// Why it is not; else empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
}

impl Changed {
    /// The refusal as an error.
    ///
    /// # Errors
    /// [`ClientError::Refused`] where the change was not made.
    pub fn into_result(self) -> Result<()> {
        if self.changed {
            return Ok(());
        }
        Err(ClientError::Refused { status: self.status, code: self.code, message: self.message })
    }
}

/// A change with who makes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeAsked {
    /// Who: `person[@party][/body][+role…]`.
    pub actor: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// What.
    pub change: Change,
}
