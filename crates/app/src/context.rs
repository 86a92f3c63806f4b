//! What every use-case is given: the data folder, who acts, the present time, and how to report
//! progress.

use crate::{
    error::{AppError, Result},
    ledger::seals::FolderSeals,
    progress::{Progress, ProgressFactory},
};
use northbound_ledger::{Ledger, Memory, Snapshot, journal::Disk, judge::RulesJudge};
use northbound_registers::{AsAt, FILE_NAME, Gate, Store, Write};
use northbound_rules::RuleSet;
use northbound_types::{Actor, Utc};
use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

/// The circumstances of a run.
#[derive(Debug, Clone)]
pub struct Context {
    /// Data folder: ledger, registers, rules, rejects and packs.
    pub data: PathBuf,
    /// Who acts.
    pub actor: Actor,
    /// Answer as at this time; the present where there is none.
    pub as_at: Option<Utc>,
    /// Why a change is made; recorded with it.
    pub reason: String,
    /// A change is refused unless the record is still at this version.
    pub expect_version: Option<i64>,
    /// Report what would change, and change nothing.
    pub dry_run: bool,
    /// Whether the run writes to the data folder. Where it does not, every file in it stays as it is.
    pub writes: bool,
    /// The present time. Use-cases read no clock of their own.
    pub now: Utc,
    /// The latest time that may be stated as known; any may on a virtual clock.
    pub latest: Option<Utc>,
    /// The memory that the process may use.
    pub memory: Memory,
    /// How progress is shown.
    pub progress: ProgressFactory,
}

impl Context {
    /// A context that writes, of a data folder, an actor and a time: no as-at time, no limits.
    #[must_use]
    pub fn new(data: PathBuf, actor: Actor, now: Utc) -> Context {
        Context {
            data,
            actor,
            as_at: None,
            reason: String::new(),
            expect_version: None,
            dry_run: false,
            writes: true,
            now,
            latest: None,
            memory: Memory::UNLIMITED,
            progress: ProgressFactory::silent(),
        }
    }

    /// The same, one hour later: what was recorded meanwhile counts as known.
    #[must_use]
    pub fn later(&self) -> Context {
        Context { now: Utc(self.now.0 + 3_600_000_000), ..self.clone() }
    }

    /// The ledger of the data folder.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        Ledger::of(&self.data).sealed(Arc::new(FolderSeals::of(self)))
    }

    /// The live service's journal.
    #[must_use]
    pub fn journal(&self) -> Disk {
        Disk::at(self.data.join("journal"))
    }

    /// The ledger as at [`Context::as_at`].
    ///
    /// # Errors
    /// Where the ledger cannot be read, or has no version of that time.
    pub fn snapshot(&self) -> Result<Snapshot> {
        Ok(self.ledger().snapshot(self.as_at)?)
    }

    /// The registers: created where the folder has none and the run writes to it, else empty there.
    ///
    /// # Errors
    /// Where the data folder cannot be made or the registers cannot be opened.
    pub fn store(&self) -> Result<Store> {
        let path = self.data.join(FILE_NAME);
        if self.dry_run {
            return Ok(Store::rehearse(&path, self.now)?);
        }
        if !self.writes {
            return Ok(Store::read(&path, self.now)?);
        }
        std::fs::create_dir_all(&self.data)
            .map_err(|e| AppError::io("make the data folder", &self.data, e))?;
        Ok(Store::open(&path, self.now)?)
    }

    /// Folder of the installation's own rule files.
    #[must_use]
    pub fn rules_folder(&self) -> PathBuf {
        self.data.join("rules")
    }

    /// The embedded rules with the installation's own on top.
    ///
    /// # Errors
    /// Where a rule file cannot be read or is wrong.
    pub fn rules(&self) -> Result<RuleSet> {
        Ok(RuleSet::load(Some(&self.rules_folder()))?)
    }

    /// Keys of the rules that are confirmed as at [`Context::as_at`].
    ///
    /// # Errors
    /// Where the registers cannot be read.
    pub fn confirmed(&self, store: &Store) -> Result<BTreeSet<String>> {
        Ok(self.gate(store).confirmed(self.as_at())?)
    }

    /// The rules in force, in the form in which the ledger judges rows by them.
    ///
    /// # Errors
    /// Where a rule file is wrong or the registers cannot be read.
    pub fn judge(&self, store: &Store) -> Result<RulesJudge> {
        Ok(RulesJudge::new(&self.rules()?, &self.confirmed(store)?))
    }

    /// [`Context::as_at`] for queries of the registers.
    #[must_use]
    pub fn as_at(&self) -> AsAt {
        AsAt::from(self.as_at)
    }

    /// How a register is written: time, reason, expected version, dry run.
    #[must_use]
    pub fn write(&self) -> Write {
        Write {
            now: self.now,
            reason: self.reason.clone(),
            known: None,
            latest: self.latest,
            expect_version: self.expect_version,
            dry_run: self.dry_run,
        }
    }

    /// The registers as the Actor may see and change them.
    #[must_use]
    pub fn gate<'s>(&self, store: &'s Store) -> Gate<'s> {
        store.as_actor(&self.actor)
    }

    /// Begins to report progress.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress.start()
    }
}
