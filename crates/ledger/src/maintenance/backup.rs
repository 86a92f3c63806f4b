//! Backup and restore: copies that are verified by their hashes.

use crate::{
    error::{LedgerError, io},
    head, manifest,
    retention::ranges::list_path,
    store::Ledger,
    tables::file::sha256_of,
};
use std::{collections::BTreeSet, path::Path};

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Copied {
    /// Versions.
    pub versions: u64,
    /// Files.
    pub files: u64,
    /// Bytes.
    pub bytes: u64,
}

/// Copies every version up to one and every file that any of them names into an empty or missing folder,
/// comparing each file's hash on the way. A service may go on committing.
///
/// # Errors
/// When `to` is not empty, a file is missing, or a hash differs: then the copy is incomplete.
pub fn copy(
    from: &Ledger,
    to: &Path,
    upto: u64,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Copied, LedgerError> {
    if to.exists() && io("list", to, std::fs::read_dir(to))?.next().is_some() {
        return Err(LedgerError::Refused(format!(
            "{} is not empty; name a new folder",
            to.display()
        )));
    }
    let _reading = from.reading()?;
    if let Some(path) = from.head_file() {
        head::confirm(from.dir(), path)?;
    }
    let versions: Vec<u64> =
        manifest::present(from.dir())?.into_iter().filter(|v| *v <= upto).collect();
    let mut files: BTreeSet<(String, String, u64)> = BTreeSet::new();
    for &v in &versions {
        files.extend(
            from.version(v)?
                .manifest
                .tables
                .into_values()
                .flatten()
                .map(|f| (f.path, f.sha256, f.bytes)),
        );
    }
    let mut done = Copied { versions: versions.len() as u64, files: 0, bytes: 0 };
    let total: u64 = files.iter().map(|f| f.2).sum();
    for (path, sha256, bytes) in &files {
        let (source, target) = (from.dir().join(path), to.join(path));
        if let Some(dir) = target.parent() {
            io("create folder", dir, std::fs::create_dir_all(dir))?;
        }
        io("copy", &source, durable(&source, &target))?;
        if sha256_of(&target)? != *sha256 {
            return Err(LedgerError::Refused(format!(
                "{path} does not have the hash that the manifest gives it: the source is damaged, the copy is not complete"
            )));
        }
        done.files += 1;
        done.bytes += bytes;
        progress(done.bytes, total);
    }
    // Manifests last: an interrupted copy is an empty ledger, never a wrong one.
    let list = list_path(from.dir());
    let listed = list.exists().then(|| (list, list_path(to)));
    for (source, target) in listed.into_iter().chain(
        versions.iter().map(|&v| (manifest::path_of(from.dir(), v), manifest::path_of(to, v))),
    ) {
        if let Some(dir) = target.parent() {
            io("create folder", dir, std::fs::create_dir_all(dir))?;
        }
        io("copy", &source, durable(&source, &target))?;
    }
    Ok(done)
}

/// A copy that the disk has.
fn durable(source: &Path, target: &Path) -> std::io::Result<()> {
    std::fs::copy(source, target)?;
    std::fs::File::open(target)?.sync_all()
}
