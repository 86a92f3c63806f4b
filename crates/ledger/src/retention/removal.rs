//! The removal of one range of versions, in steps that a crash may interrupt at any point.

use super::{
    PrunedRange, pruned_ranges,
    ranges::{replace, write_list},
};
use crate::{
    error::{LedgerError, io, json},
    manifest,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeSet,
    fs::File,
    path::{Path, PathBuf},
};

/// The removal in progress; present only while one is under way or was interrupted.
const INTENT: &str = "thinning.json";

/// What the file holds.
const PLAN: &str = "the plan of a removal of versions";

/// One range and the data files that are removed with it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RemovalPlan {
    #[serde(rename = "gone")]
    pub(super) range: PrunedRange,
    pub(super) files: Vec<String>,
}

/// Removes one range. Every step can be repeated, so an interrupted removal is completed by running
/// the steps again.
pub(super) struct Removal {
    dir: PathBuf,
    plan: RemovalPlan,
}

type Step = fn(&Removal) -> Result<(), LedgerError>;

impl Removal {
    /// The steps, in their order. Manifests go before the files that they name.
    pub(super) const STEPS: [Step; 5] = [
        Removal::record_intent,
        Removal::extend_list,
        Removal::remove_manifests,
        Removal::remove_files,
        Removal::clear_intent,
    ];

    pub(super) fn new(dir: &Path, mut plan: RemovalPlan) -> Result<Removal, LedgerError> {
        let list = pruned_ranges(dir)?;
        plan.range = plan.range.sealed(list.last().map_or("", |r| &r.sum));
        Ok(Removal { dir: dir.to_owned(), plan })
    }

    pub(super) fn run(&self) -> Result<(), LedgerError> {
        Self::STEPS.iter().try_for_each(|step| step(self))
    }

    /// Completes a removal that was interrupted; abandons it where nothing was removed yet and one of
    /// its versions has been cited since.
    pub(super) fn resume(dir: &Path, cited: &BTreeSet<String>) -> Result<(), LedgerError> {
        let path = intent_path(dir);
        let bytes = match std::fs::read(&path) {
            Ok(b) => b,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(LedgerError::Io { what: "read", path, source }),
        };
        let plan: RemovalPlan = json(PLAN, &path, serde_json::from_slice(&bytes))?;
        let removal = Removal { dir: dir.to_owned(), plan };
        if !removal.is_listed(&pruned_ranges(dir)?) {
            for v in removal.plan.range.first..=removal.plan.range.last {
                if cited.contains(&manifest::read(dir, v)?.hash) {
                    return removal.clear_intent();
                }
            }
        }
        removal.run()
    }

    fn is_listed(&self, list: &[PrunedRange]) -> bool {
        list.last() == Some(&self.plan.range)
    }

    fn record_intent(&self) -> Result<(), LedgerError> {
        let path = intent_path(&self.dir);
        let bytes = json(PLAN, &path, serde_json::to_vec(&self.plan))?;
        replace(&path, &bytes)
    }

    fn extend_list(&self) -> Result<(), LedgerError> {
        let mut list = pruned_ranges(&self.dir)?;
        if self.is_listed(&list) {
            return Ok(());
        }
        list.push(self.plan.range.clone());
        write_list(&self.dir, &list)
    }

    fn remove_manifests(&self) -> Result<(), LedgerError> {
        // From the newest down, so that what a crash leaves is still one range.
        for v in (self.plan.range.first..=self.plan.range.last).rev() {
            discard(&manifest::path_of(&self.dir, v))?;
        }
        let root = manifest::folder(&self.dir);
        io("sync", &root, File::open(&root).and_then(|d| d.sync_all()))
    }

    fn remove_files(&self) -> Result<(), LedgerError> {
        self.plan.files.iter().try_for_each(|f| discard(&self.dir.join(f)))
    }

    fn clear_intent(&self) -> Result<(), LedgerError> {
        discard(&intent_path(&self.dir))
    }
}

pub(super) fn intent_path(dir: &Path) -> PathBuf {
    manifest::folder(dir).join(INTENT)
}

fn discard(path: &Path) -> Result<(), LedgerError> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(LedgerError::Io { what: "remove", path: path.to_owned(), source: e })
        }
        _ => Ok(()),
    }
}
