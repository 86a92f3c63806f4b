//! The ledger's folder: opening, snapshots, transactions.

use crate::{
    commit::tx::Tx,
    error::LedgerError,
    head, lock,
    manifest::{self, Manifest, Root},
    read::snapshot::Snapshot,
    retention::ranges::{PrunedRange, pruned_ranges},
    seal::Seals,
};
use northbound_types::Utc;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// The lock of a reader of versions that may be old ([`Ledger::reading`]).
#[derive(Debug)]
pub struct Reading(
    #[allow(dead_code, reason = "the lock lasts as long as its file is open")] std::fs::File,
);

/// A ledger in a folder. Opening writes nothing.
#[derive(Debug, Clone)]
pub struct Ledger {
    dir: PathBuf,
    head: Option<PathBuf>,
    seals: Option<Arc<dyn Seals>>,
}

impl Ledger {
    /// The ledger in a folder, which need not exist yet.
    #[must_use]
    pub fn at(dir: impl Into<PathBuf>) -> Ledger {
        Ledger { dir: dir.into(), head: None, seals: None }
    }
    /// The ledger of a data folder: `ledger` in it, with its head (`crate::head`) recorded beside it.
    #[must_use]
    pub fn of(data: &Path) -> Ledger {
        let head = Some(data.join(head::FILE));
        Ledger { dir: data.join("ledger"), head, seals: None }
    }
    /// The same, with signed manifests where there is a key.
    #[must_use]
    pub fn sealed(self, seals: Arc<dyn Seals>) -> Ledger {
        Ledger { seals: Some(seals), ..self }
    }
    pub(crate) fn seals(&self) -> Option<&Arc<dyn Seals>> {
        self.seals.as_ref()
    }
    /// The file that records its head, where it has one.
    #[must_use]
    pub fn head_file(&self) -> Option<&Path> {
        self.head.as_deref()
    }
    /// Its folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The newest version, `None` where nothing was ever committed.
    ///
    /// # Errors
    /// When a manifest cannot be read.
    pub fn newest(&self) -> Result<Option<Root>, LedgerError> {
        match manifest::newest(&self.dir)? {
            0 => Ok(None),
            v => manifest::read(&self.dir, v).map(Some),
        }
    }

    /// A version by its number.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn version(&self, version: u64) -> Result<Root, LedgerError> {
        manifest::read(&self.dir, version)
    }

    /// While the returned lock is held, no version of the ledger is deleted: for a reader of a version
    /// that may be old and that is cited only later. `None` where nothing was ever written.
    ///
    /// # Errors
    /// Where the lock cannot be taken.
    pub fn reading(&self) -> Result<Option<Reading>, LedgerError> {
        // A copy, perhaps on a read-only medium, has no writer to wait for.
        if !lock::was_written(&self.dir) {
            return Ok(None);
        }
        Ok(lock::shared_readers(&self.dir)?.map(Reading))
    }

    /// Begins a transaction. Only one process at a time may.
    ///
    /// # Errors
    /// [`LedgerError::Locked`] while another writes.
    pub fn begin(&self, now: Utc) -> Result<Tx, LedgerError> {
        Tx::begin(self, now)
    }

    /// The ledger as at a time: the newest version committed by then, and of its rows those known by
    /// then. Where nothing was committed by then (history imported later), the newest version's rows
    /// known by then. Without a time: everything.
    ///
    /// # Errors
    /// When a manifest cannot be read, or the version of that time was deleted.
    pub fn snapshot(&self, as_at: Option<Utc>) -> Result<Snapshot, LedgerError> {
        // A version may be deleted between listing and reading: then the list is read again, once.
        match self.look(as_at) {
            Err(e) if e.is_missing() => self.look(as_at),
            r => r,
        }
    }

    fn look(&self, as_at: Option<Utc>) -> Result<Snapshot, LedgerError> {
        let present = manifest::present(&self.dir)?;
        let Some(&newest) = present.last() else {
            let root = Root { hash: String::new(), manifest: Manifest::empty(0) };
            return Ok(Snapshot::new(&self.dir, root, as_at));
        };
        let root = match as_at {
            Some(t) => self.newest_by(&present, t)?,
            None => None,
        };
        let root = root.map_or_else(|| manifest::read(&self.dir, newest), Ok)?;
        Ok(Snapshot::new(&self.dir, root, as_at))
    }

    /// The newest version committed at `t` or before, `None` where there is none. Refused where it was
    /// deleted.
    fn newest_by(&self, present: &[u64], t: Utc) -> Result<Option<Root>, LedgerError> {
        let (mut low, mut high) = (0, present.len());
        let mut best: Option<Root> = None;
        // Versions are committed one after another, so their times ascend.
        while low < high {
            let mid = usize::midpoint(low, high);
            let r = manifest::read(&self.dir, present[mid])?;
            if r.manifest.committed <= t {
                low = mid + 1;
                best = Some(r);
            } else {
                high = mid;
            }
        }
        let hides = |r: &PrunedRange| {
            r.from <= t && best.as_ref().is_none_or(|b| b.manifest.version < r.last)
        };
        let Some(range) = pruned_ranges(&self.dir)?.into_iter().find(hides) else {
            return Ok(best);
        };
        let earlier =
            best.map_or_else(|| "an earlier day".to_owned(), |r| r.manifest.committed.to_string());
        let later = match present.get(low) {
            Some(&v) => format!(" or {}", manifest::read(&self.dir, v)?.manifest.committed),
            None => String::new(),
        };
        let PrunedRange { from, to, at, .. } = range;
        Err(LedgerError::Refused(format!(
            "the versions of the ledger from {from} to {to} were deleted on {at} (retention-ledger-versions-days), so its content at {t} is not known; ask as at {earlier}{later}"
        )))
    }

    /// The version with this hash, which is what a pack cites, as at a time.
    ///
    /// # Errors
    /// When no version has that hash.
    pub fn snapshot_of(&self, hash: &str, as_at: Option<Utc>) -> Result<Snapshot, LedgerError> {
        for v in manifest::present(&self.dir)?.into_iter().rev() {
            let root = match manifest::read(&self.dir, v) {
                Err(e) if e.is_missing() => continue,
                r => r?,
            };
            if root.hash == hash {
                return Ok(Snapshot::new(&self.dir, root, as_at));
            }
        }
        Err(LedgerError::Refused(format!(
            "no version of this ledger has the hash {hash}; `northbound ledger check` lists them"
        )))
    }
}
