//! Which files a list of paths means.

use crate::error::{AppError, Result};
use std::path::{Path, PathBuf};

/// The files named, and those inside of the folders named, each folder sorted by name. Hidden files
/// of a folder are left out.
///
/// # Errors
/// Where a path cannot be read, or there is no file at all.
pub fn expand(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for p in paths {
        let meta = std::fs::metadata(p).map_err(|e| AppError::io("read", p, e))?;
        if meta.is_dir() {
            inside(p, &mut found)?;
        } else {
            found.push(p.clone());
        }
    }
    if found.is_empty() {
        return Err(AppError::input(
            "the folder holds no files; name files, or a folder with files",
        ));
    }
    Ok(found)
}

fn inside(dir: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(|e| AppError::io("list", dir, e))? {
        let entry = entry.map_err(|e| AppError::io("list", dir, e))?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if !hidden {
            names.push(entry.path());
        }
    }
    names.sort();
    for p in names {
        if p.is_dir() {
            inside(&p, found)?;
        } else {
            found.push(p);
        }
    }
    Ok(())
}
