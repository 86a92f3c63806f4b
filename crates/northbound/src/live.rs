//! The live service on the command line: `serve`, and everything that speaks with it.

pub(crate) mod device;
pub(crate) mod key;
pub(crate) mod receive;
pub(crate) mod scenario;
pub(crate) mod send;
pub(crate) mod serve;
pub(crate) mod tls;
pub(crate) mod user;
pub(crate) mod watch;

use crate::error::{CliError, Kind, Result};
pub(crate) use northbound_app::live::{change, core_time, demo, policy, policy_of, services};

/// A runtime for a command that waits for connections.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(
        |e| {
            CliError::new(Kind::Internal, "cli.internal", format!("threads cannot be started: {e}"))
        },
    )
}
