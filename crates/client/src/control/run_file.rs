//! Where a running service is found: a file in the data folder that only its owner can read.

use crate::error::{ClientError, Result};
use northbound_keys::write_secret;
use northbound_types::Utc;
use serde::{Deserialize, Serialize};
use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// Name of the file in the data folder.
pub const RUN_FILE: &str = "service.json";

/// What it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFile {
    /// Process id.
    pub pid: u32,
    /// Since when.
    pub started: Utc,
    /// Where Users post.
    pub duis: String,
    /// The loopback interface.
    pub control: SocketAddr,
    /// The right to use it. Secret.
    pub token: String,
}

impl RunFile {
    /// Its place.
    #[must_use]
    pub fn path(data: &Path) -> PathBuf {
        data.join(RUN_FILE)
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`ClientError::NotRunning`] where there is none.
    pub fn read(data: &Path) -> Result<RunFile> {
        let path = RunFile::path(data);
        let none = |why: String| ClientError::NotRunning { data: data.to_owned(), why };
        let text = fs::read_to_string(&path).map_err(|e| {
            none(if e.kind() == std::io::ErrorKind::NotFound {
                format!("there is no {RUN_FILE}")
            } else {
                e.to_string()
            })
        })?;
        serde_json::from_str(&text).map_err(|e| none(format!("{}: {e}", path.display())))
    }

    /// Writes it, readable by its owner only.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub fn write(&self, data: &Path) -> northbound_keys::Result<()> {
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        write_secret(&RunFile::path(data), &text)
    }

    /// Removes it.
    pub fn remove(data: &Path) {
        let _ = fs::remove_file(RunFile::path(data));
    }
}
