//! Versions of the ledger and revisions of the registers that something else in the data folder cites:
//! each must still be there.

use super::against::{self, Seen};
use crate::{context::Context, error::Result};
use northbound_documents::manifest;
use northbound_ledger::{
    check::{Finding, History, Version},
    publish,
};
use northbound_packs::store::{self, BuildRecord};
use northbound_registers::{AsAt, FILE_NAME, Query, Store, records::reporting::packs::Pack};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// What one file or record cites.
#[derive(Debug, Default)]
pub(super) struct Citation {
    /// Who cites.
    pub(super) by: String,
    /// Hash of a manifest of the ledger; empty for none.
    pub(super) hash: String,
    /// Number of that version, where it is stated.
    pub(super) version: Option<u64>,
    /// Revision of the registers; 0 for none.
    pub(super) revision: i64,
    /// Hash of the registers' history at it; empty where not stated.
    pub(super) registers_hash: String,
    /// Retention deletes versions that only this cites.
    pub(super) prunable: bool,
}

/// Everything that cites a version or a revision, apart from the ledger itself; `seen` was given. To be
/// gathered before the ledger is read: what is cited by then is in it.
pub(super) fn gather(
    ctx: &Context,
    store: &Store,
    mut seen: Vec<Seen>,
    findings: &mut Vec<Finding>,
) -> Vec<Citation> {
    let mut all = Vec::new();
    for part in [of_packs(ctx, store), of_figures(ctx), of_logs(ctx)] {
        match part {
            Ok(found) => all.extend(found),
            Err(e) => findings.push(Finding::new("cited", e.to_string())),
        }
    }
    of_pack_folders(ctx, &mut all, findings);
    match against::of_packs(ctx, findings) {
        Ok(receipts) => seen.extend(receipts),
        Err(e) => findings.push(Finding::new("receipt", e.to_string())),
    }
    findings.extend(seen.iter().filter_map(|s| s.other_folder(ctx)));
    all.extend(seen.iter().map(Seen::citation));
    all
}

/// Compares the citations, and those of the ledger's versions, with what is there.
pub(super) fn compare(
    store: &Store,
    history: &History,
    mut all: Vec<Citation>,
    findings: &mut Vec<Finding>,
) {
    all.extend(of_ledger(history));
    match store.revision() {
        Ok(newest) => {
            let wrong = all.iter().flat_map(|c| c.wrong(history, store, newest));
            let mut named = BTreeSet::new();
            findings.extend(wrong.filter(|f| named.insert(f.what.clone())));
        }
        Err(e) => findings.push(Finding::new("registers", e.to_string())),
    }
}

impl Citation {
    fn wrong(&self, history: &History, store: &Store, newest: i64) -> Vec<Finding> {
        let mut wrong = Vec::new();
        if let Some(found) = self.missing(history) {
            let version = self.version.map_or_else(String::new, |v| format!("{v} "));
            wrong.push(Finding::of_file(
                "cited",
                "ledger",
                format!("version {version}with the hash {}, which {} cites", self.hash, self.by),
                found,
            ));
        }
        if self.revision > newest {
            wrong.push(Finding::of_file(
                "cited",
                FILE_NAME,
                format!("revision {}, which {} cites", self.revision, self.by),
                format!("revision {newest} as the newest"),
            ));
        } else {
            wrong.extend(self.other_history(store));
        }
        wrong
    }

    /// The registers' history at the revision cited is not the one cited.
    fn other_history(&self, store: &Store) -> Option<Finding> {
        if self.registers_hash.is_empty() || self.revision == 0 {
            return None;
        }
        let found = match store.head_at(self.revision) {
            Ok(Some(head)) if head.hex() == self.registers_hash => return None,
            Ok(Some(head)) => format!("the hash {}", head.hex()),
            Ok(None) => "no such revision".to_owned(),
            Err(e) => e.to_string(),
        };
        let expected = format!(
            "the hash {} at revision {}, which {} cites",
            self.registers_hash, self.revision, self.by
        );
        Some(Finding::of_file("cited", FILE_NAME, expected, found))
    }

    /// What is there in place of the version cited; `None` where it is there.
    fn missing(&self, history: &History) -> Option<String> {
        if self.hash.is_empty() || history.with_hash(&self.hash).is_some() {
            return None;
        }
        if let Some(v) = self.version.and_then(|v| history.version(v)) {
            return Some(format!("the hash {}", v.hash));
        }
        let pruned = match self.version {
            Some(v) => history.pruned(v).is_some(),
            None => !history.pruned.is_empty(),
        };
        (!self.prunable || !pruned).then(|| history.newest_in_words())
    }
}

/// Revisions of the registers that the ledger's own versions cite.
fn of_ledger(history: &History) -> Vec<Citation> {
    // Most versions cite what the one before cites.
    let mut all: Vec<&Version> = history.versions.iter().collect();
    all.dedup_by_key(|v| (v.register_revision, &v.register_hash));
    all.into_iter()
        .map(|v| Citation {
            by: format!("version {} of the ledger", v.version),
            revision: v.register_revision,
            registers_hash: v.register_hash.clone(),
            ..Citation::default()
        })
        .collect()
}

/// Packs as the registers record them, built and issued, withdrawn ones too.
fn of_packs(ctx: &Context, store: &Store) -> Result<Vec<Citation>> {
    let every = Query { withdrawn: true, ..Query::as_at(AsAt::NOW) };
    let packs = ctx.gate(store).list::<Pack>(&every)?;
    Ok(packs
        .into_iter()
        .map(|p| Citation {
            by: format!("{} in {FILE_NAME}", p.id),
            hash: p.record.root_manifest,
            revision: p.record.register_revision,
            ..Citation::default()
        })
        .collect())
}

/// The figures of every build: packs, Users' reports and papers.
fn of_figures(ctx: &Context) -> Result<Vec<Citation>> {
    let mut all = Vec::new();
    for path in entries(&ctx.data.join(store::FOLDER).join(store::INDEX))? {
        if path.extension().is_none_or(|x| x != "json") {
            continue;
        }
        let record: BuildRecord = serde_json::from_slice(&read(&path)?)
            .map_err(|e| crate::error::AppError::input(format!("{}: {e}", path.display())))?;
        all.push(Citation {
            by: below(ctx, &path),
            hash: record.frozen.manifest,
            revision: record.frozen.revision,
            ..Citation::default()
        });
    }
    Ok(all)
}

/// Published Delta logs.
fn of_logs(ctx: &Context) -> Result<Vec<Citation>> {
    Ok(publish::citations(ctx.ledger().dir())?
        .into_iter()
        .map(|c| Citation {
            by: format!("ledger/{}", c.file),
            hash: c.hash,
            prunable: !c.last,
            ..Citation::default()
        })
        .collect())
}

/// The manifest in the folder of each issued pack, which remains when the registers are lost.
fn of_pack_folders(ctx: &Context, all: &mut Vec<Citation>, findings: &mut Vec<Finding>) {
    for folder in issued_folders(ctx).unwrap_or_default() {
        let path = folder.join(manifest::NAME);
        match std::fs::read(&path).ok().as_deref().and_then(manifest::Manifest::read) {
            Some(m) => all.push(Citation {
                by: below(ctx, &path),
                hash: m.root_manifest,
                ..Citation::default()
            }),
            None => findings.push(Finding::of_file(
                "pack",
                below(ctx, &path),
                "the manifest of an issued pack",
                if path.exists() { "a file that is none" } else { "no file" },
            )),
        }
    }
}

/// Folders of issued packs: `packs/PERIOD/vN`.
pub(super) fn issued_folders(ctx: &Context) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for period in entries(&ctx.data.join(store::FOLDER))? {
        if !period.is_dir() || period.file_name().is_some_and(|n| n == store::INDEX) {
            continue;
        }
        all.extend(entries(&period)?.into_iter().filter(|p| {
            let name = p.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            p.is_dir() && name.strip_prefix('v').is_some_and(|n| n.parse::<u32>().is_ok())
        }));
    }
    Ok(all)
}

/// What is in a folder, sorted; nothing where there is no folder.
pub(super) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let io = |e| crate::error::AppError::io("list", folder, e);
    let listed = match std::fs::read_dir(folder) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        listed => listed.map_err(io)?,
    };
    let mut all =
        listed.map(|e| e.map(|e| e.path())).collect::<std::io::Result<Vec<_>>>().map_err(io)?;
    all.sort();
    Ok(all)
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|e| crate::error::AppError::io("read", path, e))
}

/// A path as the answer names it: below the data folder.
pub(super) fn below(ctx: &Context, path: &Path) -> String {
    path.strip_prefix(&ctx.data).unwrap_or(path).display().to_string()
}
