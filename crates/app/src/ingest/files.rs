//! Which files a list of paths means.

use crate::error::{AppError, Result};
use northbound_ingest::source::is_litter;
use std::path::{Path, PathBuf};

/// The files of a list of paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expanded {
    /// The files named, and those inside of the folders named, each folder sorted by name.
    pub files: Vec<PathBuf>,
    /// What was in those folders and is no data: hidden files, and what desktops leave beside data.
    pub left_out: Vec<PathBuf>,
}

/// The files named, and those inside of the folders named. A file that is named itself is always taken.
///
/// # Errors
/// Where a path cannot be read, or there is no file at all.
pub fn expand(paths: &[PathBuf]) -> Result<Expanded> {
    let mut found = Expanded::default();
    for p in paths {
        let meta = std::fs::metadata(p).map_err(|e| AppError::io("read", p, e))?;
        if meta.is_dir() {
            inside(p, &mut found)?;
        } else {
            found.files.push(p.clone());
        }
    }
    if found.files.is_empty() {
        return Err(AppError::input(
            "the folder holds no files; name files, or a folder with files",
        ));
    }
    Ok(found)
}

fn is_no_data(name: &str) -> bool {
    name.starts_with('.') || is_litter(name)
}

fn inside(dir: &Path, found: &mut Expanded) -> Result<()> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(|e| AppError::io("list", dir, e))? {
        let entry = entry.map_err(|e| AppError::io("list", dir, e))?;
        if is_no_data(&entry.file_name().to_string_lossy()) {
            found.left_out.push(entry.path());
        } else {
            names.push(entry.path());
        }
    }
    names.sort();
    found.left_out.sort();
    for p in names {
        if p.is_dir() {
            inside(&p, found)?;
        } else {
            found.files.push(p);
        }
    }
    Ok(())
}
