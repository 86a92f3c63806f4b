//! The devices' folder: whose network it is, since when, and which alerts were taken.

use super::{DevicesError, clock};
use crate::model::Scenario;
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::Write,
    path::{Path, PathBuf},
};

const NETWORK_FILE: &str = "network.json";
const TAKEN_FILE: &str = "alerts-taken";
const LOCK_FILE: &str = "lock";

/// What a folder was made for. Another seed or fleet is another network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Network {
    title: String,
    seed: u64,
    meters: u32,
    factor: u32,
    start: i64,
}

/// The folder, held by this process.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// When the network started, µs UTC: faults count from here, also after a crash.
    pub start: i64,
    _lock: File,
}

impl Folder {
    /// Takes the folder, makes it where there is none.
    ///
    /// # Errors
    /// Another process holds it; it belongs to another network; a file cannot be read or written.
    pub fn take(path: &Path, scenario: &Scenario, factor: u32) -> Result<Folder, DevicesError> {
        fs::create_dir_all(path).map_err(|e| DevicesError::io(path, "make", e))?;
        let lock_path = path.join(LOCK_FILE);
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(|e| DevicesError::io(&lock_path, "open", e))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(DevicesError::Locked(path.to_owned())),
            Err(TryLockError::Error(e)) => return Err(DevicesError::io(&lock_path, "lock", e)),
        }
        let start = network(path, scenario, factor)?;
        Ok(Folder { path: path.to_owned(), start, _lock: lock })
    }

    /// The number of the last alert that was taken: it and all before it are safe elsewhere.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn taken(&self) -> Result<Option<u64>, DevicesError> {
        let path = self.path.join(TAKEN_FILE);
        match fs::read(&path) {
            Ok(b) => {
                <[u8; 8]>::try_from(&b[..]).map(|b| Some(u64::from_be_bytes(b))).map_err(|_| {
                    DevicesError::State {
                        path,
                        detail: format!("{} bytes where 8 belong", b.len()),
                    }
                })
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(DevicesError::io(&path, "read", e)),
        }
    }

    /// Keeps the number of the last alert that was taken. Not synced: where it is lost, alerts come
    /// again, which they may.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep_taken(&self, number: u64) -> Result<(), DevicesError> {
        replace(&self.path.join(TAKEN_FILE), &number.to_be_bytes(), false)
    }
}

fn network(path: &Path, scenario: &Scenario, factor: u32) -> Result<i64, DevicesError> {
    let file = path.join(NETWORK_FILE);
    let asked = Network {
        title: scenario.title.clone(),
        seed: scenario.seed,
        meters: scenario.meters,
        factor,
        start: clock::wall(),
    };
    let found: Network = match fs::read(&file) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map_err(|e| DevicesError::State { path: file.clone(), detail: e.to_string() })?,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let bytes = serde_json::to_vec(&asked)
                .map_err(|e| DevicesError::State { path: file.clone(), detail: e.to_string() })?;
            replace(&file, &bytes, true)?;
            return Ok(asked.start);
        }
        Err(e) => return Err(DevicesError::io(&file, "read", e)),
    };
    let say = |n: &Network| {
        format!("«{}», seed {}, {} meters, factor {}", n.title, n.seed, n.meters, n.factor)
    };
    let start = found.start;
    if found == (Network { start, ..asked.clone() }) {
        Ok(start)
    } else {
        Err(DevicesError::Other { path: file, found: say(&found), asked: say(&asked) })
    }
}

/// A file that is there whole or not at all.
fn replace(path: &Path, bytes: &[u8], sync: bool) -> Result<(), DevicesError> {
    let new = path.with_extension("new");
    let io = |action, e| DevicesError::io(&new, action, e);
    let mut file = File::create(&new).map_err(|e| io("make", e))?;
    file.write_all(bytes).map_err(|e| io("write", e))?;
    if sync {
        file.sync_all().map_err(|e| io("sync", e))?;
    }
    fs::rename(&new, path).map_err(|e| DevicesError::io(path, "rename", e))
}
