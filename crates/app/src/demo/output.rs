//! The demo's folder: an earlier demo is replaced, anything else is left alone.

use crate::error::{AppError, Result};
use std::path::Path;

/// Marks the folder as a demo.
const MARKER: &str = ".northbound-demo";

/// What a demo creates, and so may remove.
const MADE: [&str; 3] = ["input", "data", "pack"];

/// Puts a folder's files in place of another folder.
pub(super) fn copy(from: &Path, to: &Path) -> Result<()> {
    match std::fs::remove_dir_all(to) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            return Err(AppError::io("clear", to, e));
        }
        _ => {}
    }
    copy_into(from, to)
}

fn copy_into(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to).map_err(|e| AppError::io("make the folder", to, e))?;
    let entries = std::fs::read_dir(from).map_err(|e| AppError::io("list", from, e))?;
    for entry in entries {
        let entry = entry.map_err(|e| AppError::io("list", from, e))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy_into(&source, &target)?;
        } else {
            std::fs::copy(&source, &target).map_err(|e| AppError::io("copy", &source, e))?;
        }
    }
    Ok(())
}

pub(super) fn prepare(out: &Path) -> Result<()> {
    let io = |what: &str, e: std::io::Error| AppError::io(what, out, e);
    match std::fs::read_dir(out) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
        Err(e) => return Err(io("list", e)),
        Ok(mut entries) => {
            if entries.next().is_some() && !out.join(MARKER).is_file() {
                return Err(AppError::refused(format!(
                    "{} is not empty and holds no earlier demo; name another folder with --out",
                    out.display()
                )));
            }
        }
    }
    for name in MADE {
        match std::fs::remove_dir_all(out.join(name)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(AppError::io("clear", &out.join(name), e));
            }
            _ => {}
        }
    }
    std::fs::create_dir_all(out).map_err(|e| io("make the folder", e))?;
    std::fs::write(
        out.join(MARKER),
        "Made by `northbound demo`, which replaces input, data and pack.\n",
    )
    .map_err(|e| io("write into", e))
}
