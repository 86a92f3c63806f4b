//! The ledger's folder: opening, snapshots, transactions.

use crate::{error::LedgerError, manifest::{self, Manifest, Root}, snapshot::Snapshot, tx::Tx};
use northbound_types::Utc;
use std::{collections::BTreeMap, path::{Path, PathBuf}};

/// A ledger in a folder. Opening writes nothing.
#[derive(Debug, Clone)]
pub struct Ledger {
    dir: PathBuf,
}

impl Ledger {
    /// The ledger in a folder, which need not exist yet.
    #[must_use]
    pub fn at(dir: impl Into<PathBuf>) -> Ledger { Ledger { dir: dir.into() } }
    /// Its folder.
    #[must_use]
    pub fn dir(&self) -> &Path { &self.dir }

    /// The newest version, `None` where nothing was ever committed.
    ///
    /// # Errors
    /// When a manifest cannot be read.
    pub fn newest(&self) -> Result<Option<Root>, LedgerError> {
        match manifest::newest(&self.dir)? { 0 => Ok(None), v => manifest::read(&self.dir, v).map(Some) }
    }

    /// A version by its number.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn version(&self, version: u64) -> Result<Root, LedgerError> { manifest::read(&self.dir, version) }

    /// Begins a transaction. Only one process at a time may.
    ///
    /// # Errors
    /// [`LedgerError::Locked`] while another writes.
    pub fn begin(&self, now: Utc) -> Result<Tx, LedgerError> { Tx::begin(&self.dir, now) }

    /// The ledger as at a time: the newest version committed by then, and of its rows those known by
    /// then. Where nothing was committed by then (history imported later), the newest version's rows
    /// known by then. Without a time: everything.
    ///
    /// # Errors
    /// When a manifest cannot be read.
    pub fn snapshot(&self, as_at: Option<Utc>) -> Result<Snapshot, LedgerError> {
        let newest = manifest::newest(&self.dir)?;
        let mut root = if newest == 0 { Root { hash: String::new(), manifest: none() } } else { manifest::read(&self.dir, newest)? };
        if let Some(t) = as_at {
            let (mut low, mut high) = (1, newest);
            let mut best = None;
            // Versions are committed one after another, so their times ascend.
            while low <= high {
                let mid = u64::midpoint(low, high);
                let r = manifest::read(&self.dir, mid)?;
                if r.manifest.committed <= t { low = mid + 1; best = Some(r); } else { high = mid - 1; }
            }
            if let Some(r) = best { root = r; }
        }
        Ok(Snapshot::new(&self.dir, root, as_at))
    }

    /// A certain version as at a time: what a pack cites.
    ///
    /// # Errors
    /// When no version has that hash.
    pub fn snapshot_of(&self, hash: &str, as_at: Option<Utc>) -> Result<Snapshot, LedgerError> {
        for v in (1..=manifest::newest(&self.dir)?).rev() {
            let root = manifest::read(&self.dir, v)?;
            if root.hash == hash { return Ok(Snapshot::new(&self.dir, root, as_at)); }
        }
        Err(LedgerError::Refused(format!("no version of this ledger has the hash {hash}; `northbound ledger check` lists them")))
    }
}

fn none() -> Manifest {
    Manifest {
        version: 0, previous: String::new(), committed: Utc(0), what: String::new(), rules: String::new(), register_revision: 0,
        journal_position: 0, tables: BTreeMap::new(), sources: Vec::new(), retracted: Vec::new(),
    }
}
