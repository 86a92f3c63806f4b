//! The file in the data folder that describes the running service; only its owner can read it.

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

/// The content of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFile {
    /// Process id.
    pub pid: u32,
    /// Time of the start.
    pub started: Utc,
    /// Address of the User interface.
    pub duis: String,
    /// Address of the control interface, on loopback.
    pub control: SocketAddr,
    /// The secret token of the control interface.
    pub token: String,
}

impl RunFile {
    /// The path of the file.
    #[must_use]
    pub fn path(data: &Path) -> PathBuf {
        data.join(RUN_FILE)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`ClientError::NotRunning`] if there is none.
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

    /// Writes the file, readable by its owner only.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub fn write(&self, data: &Path) -> northbound_keys::Result<()> {
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        write_secret(&RunFile::path(data), &text)
    }

    /// Removes the file.
    pub fn remove(data: &Path) {
        let _ = fs::remove_file(RunFile::path(data));
    }
}
