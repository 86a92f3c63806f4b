//! The archive of rule sets: every rule set that a pack used, with the time from which it was in force, so
//! that a later change of the rules does not change a rebuilt pack.

use crate::PackError;
use northbound_documents::render::leftovers;
use northbound_rules::{RuleSet, files::RuleFile};
use northbound_types::Utc;
use serde::{Deserialize, Serialize};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Folder below the data folder.
pub const FOLDER: &str = "rules-archive";

/// When a rule set came into use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// From when on.
    pub from: Utc,
    /// Hash of the rule set.
    pub id: String,
}

#[derive(Serialize, Deserialize)]
struct ArchivedFile {
    name: String,
    overlaid: bool,
    text: String,
}

/// The archive of a data folder.
#[derive(Debug)]
pub struct Archive {
    dir: PathBuf,
    uses: Vec<Use>,
    /// Rules in use that are in no file of the archive.
    assumed: Option<RuleSet>,
}

impl Archive {
    /// Opens it; an archive that is not there yet is empty.
    ///
    /// # Errors
    /// Where its index cannot be read.
    pub fn open(data: &Path) -> Result<Archive, PackError> {
        let dir = data.join(FOLDER);
        let index = dir.join("index.json");
        let uses = match fs::read(&index) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|source| PackError::Stored { path: index, source })?,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(e) => return Err(PackError::io(&index, e)),
        };
        Ok(Archive { dir, uses, assumed: None })
    }

    /// Takes these rules as those in force at `now`, and writes nothing.
    pub fn assume(&mut self, rules: &RuleSet, now: Utc) {
        if self.used_at(now).is_some_and(|u| u.id == rules.id() && u.from <= now) {
            return;
        }
        self.uses.push(Use { from: now, id: rules.id().to_owned() });
        self.uses.sort_by_key(|u| u.from);
        self.assumed = Some(rules.clone());
    }

    /// Keeps the rules that are in force at `now`, unless they are the ones known to be.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn keep(&mut self, rules: &RuleSet, now: Utc) -> Result<(), PackError> {
        if self.used_at(now).is_some_and(|u| u.id == rules.id() && u.from <= now) {
            return Ok(());
        }
        let mut files = Vec::new();
        for f in rules.files() {
            files.push(ArchivedFile {
                name: f.name.clone(),
                overlaid: f.overlaid,
                text: f.text()?.to_owned(),
            });
        }
        write(&self.path(rules.id()), &files)?;
        self.uses.push(Use { from: now, id: rules.id().to_owned() });
        // The sort is stable: of two at one time the one archived later counts.
        self.uses.sort_by_key(|u| u.from);
        write(&self.dir.join("index.json"), &self.uses)
    }

    /// The use in force at a time; before the first known one, that one.
    fn used_at(&self, at: Utc) -> Option<&Use> {
        self.uses.iter().rev().find(|u| u.from <= at).or(self.uses.first())
    }

    /// The rules that were in force.
    ///
    /// # Errors
    /// Where no rule set is archived, or it cannot be read.
    pub fn in_force(&self, at: Utc) -> Result<RuleSet, PackError> {
        match self.used_at(at) {
            Some(u) => self.load(&u.id),
            None => Err(PackError::NotFound("no rule set has been archived yet".to_owned())),
        }
    }

    /// A rule set by its hash.
    ///
    /// # Errors
    /// Where it is not here, cannot be read, or is not what its name says.
    pub fn load(&self, id: &str) -> Result<RuleSet, PackError> {
        if let Some(rules) = self.assumed.as_ref().filter(|r| r.id() == id) {
            return Ok(rules.clone());
        }
        let path = self.path(id);
        let bytes = fs::read(&path).map_err(|e| PackError::io(&path, e))?;
        let files: Vec<ArchivedFile> = serde_json::from_slice(&bytes)
            .map_err(|source| PackError::Stored { path: path.clone(), source })?;
        let files = files
            .into_iter()
            .map(|f| RuleFile::new(&f.name, f.text.into_bytes(), f.overlaid))
            .collect();
        let rules = RuleSet::from_files(files)?;
        if rules.id() != id {
            return Err(PackError::WrongHash { path, found: rules.id().to_owned() });
        }
        Ok(rules)
    }

    fn path(&self, id: &str) -> PathBuf {
        self.dir.join(format!("{id}.json"))
    }
}

/// Writes JSON beside and renames it.
pub(crate) fn write<T: Serialize>(path: &Path, value: &T) -> Result<(), PackError> {
    let bytes = northbound_documents::to_json(value)?;
    let parent = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|e| PackError::io(parent, e))?;
    leftovers::remove(parent);
    let partial = leftovers::partial(path);
    fs::write(&partial, bytes)
        .and_then(|()| fs::rename(&partial, path))
        .map_err(|e| PackError::io(path, e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_in_force_at_a_time_come_back() {
        let dir = tempfile::tempdir().unwrap();
        let first = RuleSet::embedded().unwrap();
        let overlay = dir.path().join("rules");
        fs::create_dir_all(&overlay).unwrap();
        fs::write(
            overlay.join("settings.toml"),
            include_str!("../../../../rules/settings.toml").replace("value = 90", "value = 91"),
        )
        .unwrap();
        let second = RuleSet::load(Some(&overlay)).unwrap();
        assert_ne!(first.id(), second.id());
        let mut a = Archive::open(dir.path()).unwrap();
        assert!(a.in_force(Utc(0)).is_err());
        a.keep(&first, Utc(10)).unwrap();
        a.keep(&first, Utc(15)).unwrap();
        a.keep(&second, Utc(20)).unwrap();
        let a = Archive::open(dir.path()).unwrap();
        assert_eq!(a.uses.len(), 2);
        for (at, id) in [
            (5, first.id()),
            (10, first.id()),
            (19, first.id()),
            (20, second.id()),
            (99, second.id()),
        ] {
            assert_eq!(a.in_force(Utc(at)).unwrap().id(), id, "at {at}");
        }
    }
}
