//! The loopback interface for those who run the service: what is up, what is going on, changes with
//! their Actor, a live view of each step, and metrics. HTTP and JSON; a token in the data folder,
//! which only its owner can read, is the right to use it.

mod client;
mod routes;
mod run_file;
mod top;

pub use client::{Client, Lines};
pub use routes::{Interface, StopReason};
pub use run_file::{RUN_FILE, RunFile};
pub use top::{RegionTop, Top};

use northbound_flow::Change;
use serde::{Deserialize, Serialize};

/// Bytes of a request to this interface: a change of many devices at once.
pub const REQUEST_BYTES: usize = 64 << 20;

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
