//! The list of deleted versions, beside the manifests: one line for each range, each line sealed by
//! the checksum of the one before.

use crate::{
    error::{LedgerError, io, json},
    manifest,
    tables::file::hex,
};
use northbound_types::Utc;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
};

const LIST: &str = "thinned.ndjson";

/// A range of consecutive versions that were deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrunedRange {
    /// First version deleted.
    pub first: u64,
    /// Last version deleted.
    pub last: u64,
    /// Hash of the last one's manifest, which the version after it names as its predecessor.
    pub hash: String,
    /// When the first was committed.
    pub from: Utc,
    /// When the last was committed.
    pub to: Utc,
    /// When they were deleted.
    pub at: Utc,
    /// Who deleted them.
    pub by: String,
    /// SHA-256 over the previous line's `sum` and the other fields of this line.
    pub sum: String,
}

impl PrunedRange {
    /// The range with its checksum, as it follows a line with the checksum `previous`.
    pub(super) fn sealed(mut self, previous: &str) -> PrunedRange {
        self.sum = self.checksum(previous);
        self
    }
    fn checksum(&self, previous: &str) -> String {
        let mut h = Sha256::new();
        // Each part is preceded by its length, so that no two lines hash the same bytes.
        for part in [
            previous,
            &self.first.to_string(),
            &self.last.to_string(),
            &self.hash,
            &self.from.0.to_string(),
            &self.to.0.to_string(),
            &self.at.0.to_string(),
            &self.by,
        ] {
            h.update((part.len() as u64).to_le_bytes());
            h.update(part.as_bytes());
        }
        hex(&h.finalize())
    }
    /// Does the range contain this version?
    #[must_use]
    pub fn contains(&self, version: u64) -> bool {
        (self.first..=self.last).contains(&version)
    }
}

/// The ranges deleted so far, in the order of their deletion.
///
/// # Errors
/// When the list exists and cannot be read.
pub fn pruned_ranges(dir: &Path) -> Result<Vec<PrunedRange>, LedgerError> {
    let path = list_path(dir);
    let text = match std::fs::read_to_string(&path) {
        Ok(t) => t,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(LedgerError::Io { what: "read", path, source }),
    };
    text.lines()
        .map(|l| json("a list of deleted versions", &path, serde_json::from_str(l)))
        .collect()
}

/// The checksum of the whole list, which a new manifest records; empty when nothing was ever deleted.
pub(crate) fn list_checksum(dir: &Path) -> Result<String, LedgerError> {
    Ok(pruned_ranges(dir)?.pop().map(|r| r.sum).unwrap_or_default())
}

/// Is every line sealed by the one before it?
pub(crate) fn is_intact(list: &[PrunedRange]) -> bool {
    let mut previous = "";
    list.iter().all(|r| {
        let ok = r.checksum(previous) == r.sum;
        previous = &r.sum;
        ok
    })
}

pub(crate) fn list_path(dir: &Path) -> PathBuf {
    manifest::folder(dir).join(LIST)
}

pub(super) fn write_list(dir: &Path, list: &[PrunedRange]) -> Result<(), LedgerError> {
    let path = list_path(dir);
    let mut bytes = Vec::new();
    for r in list {
        json("a list of deleted versions", &path, serde_json::to_writer(&mut bytes, r))?;
        bytes.push(b'\n');
    }
    replace(&path, &bytes)
}

/// Replaces a file so that a crash leaves either the old content or the new.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), LedgerError> {
    let tmp = path.with_extension("tmp");
    let mut f = io("create", &tmp, File::create(&tmp))?;
    io("write", &tmp, f.write_all(bytes))?;
    io("sync", &tmp, f.sync_all())?;
    io("rename", path, std::fs::rename(&tmp, path))?;
    match path.parent() {
        Some(d) => io("sync", d, File::open(d).and_then(|d| d.sync_all())),
        None => Ok(()),
    }
}
