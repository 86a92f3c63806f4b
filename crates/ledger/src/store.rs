//! The ledger's folder: opening, snapshots, transactions.

use crate::{
    error::LedgerError,
    manifest::{self, Manifest, Root},
    snapshot::Snapshot,
    thin,
    tx::Tx,
};
use northbound_types::Utc;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Held by who reads versions that may be old ([`Ledger::reading`]).
#[derive(Debug)]
pub struct Reading(
    #[allow(dead_code, reason = "the lock lasts as long as its file is open")] std::fs::File,
);

/// A ledger in a folder. Opening writes nothing.
#[derive(Debug, Clone)]
pub struct Ledger {
    dir: PathBuf,
}

impl Ledger {
    /// The ledger in a folder, which need not exist yet.
    #[must_use]
    pub fn at(dir: impl Into<PathBuf>) -> Ledger {
        Ledger { dir: dir.into() }
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

    /// While this is held no version of the ledger is let go: for who reads one that may be old, and cites
    /// it only later. None where nobody has ever written here.
    ///
    /// # Errors
    /// Where the lock cannot be taken.
    pub fn reading(&self) -> Result<Option<Reading>, LedgerError> {
        // A copy at rest, perhaps on a medium that cannot be written, has no writer to wait for.
        self.dir.join("lock").exists().then(|| thin::reading(&self.dir).map(Reading)).transpose()
    }

    /// Begins a transaction. Only one process at a time may.
    ///
    /// # Errors
    /// [`LedgerError::Locked`] while another writes.
    pub fn begin(&self, now: Utc) -> Result<Tx, LedgerError> {
        Tx::begin(&self.dir, now)
    }

    /// The ledger as at a time: the newest version committed by then, and of its rows those known by
    /// then. Where nothing was committed by then (history imported later), the newest version's rows
    /// known by then. Without a time: everything.
    ///
    /// # Errors
    /// When a manifest cannot be read, or the version of that time was let go.
    pub fn snapshot(&self, as_at: Option<Utc>) -> Result<Snapshot, LedgerError> {
        // A version may be let go between listing and reading: then the list is read anew, once.
        match self.look(as_at) {
            Err(e) if e.is_missing() => self.look(as_at),
            r => r,
        }
    }

    fn look(&self, as_at: Option<Utc>) -> Result<Snapshot, LedgerError> {
        let present = manifest::present(&self.dir)?;
        let mut root = match present.last() {
            None => Root { hash: String::new(), manifest: none() },
            Some(&newest) => manifest::read(&self.dir, newest)?,
        };
        if let Some(t) = as_at {
            let (mut low, mut high) = (0, present.len());
            let mut best = None;
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
            if let Some(g) = thin::gone(&self.dir)?
                .into_iter()
                .find(|g| g.from <= t && best.as_ref().is_none_or(|r| r.manifest.version < g.last))
            {
                let later = present.get(low).map(|&v| manifest::read(&self.dir, v)).transpose()?;
                let or =
                    later.map_or_else(String::new, |r| format!(" or {}", r.manifest.committed));
                return Err(LedgerError::Refused(format!(
                    "the ledger's versions of {} to {} were let go on {} (retention-ledger-versions-days), so how it stood at {t} is not known; ask as at {}{or}",
                    g.from,
                    g.to,
                    g.at,
                    best.as_ref().map_or_else(
                        || "an earlier day".to_owned(),
                        |r| r.manifest.committed.to_string()
                    )
                )));
            }
            if let Some(r) = best {
                root = r;
            }
        }
        Ok(Snapshot::new(&self.dir, root, as_at))
    }

    /// A certain version as at a time: what a pack cites.
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

fn none() -> Manifest {
    Manifest {
        version: 0,
        previous: String::new(),
        committed: Utc(0),
        what: String::new(),
        rules: String::new(),
        register_revision: 0,
        journal_position: 0,
        tables: BTreeMap::new(),
        sources: Vec::new(),
        retracted: Vec::new(),
        thinned: String::new(),
    }
}
