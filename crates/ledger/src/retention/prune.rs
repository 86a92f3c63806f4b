//! Deletes old live commits.

use super::{
    PrunedRange,
    removal::{Removal, RemovalPlan},
};
use crate::{
    error::{LedgerError, io},
    lock,
    maintenance::publish,
    manifest::{self, Root},
    store::Ledger,
};
use northbound_types::Utc;
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    path::Path,
};

/// Which versions must be retained, beside those that always are.
pub struct RetentionPolicy<'a> {
    /// Everything committed at this time or later is retained.
    pub since: Utc,
    /// Hashes of the versions that something cites. Called once no reader can cite another; where it
    /// fails, nothing is deleted. The versions that published Delta logs end with are retained in any
    /// case.
    pub cited: &'a dyn Fn() -> Result<BTreeSet<String>, LedgerError>,
}

/// What was deleted, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Pruned {
    /// Versions deleted.
    pub versions: u64,
    /// Data files that only these versions named.
    pub files: u64,
    /// Bytes of these files and of the manifests.
    pub bytes: u64,
    /// Versions retained.
    pub kept: u64,
}

/// Deletes the versions that need not be retained. An interrupted run is completed by the next.
///
/// # Errors
/// [`LedgerError::Locked`] while another process writes or reads old versions;
/// [`LedgerError::Refused`] where the chain of manifests is broken: then nothing more is deleted.
pub fn prune(
    ledger: &Ledger,
    policy: &RetentionPolicy<'_>,
    now: Utc,
    by: &str,
    dry_run: bool,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Pruned, LedgerError> {
    let dir = ledger.dir();
    if manifest::newest(dir)? == 0 {
        return Ok(Pruned::default());
    }
    let _writer = lock::writer(dir)?;
    let _no_readers = lock::no_readers(dir)?;
    let mut cited = (policy.cited)()?;
    cited.append(&mut publish::cited(dir)?);
    if !dry_run {
        Removal::resume(dir, &cited)?;
    }
    let present = manifest::present(dir)?;
    let total = present.len() as u64;
    let mut pruned = Pruned { kept: total, ..Pruned::default() };
    let mut ranges = RangeBuilder { dir, before: HashSet::new(), range: None };
    let mut versions = present.iter().map(|&v| manifest::read(dir, v));
    let Some(mut current) = versions.next().transpose()? else { return Ok(pruned) };
    for i in 0..total {
        progress(i, total);
        let next = versions.next().transpose()?;
        if let Some(next) = &next {
            require_chain(&current, next)?;
        }
        let goes = next.as_ref().is_some_and(|next| may_go(&current, next, policy.since, &cited));
        if goes {
            ranges.add(&current)?;
        } else if let Some((plan, range)) = ranges.end_before(&current, now, by) {
            pruned.count(&plan, &range);
            if !dry_run {
                Removal::new(dir, plan)?.run()?;
            }
        }
        // Everything after a version that is recent enough is recent enough too.
        if !goes && current.manifest.committed >= policy.since {
            break;
        }
        let Some(next) = next else { break };
        current = next;
    }
    Ok(pruned)
}

impl Pruned {
    fn count(&mut self, plan: &RemovalPlan, range: &OpenRange) {
        self.versions += range.versions;
        self.kept -= range.versions;
        self.files += plan.files.len() as u64;
        self.bytes +=
            range.bytes + plan.files.iter().filter_map(|p| range.files.get(p)).sum::<u64>();
    }
}

fn require_chain(current: &Root, next: &Root) -> Result<(), LedgerError> {
    let follows = next.manifest.version == current.manifest.version + 1;
    if follows && next.manifest.previous != current.hash {
        return Err(LedgerError::Refused(format!(
            "version {} does not name version {} as its predecessor, so no more versions are deleted; run `northbound ledger check`",
            next.manifest.version, current.manifest.version
        )));
    }
    Ok(())
}

/// May a version be deleted? Only a live commit (by its typed kind, never by its text), committed
/// before `since`, not cited, and directly followed by another version of the same day.
fn may_go(v: &Root, next: &Root, since: Utc, cited: &BTreeSet<String>) -> bool {
    let (m, n) = (&v.manifest, &next.manifest);
    m.kind.is_prunable()
        && m.committed < since
        && n.version == m.version + 1
        && n.committed.day() == m.committed.day()
        && !cited.contains(&v.hash)
}

/// Collects consecutive versions that may go into ranges.
struct RangeBuilder<'a> {
    dir: &'a Path,
    /// Files named by the last version that is retained.
    before: HashSet<String>,
    range: Option<OpenRange>,
}

/// A range that is still growing.
#[derive(Debug)]
struct OpenRange {
    first: u64,
    last: u64,
    hash: String,
    from: Utc,
    to: Utc,
    versions: u64,
    /// Bytes of the manifests.
    bytes: u64,
    /// Bytes by data file first named inside the range.
    files: BTreeMap<String, u64>,
}

impl RangeBuilder<'_> {
    fn add(&mut self, root: &Root) -> Result<(), LedgerError> {
        let m = &root.manifest;
        let path = manifest::path_of(self.dir, m.version);
        let bytes = io("look at", &path, std::fs::metadata(&path))?.len();
        let range = self.range.get_or_insert_with(|| OpenRange {
            first: m.version,
            last: m.version,
            hash: String::new(),
            from: m.committed,
            to: m.committed,
            versions: 0,
            bytes: 0,
            files: BTreeMap::new(),
        });
        (range.last, range.to) = (m.version, m.committed);
        range.hash.clone_from(&root.hash);
        range.versions += 1;
        range.bytes += bytes;
        // A file is named by every version from the one that wrote it to the one that drops it.
        range.files.extend(
            m.tables
                .values()
                .flatten()
                .filter(|f| !self.before.contains(&f.path))
                .map(|f| (f.path.clone(), f.bytes)),
        );
        Ok(())
    }

    /// Ends the range before a version that is retained.
    fn end_before(&mut self, root: &Root, now: Utc, by: &str) -> Option<(RemovalPlan, OpenRange)> {
        let names: HashSet<String> =
            root.manifest.tables.values().flatten().map(|f| f.path.clone()).collect();
        let ended = self.range.take().map(|r| {
            let files = r.files.keys().filter(|p| !names.contains(*p)).cloned().collect();
            let range = PrunedRange {
                first: r.first,
                last: r.last,
                hash: r.hash.clone(),
                from: r.from,
                to: r.to,
                at: now,
                by: by.to_owned(),
                sum: String::new(),
            };
            (RemovalPlan { range, files }, r)
        });
        self.before = names;
        ended
    }
}
