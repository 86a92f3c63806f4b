//! Writing files so that a reader sees the old pack or the new one, never half of one.

use super::{Replace, leftovers};
use crate::{
    DocumentError,
    manifest::{self, Manifest},
};
use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

/// Most files looked at before a folder is called something else than a pack.
const MAX_FILES: usize = 20_000;

/// Writes files, each under its path inside `dir`. Where the folder is empty or only holds what an
/// earlier manifest lists, it is replaced as a whole by renaming.
///
/// # Errors
/// [`DocumentError::ForeignFile`] where [`Replace::Document`] would remove a file that no manifest lists;
/// [`DocumentError::Io`].
pub fn write(
    dir: &Path,
    files: &[(String, Vec<u8>)],
    replace: Replace,
) -> Result<(), DocumentError> {
    let present = listing(dir)?;
    match replace {
        _ if present.is_empty() => swap(dir, files),
        Replace::Files => files.iter().try_for_each(|(name, bytes)| one(&dir.join(name), bytes)),
        Replace::Document => {
            let known = known_files(dir);
            match present.iter().find(|name| !known.contains(*name)) {
                Some(found) => {
                    Err(DocumentError::ForeignFile { path: dir.to_owned(), found: found.clone() })
                }
                None => swap(dir, files),
            }
        }
    }
}

/// The files that the manifest in the folder lists, itself among them; none where there is none.
fn known_files(dir: &Path) -> BTreeSet<String> {
    let Some(found) = fs::read(dir.join(manifest::NAME)).ok().and_then(|b| Manifest::read(&b))
    else {
        return BTreeSet::new();
    };
    found.files.into_iter().map(|f| f.name).chain([manifest::NAME.to_owned()]).collect()
}

/// Every file below the folder, as paths with `/`. A link counts as a file.
fn listing(dir: &Path) -> Result<Vec<String>, DocumentError> {
    let mut out = Vec::new();
    let mut open = vec![(dir.to_owned(), String::new())];
    while let Some((path, prefix)) = open.pop() {
        let entries = match fs::read_dir(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound && prefix.is_empty() => return Ok(out),
            other => other.map_err(|e| DocumentError::io(&path, e))?,
        };
        for entry in entries {
            let entry = entry.map_err(|e| DocumentError::io(&path, e))?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type().map_err(|e| DocumentError::io(&path, e))?;
            if kind.is_dir() {
                open.push((entry.path(), format!("{name}/")));
            } else {
                out.push(name);
            }
            if out.len() > MAX_FILES {
                return Ok(out);
            }
        }
    }
    out.sort();
    Ok(out)
}

/// Writes a new folder beside the old one and changes their names.
fn swap(dir: &Path, files: &[(String, Vec<u8>)]) -> Result<(), DocumentError> {
    let parent = match dir.parent() {
        Some(p) if !p.as_os_str().is_empty() => p.to_owned(),
        _ => PathBuf::from("."),
    };
    fs::create_dir_all(&parent).map_err(|e| DocumentError::io(&parent, e))?;
    leftovers::remove(&parent);
    let fresh = tempfile::Builder::new()
        .prefix(&format!("{}{}-", leftovers::FOLDER, std::process::id()))
        .tempdir_in(&parent)
        .map_err(|e| DocumentError::io(&parent, e))?;
    let inside = fresh.path().join("new");
    fs::create_dir(&inside).map_err(|e| DocumentError::io(&inside, e))?;
    for (name, bytes) in files {
        one(&inside.join(name), bytes)?;
    }
    let old = fresh.path().join("old");
    match fs::rename(dir, &old) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(DocumentError::io(dir, e)),
        _ => {}
    }
    if let Err(e) = fs::rename(&inside, dir) {
        // The old pack goes back where it was; the first error is the one to report.
        let _ = fs::rename(&old, dir);
        return Err(DocumentError::io(dir, e));
    }
    Ok(())
}

/// Writes one file under another name and renames it.
fn one(path: &Path, bytes: &[u8]) -> Result<(), DocumentError> {
    let parent = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|e| DocumentError::io(parent, e))?;
    let partial = leftovers::partial(path);
    let write = || {
        let mut file = fs::File::create(&partial)?;
        io::Write::write_all(&mut file, bytes)?;
        file.sync_all()?;
        fs::rename(&partial, path)
    };
    write().map_err(|e| DocumentError::io(path, e))
}
