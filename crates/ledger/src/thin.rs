//! Versions that nobody needs are let go: a service that commits every few seconds would fill its disk
//! with manifests, and with files of open rows that only they name.
//!
//! What stays: the newest version, the last of each day, everything that is no live commit, everything
//! young, and every version that somebody cites. A stretch that goes leaves a line in a list, and the
//! next commit vouches for the list; so the chain can still be checked across it, and a time inside it
//! is refused instead of answered by an older version.

use crate::{
    error::{LedgerError, io},
    file::hex,
    manifest::{self, Manifest, Root},
    publish,
    store::Ledger,
    tx,
};
use northbound_types::Utc;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fs::{File, TryLockError},
    io::Write,
    path::{Path, PathBuf},
};

/// The list of what was let go, beside the manifests: a line a stretch.
const LIST: &str = "thinned.ndjson";
/// What is being let go; finished by the next process where one broke off.
const INTENT: &str = "thinning.json";

/// A stretch of versions that were let go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// First version of it.
    pub first: u64,
    /// Last version of it.
    pub last: u64,
    /// Hash of the last one's manifest, which the version after it names.
    pub hash: String,
    /// When the first was committed.
    pub from: Utc,
    /// When the last was committed.
    pub to: Utc,
    /// When they were let go.
    pub at: Utc,
    /// By whom.
    pub by: String,
    /// SHA-256 of the line before's sum and of this line's other parts.
    pub sum: String,
}

impl Gone {
    fn sealed(mut self, before: &str) -> Gone {
        self.sum = self.seal(before);
        self
    }
    fn seal(&self, before: &str) -> String {
        let mut h = Sha256::new();
        // Lengths first: no two lines read alike.
        for part in [
            before,
            &self.first.to_string(),
            &self.last.to_string(),
            &self.hash,
            &self.from.0.to_string(),
            &self.to.0.to_string(),
            &self.at.0.to_string(),
            &self.by,
        ] {
            h.update((part.len() as u64).to_le_bytes());
            h.update(part.as_bytes());
        }
        hex(&h.finalize())
    }
    /// Is the version in it?
    #[must_use]
    pub fn holds(&self, version: u64) -> bool {
        (self.first..=self.last).contains(&version)
    }
}

/// What stays.
pub struct Keep<'a> {
    /// Everything committed at this time or later.
    pub since: Utc,
    /// Hashes of the versions that somebody cites, asked for once nobody can cite more. An error keeps
    /// everything. What published Delta logs end with stays in any case.
    pub cited: &'a dyn Fn() -> Result<BTreeSet<String>, LedgerError>,
}

/// What was let go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Thinned {
    /// Versions let go.
    pub versions: u64,
    /// Files that only they named.
    pub files: u64,
    /// Bytes of these and of the manifests.
    pub bytes: u64,
    /// Versions that stay.
    pub kept: u64,
}

/// One stretch and the files that go with it.
#[derive(Debug, Serialize, Deserialize)]
struct Plan {
    gone: Gone,
    files: Vec<String>,
}

/// The stretches that were let go, oldest first, as the list has them.
///
/// # Errors
/// Where the list cannot be read.
pub fn gone(dir: &Path) -> Result<Vec<Gone>, LedgerError> {
    let path = list_path(dir);
    let text = match std::fs::read_to_string(&path) {
        Ok(t) => t,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(LedgerError::Io { what: "read", path, source }),
    };
    text.lines()
        .map(|l| {
            serde_json::from_str(l).map_err(|e| LedgerError::Manifest {
                path: path.clone(),
                why: format!("not a list of versions let go: {e}"),
            })
        })
        .collect()
}

/// What a new manifest vouches for: the sum of the whole list, empty where there is none.
pub(crate) fn sum(dir: &Path) -> Result<String, LedgerError> {
    Ok(gone(dir)?.pop().map(|g| g.sum).unwrap_or_default())
}

/// Is every line sealed by the one before it?
pub(crate) fn sealed(list: &[Gone]) -> bool {
    let mut before = "";
    list.iter().all(|g| {
        let ok = g.seal(before) == g.sum;
        before = &g.sum;
        ok
    })
}

/// Lets versions go.
///
/// # Errors
/// [`LedgerError::Locked`] while another process writes; [`LedgerError::Refused`] where the chain does
/// not hold: what is wrong stays as it is. A run that broke off is finished by the next.
pub fn thin(
    ledger: &Ledger,
    keep: &Keep<'_>,
    now: Utc,
    by: &str,
    dry_run: bool,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Thinned, LedgerError> {
    let dir = ledger.dir();
    if manifest::newest(dir)? == 0 {
        return Ok(Thinned::default());
    }
    let _lock = tx::lock(dir)?;
    let _none_reads_all = exclusive(dir)?;
    let mut cited = (keep.cited)()?;
    cited.append(&mut publish::cited(dir)?);
    if !dry_run {
        finish(dir, &cited)?;
    }
    let present = manifest::present(dir)?;
    let mut done = Thinned { kept: present.len() as u64, ..Thinned::default() };
    let mut walk = Walk { dir, before: HashSet::new(), stretch: None };
    let mut versions = present.iter().copied();
    let Some(mut current) = versions.next().map(|v| manifest::read(dir, v)).transpose()? else {
        return Ok(done);
    };
    let mut after = versions.next().map(|v| manifest::read(dir, v)).transpose()?;
    for (i, _) in present.iter().enumerate() {
        progress(i as u64, present.len() as u64);
        let goes = after.as_ref().is_some_and(|next| goes(&current, next, keep.since, &cited));
        if let Some(next) = after.as_ref().filter(|n| {
            n.manifest.version == current.manifest.version + 1
                && n.manifest.previous != current.hash
        }) {
            return Err(LedgerError::Refused(format!(
                "version {} does not name version {} as the one before it, so nothing more is let go; run `northbound ledger check`",
                next.manifest.version, current.manifest.version
            )));
        }
        if goes {
            walk.take(&current)?;
        } else if let Some((plan, stretch)) = walk.end(&current, now, by) {
            done.versions += stretch.versions;
            done.kept -= stretch.versions;
            done.files += plan.files.len() as u64;
            done.bytes +=
                stretch.bytes + plan.files.iter().filter_map(|p| stretch.files.get(p)).sum::<u64>();
            if !dry_run {
                let_go(dir, plan, ALL)?;
            }
        }
        // What is young stays, and so does all after it.
        if !goes && current.manifest.committed >= keep.since {
            break;
        }
        let Some(next) = after else { break };
        current = next;
        after = versions.next().map(|v| manifest::read(dir, v)).transpose()?;
    }
    Ok(done)
}

/// Only a live commit, older than what is kept, not cited, with another of the same day right after it.
fn goes(v: &Root, next: &Root, since: Utc, cited: &BTreeSet<String>) -> bool {
    let (m, n) = (&v.manifest, &next.manifest);
    is_live(m)
        && m.committed < since
        && n.version == m.version + 1
        && n.committed.day() == m.committed.day()
        && !cited.contains(&v.hash)
}

fn is_live(m: &Manifest) -> bool {
    m.what.starts_with(manifest::LIVE_COMMIT)
}

/// Versions one after another, of which a stretch goes.
struct Walk<'a> {
    dir: &'a Path,
    before: HashSet<String>,
    stretch: Option<Stretch>,
}

#[derive(Debug)]
struct Stretch {
    first: u64,
    last: u64,
    hash: String,
    from: Utc,
    to: Utc,
    versions: u64,
    bytes: u64,
    files: BTreeMap<String, u64>,
}

impl Walk<'_> {
    fn take(&mut self, root: &Root) -> Result<(), LedgerError> {
        let m = &root.manifest;
        let path = manifest::path_of(self.dir, m.version);
        let bytes = io("look at", &path, std::fs::metadata(&path))?.len();
        let s = self.stretch.get_or_insert_with(|| Stretch {
            first: m.version,
            last: m.version,
            hash: String::new(),
            from: m.committed,
            to: m.committed,
            versions: 0,
            bytes: 0,
            files: BTreeMap::new(),
        });
        (s.last, s.to) = (m.version, m.committed);
        s.hash.clone_from(&root.hash);
        s.versions += 1;
        s.bytes += bytes;
        // A file is in every version from the one that wrote it to the one that drops it.
        s.files.extend(
            m.tables
                .values()
                .flatten()
                .filter(|f| !self.before.contains(&f.path))
                .map(|f| (f.path.clone(), f.bytes)),
        );
        Ok(())
    }
    /// A version that stays: the stretch before it ends.
    fn end(&mut self, root: &Root, now: Utc, by: &str) -> Option<(Plan, Stretch)> {
        let names: HashSet<String> =
            root.manifest.tables.values().flatten().map(|f| f.path.clone()).collect();
        let ended = self.stretch.take().map(|s| {
            let files = s.files.keys().filter(|p| !names.contains(*p)).cloned().collect();
            let gone = Gone {
                first: s.first,
                last: s.last,
                hash: s.hash.clone(),
                from: s.from,
                to: s.to,
                at: now,
                by: by.to_owned(),
                sum: String::new(),
            };
            (Plan { gone, files }, s)
        });
        self.before = names;
        ended
    }
}

/// The steps of [`let_go`], in their order.
const ALL: u8 = 5;

/// Lets one stretch go: intent, list, manifests, files, done. `steps` is for tests of what a crash leaves.
fn let_go(dir: &Path, mut plan: Plan, steps: u8) -> Result<(), LedgerError> {
    let mut list = gone(dir)?;
    plan.gone = plan.gone.sealed(list.last().map_or("", |g| &g.sum));
    let intent = root_path(dir).join(INTENT);
    let bytes = serde_json::to_vec(&plan)
        .map_err(|e| LedgerError::Manifest { path: intent.clone(), why: e.to_string() })?;
    replace(&intent, &bytes)?;
    if steps == 1 {
        return Ok(());
    }
    list.push(plan.gone.clone());
    write_list(dir, &list)?;
    if steps == 2 {
        return Ok(());
    }
    remove(dir, &plan, steps)
}

/// Finishes what a crash broke off; forgets it where it had hardly begun and somebody cites a version of
/// it by now.
fn finish(dir: &Path, cited: &BTreeSet<String>) -> Result<(), LedgerError> {
    let intent = root_path(dir).join(INTENT);
    let bytes = match std::fs::read(&intent) {
        Ok(b) => b,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(LedgerError::Io { what: "read", path: intent, source }),
    };
    let plan: Plan = serde_json::from_slice(&bytes).map_err(|e| LedgerError::Manifest {
        path: intent.clone(),
        why: format!("not what was to be let go: {e}"),
    })?;
    let mut list = gone(dir)?;
    if list.last().is_none_or(|g| *g != plan.gone) {
        for v in plan.gone.first..=plan.gone.last {
            if cited.contains(&manifest::read(dir, v)?.hash) {
                return discard(&intent);
            }
        }
        list.push(plan.gone.clone());
        write_list(dir, &list)?;
    }
    remove(dir, &plan, ALL)
}

fn remove(dir: &Path, plan: &Plan, steps: u8) -> Result<(), LedgerError> {
    // From the newest down: what is left of it stays a stretch.
    for v in (plan.gone.first..=plan.gone.last).rev() {
        discard(&manifest::path_of(dir, v))?;
    }
    let root = root_path(dir);
    io("sync", &root, File::open(&root).and_then(|d| d.sync_all()))?;
    if steps == 3 {
        return Ok(());
    }
    for f in &plan.files {
        discard(&dir.join(f))?;
    }
    if steps == 4 {
        return Ok(());
    }
    discard(&root.join(INTENT))
}

fn discard(path: &Path) -> Result<(), LedgerError> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(LedgerError::Io { what: "remove", path: path.to_owned(), source: e })
        }
        _ => Ok(()),
    }
}

/// Who reads every version holds this: nothing is let go meanwhile.
pub(crate) fn reading(dir: &Path) -> Result<File, LedgerError> {
    let (file, path) = readers(dir)?;
    io("lock", &path, file.lock_shared())?;
    Ok(file)
}

fn exclusive(dir: &Path) -> Result<File, LedgerError> {
    let (file, path) = readers(dir)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LedgerError::Locked { path }),
        Err(TryLockError::Error(source)) => Err(LedgerError::Io { what: "lock", path, source }),
    }
}

fn readers(dir: &Path) -> Result<(File, PathBuf), LedgerError> {
    let path = dir.join("readers.lock");
    Ok((
        io("open", &path, File::options().create(true).truncate(false).write(true).open(&path))?,
        path,
    ))
}

fn root_path(dir: &Path) -> PathBuf {
    dir.join(manifest::FOLDER)
}
pub(crate) fn list_path(dir: &Path) -> PathBuf {
    root_path(dir).join(LIST)
}

fn write_list(dir: &Path, list: &[Gone]) -> Result<(), LedgerError> {
    let path = list_path(dir);
    let mut bytes = Vec::new();
    for g in list {
        serde_json::to_writer(&mut bytes, g)
            .map_err(|e| LedgerError::Manifest { path: path.clone(), why: e.to_string() })?;
        bytes.push(b'\n');
    }
    replace(&path, &bytes)
}

/// The whole file or the old one, whatever happens.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), LedgerError> {
    let tmp = path.with_extension("tmp");
    let mut f = io("create", &tmp, File::create(&tmp))?;
    io("write", &tmp, f.write_all(bytes))?;
    io("sync", &tmp, f.sync_all())?;
    io("rename", path, std::fs::rename(&tmp, path))?;
    match path.parent() {
        Some(d) => io("sync", d, File::open(d).and_then(|d| d.sync_all())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
