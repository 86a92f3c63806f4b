//! Files at a path that the user gives: written beside it and renamed, so that a command that is refused
//! or fails leaves what was there.

use crate::error::{AppError, Result};
use northbound_documents::render::leftovers;
use std::{
    fs::{File, OpenOptions},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

/// Writes a file by `write`; on an error the path is as it was. A path that is there and is no regular
/// file, such as a pipe, is written to directly.
///
/// # Errors
/// As `write`, and where the file cannot be written.
pub fn write<R>(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<R>) -> Result<R> {
    let io = |e| AppError::io("write", path, e);
    // What a link points to is replaced, and not the link.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if target.metadata().is_ok_and(|m| !m.is_file()) {
        let mut to = BufWriter::new(OpenOptions::new().write(true).open(&target).map_err(io)?);
        let done = write(&mut to)?;
        to.flush().map_err(io)?;
        return Ok(done);
    }
    let partial = Partial::beside(&target);
    let mut to = BufWriter::new(File::create(&partial.0).map_err(io)?);
    let done = write(&mut to)?;
    to.into_inner().map_err(|e| io(e.into_error()))?.sync_all().map_err(io)?;
    std::fs::rename(&partial.0, &target).map_err(io)?;
    Ok(done)
}

/// A file that is removed again unless it was renamed.
struct Partial(PathBuf);

impl Partial {
    fn beside(path: &Path) -> Partial {
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
        leftovers::remove(folder.unwrap_or(Path::new(".")));
        Partial(leftovers::partial(path))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
