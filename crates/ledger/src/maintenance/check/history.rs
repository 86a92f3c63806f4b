//! The versions that a check found, for comparison with what cites them.

use crate::{manifest::Root, retention::PrunedRange};
use northbound_types::Utc;

/// A version that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Number.
    pub version: u64,
    /// SHA-256 of its manifest.
    pub hash: String,
    /// When it was committed.
    pub committed: Utc,
    /// Revision of the registers that it cites.
    pub register_revision: i64,
    /// Hash of the registers' history at it; empty where the version does not say.
    pub register_hash: String,
    /// Position of the journal that it cites.
    pub journal_position: u64,
}

/// Every version that is there, ascending, and the ranges that retention deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// Versions that could be read.
    pub versions: Vec<Version>,
    /// Deleted ranges.
    pub pruned: Vec<PrunedRange>,
    /// The newest version; `None` where there is none or it cannot be read.
    pub newest: Option<Root>,
}

impl History {
    /// The version with this number, where it is there.
    #[must_use]
    pub fn version(&self, version: u64) -> Option<&Version> {
        let at = self.versions.binary_search_by_key(&version, |v| v.version).ok()?;
        self.versions.get(at)
    }
    /// The version with this hash, where it is there.
    #[must_use]
    pub fn with_hash(&self, hash: &str) -> Option<&Version> {
        self.versions.iter().rev().find(|v| v.hash == hash)
    }
    /// The range in which a version was deleted.
    #[must_use]
    pub fn pruned(&self, version: u64) -> Option<&PrunedRange> {
        self.pruned.iter().find(|r| r.contains(version))
    }
    /// Number and hash of the newest version, for people.
    #[must_use]
    pub fn newest_in_words(&self) -> String {
        match self.versions.last() {
            Some(v) => format!("version {} as the newest", v.version),
            None => "no version".to_owned(),
        }
    }
}
