//! Locks on a ledger's folder. The operating system drops them when the process ends.

use crate::error::{LedgerError, io};
use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
};

/// Held by the one process that changes the ledger.
const WRITER: &str = "lock";
/// Held, shared, by readers of versions that may be old; exclusively while versions are deleted.
const READERS: &str = "readers.lock";

/// Has any process ever written to this ledger?
pub(crate) fn was_written(dir: &Path) -> bool {
    dir.join(WRITER).exists()
}

/// Takes the writer's lock: only one process at a time changes a ledger. The readers' lock is made
/// beside it, since readers make no file.
pub(crate) fn writer(dir: &Path) -> Result<File, LedgerError> {
    open(dir, READERS)?;
    exclusive(dir, WRITER)
}

/// While this is held, no version is deleted. `None` where no version was ever deleted and no writer
/// of this program was here: the lock's file is missing.
pub(crate) fn shared_readers(dir: &Path) -> Result<Option<File>, LedgerError> {
    let path = dir.join(READERS);
    let file = match File::open(&path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        opened => io("open", &path, opened)?,
    };
    io("lock", &path, file.lock_shared())?;
    Ok(Some(file))
}

/// While this is held, no reader of old versions is at work.
pub(crate) fn no_readers(dir: &Path) -> Result<File, LedgerError> {
    exclusive(dir, READERS)
}

fn exclusive(dir: &Path, name: &str) -> Result<File, LedgerError> {
    let (file, path) = open(dir, name)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LedgerError::Locked { path }),
        Err(TryLockError::Error(source)) => Err(LedgerError::Io { what: "lock", path, source }),
    }
}

fn open(dir: &Path, name: &str) -> Result<(File, PathBuf), LedgerError> {
    let path = dir.join(name);
    let options = File::options().create(true).truncate(false).write(true).open(&path);
    Ok((io("open", &path, options)?, path))
}
