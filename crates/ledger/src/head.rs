//! The head of a ledger: number and hash of its newest version, recorded in a file outside the
//! ledger's folder. The chain of manifests protects every version but the newest, whose hash no other
//! manifest names; the head does, and it remains when versions are removed.
//!
//! A commit first makes sure that the head is at the version it follows, then makes its manifest
//! visible, then moves the head. So a crash leaves the head at most one version behind, and never ahead.

use crate::{
    error::{LedgerError, io, json},
    manifest::{self, Root},
    retention::ranges::replace,
};
use serde::{Deserialize, Serialize};
use std::{io::ErrorKind, path::Path};

/// Name of the file in a data folder, beside the folder of the ledger.
pub const FILE: &str = "ledger-head.json";
/// What the file says it is.
pub const FORMAT: &str = "northbound-ledger-head/1";

/// The newest version, by number and hash. Version 0 with an empty hash is a ledger without one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// Version.
    pub version: u64,
    /// SHA-256 of its manifest.
    pub hash: String,
}

#[derive(Serialize, Deserialize)]
struct Recorded {
    format: String,
    version: u64,
    hash: String,
}

impl Head {
    pub(crate) fn of(root: Option<&Root>) -> Head {
        root.map_or_else(Head::default, |r| Head {
            version: r.manifest.version,
            hash: r.hash.clone(),
        })
    }

    /// Reads the file; `None` where there is none.
    ///
    /// # Errors
    /// Where it cannot be read or is no head.
    pub fn read(path: &Path) -> Result<Option<Head>, LedgerError> {
        let bytes = match std::fs::read(path) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            read => io("read", path, read)?,
        };
        let Recorded { format, version, hash } =
            json("the head of a ledger", path, serde_json::from_slice(&bytes))?;
        if format != FORMAT {
            let why = format!("has the format {format:?}; this program reads {FORMAT}");
            return Err(LedgerError::Manifest { path: path.to_owned(), why });
        }
        Ok(Some(Head { version, hash }))
    }

    /// Replaces the file; a crash leaves the old content or the new.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), LedgerError> {
        let recorded =
            Recorded { format: FORMAT.to_owned(), version: self.version, hash: self.hash.clone() };
        let mut bytes = json("the head of a ledger", path, serde_json::to_vec_pretty(&recorded))?;
        bytes.push(b'\n');
        replace(path, &bytes)
    }

    /// Is this what the file may say while `newest` is the newest version? The version before it may be
    /// recorded, since a commit may have been interrupted.
    fn fits(&self, newest: Option<&Root>) -> bool {
        let before = newest
            .map(|r| Head { version: r.manifest.version - 1, hash: r.manifest.previous.clone() });
        *self == Head::of(newest) || before.is_some_and(|b| *self == b)
    }
}

/// Refuses to add a version to a ledger whose newest versions were changed or removed: the chain would
/// confirm what is left.
pub(crate) fn require(dir: &Path, path: &Path, base: Option<&Root>) -> Result<(), LedgerError> {
    let Some(found) = Head::read(path)? else { return Ok(()) };
    let newest = base.map_or(0, |b| b.manifest.version);
    // A program that records no head may have added versions after the one recorded.
    let earlier = || {
        found.version < newest
            && base.is_some_and(|b| !b.manifest.head_recorded)
            && match manifest::read(dir, found.version) {
                Ok(root) => root.hash == found.hash,
                Err(e) => e.is_missing(),
            }
    };
    if found.fits(base) || earlier() {
        return Ok(());
    }
    Err(disagrees(path, &found, &Head::of(base)))
}

/// Refuses where the version that is recorded was changed or removed. Versions may be committed
/// meanwhile.
pub(crate) fn confirm(dir: &Path, path: &Path) -> Result<(), LedgerError> {
    let Some(recorded) = Head::read(path)?.filter(|h| h.version > 0) else { return Ok(()) };
    match manifest::read(dir, recorded.version) {
        Ok(root) if root.hash == recorded.hash => Ok(()),
        // Deleted by retention, which never deletes the newest.
        Err(e) if e.is_missing() && manifest::newest(dir)? > recorded.version => Ok(()),
        Err(e) if !e.is_missing() => Err(e),
        found => Err(disagrees(path, &recorded, &Head::of(found.ok().as_ref()))),
    }
}

fn disagrees(path: &Path, recorded: &Head, found: &Head) -> LedgerError {
    let why = format!(
        "records version {} with the hash {}, and the ledger has version {} with the hash {:?}: its newest versions were changed or removed; restore the ledger from a backup",
        recorded.version, recorded.hash, found.version, found.hash
    );
    LedgerError::Manifest { path: path.to_owned(), why }
}

/// Records the version that a commit follows, where it is not recorded yet.
pub(crate) fn before_commit(path: &Path, base: Option<&Root>) -> Result<(), LedgerError> {
    let head = Head::of(base);
    if Head::read(path)?.as_ref() == Some(&head) {
        return Ok(());
    }
    head.write(path)
}

/// Does the file fit the newest version? Only where that version's writer recorded heads.
pub(crate) fn is_current(found: &Head, newest: &Root) -> bool {
    !newest.manifest.head_recorded || found.fits(Some(newest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Manifest;

    fn root(version: u64, previous: &str) -> Root {
        let manifest = Manifest {
            previous: previous.to_owned(),
            head_recorded: true,
            ..Manifest::empty(version)
        };
        Root { hash: format!("hash-{version}"), manifest }
    }

    #[test]
    fn a_commit_follows_only_the_version_that_is_recorded() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        let (one, two) = (root(1, ""), root(2, "hash-1"));
        require(dir.path(), &path, Some(&one)).unwrap();
        before_commit(&path, Some(&one)).unwrap();
        require(dir.path(), &path, Some(&one)).unwrap();
        // Interrupted after the manifest: one version behind.
        require(dir.path(), &path, Some(&two)).unwrap();
        Head::of(Some(&two)).write(&path).unwrap();
        require(dir.path(), &path, Some(&two)).unwrap();
        let edited = Root { hash: "other".to_owned(), ..two };
        for removed in [Some(&one), Some(&edited), None] {
            let e = require(dir.path(), &path, removed).unwrap_err().to_string();
            assert!(e.contains("records version 2 with the hash hash-2"), "{e}");
        }
        // More than one version behind.
        let four = root(4, "hash-3");
        assert!(require(dir.path(), &path, Some(&four)).is_err());
        let mut older = four;
        older.manifest.head_recorded = false;
        require(dir.path(), &path, Some(&older)).unwrap();
    }

    #[test]
    fn a_file_that_is_no_head_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        assert_eq!(Head::read(&path).unwrap(), None);
        for text in ["", "{}", r#"{"format": "other/1", "version": 1, "hash": ""}"#] {
            std::fs::write(&path, text).unwrap();
            assert!(Head::read(&path).is_err(), "{text}");
        }
    }
}
