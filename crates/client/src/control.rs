//! The control interface, which operators of a service use over loopback: its documents and its client.
//! Access needs a token from the data folder, which only its owner can read.

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

/// The header that names who acts, in the form `person[@party][/body][+role…]`. Like `--as` it is declared: who
/// has the token could declare anybody.
pub const ACTOR: &str = "northbound-actor";

/// Largest request to this interface, in bytes; a change of many devices fits.
pub const REQUEST_BYTES: usize = 64 << 20;

/// Most changes in one request.
pub const CHANGES: usize = 500;
/// Most devices in one request.
pub const ASKED: usize = 1_000;

/// Code of a change that would have no effect, or is not possible in the current state.
pub const UNCHANGED: &str = "control.unchanged";

/// The outcome of one change of several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Whether the change was made.
    pub changed: bool,
    /// HTTP status that the change would have had on its own.
    pub status: u16,
    /// Code of the error if it was not made; else empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// Error text if it was not made; else empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
}

impl Changed {
    /// The refusal as an error.
    ///
    /// # Errors
    /// [`ClientError::Refused`] if the change was not made.
    pub fn into_result(self) -> Result<()> {
        if self.changed {
            return Ok(());
        }
        Err(ClientError::Refused { status: self.status, code: self.code, message: self.message })
    }
}

/// A change with its actor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeAsked {
    /// The actor: `person[@party][/body][+role…]`.
    pub actor: String,
    /// The reason.
    #[serde(default)]
    pub reason: String,
    /// The change.
    pub change: Change,
}
