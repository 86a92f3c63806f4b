//! Files of a transaction: written by its thread, described for the manifest, and removed where a crash
//! left them.

use super::writer::{Finished, Job};
use crate::{
    commit::identity::{self, Entry, NO_DAY},
    error::{LedgerError, io},
    manifest::FileEntry,
    tables::{
        buffer::Buffer,
        file::{self, Opened},
        schema::Table,
    },
};
use northbound_types::{Day, Utc};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    path::{Path, PathBuf},
};

/// Can a row group of an old file hold a counter of the new rows? Decided by its statistics.
pub(super) fn overlaps(opened: &Opened, table: Table, group: usize, range: (i64, i64)) -> bool {
    use parquet::file::statistics::Statistics;
    let Some(col) = table.position("counter") else { return true };
    match opened.parquet().row_group(group).column(col).statistics() {
        Some(Statistics::Int64(s)) => match (s.min_opt(), s.max_opt()) {
            (Some(&lo), Some(&hi)) => lo <= range.1 && hi >= range.0,
            _ => true,
        },
        _ => true,
    }
}

pub(super) fn entries(b: &Buffer, day: Option<Day>, old: u32) -> Vec<Entry> {
    let (known, source, row) = (b.ints("known"), b.ints("source"), b.ints("place"));
    b.hashes()
        .into_iter()
        .enumerate()
        .map(|(i, (id, content))| Entry {
            id: id.id(),
            content: content.content(),
            known: Utc(known[i]),
            source: source[i] as u32,
            row: row[i] as u32,
            day: day.unwrap_or(NO_DAY).0,
            old,
        })
        .collect()
}

pub(super) fn write_job(dir: &Path, mut job: Job) -> Result<Finished, LedgerError> {
    let table = job.buffer.table;
    let has_identity =
        matches!(table, Table::Exchanges | Table::Alerts | Table::Payloads | Table::Stated);
    let entries = if has_identity {
        entries(&job.buffer, job.day, if job.open { identity::OPEN } else { 0 })
    } else {
        Vec::new()
    };
    if table.position("received").is_some() {
        job.buffer.sort_by("received");
    }
    let entry = FileEntry { open: job.open, ..write_file(dir, &job.path, &job.buffer, job.day)? };
    Ok(Finished { table, entry, entries })
}

pub(super) fn write_file(
    dir: &Path,
    path: &str,
    b: &Buffer,
    day: Option<Day>,
) -> Result<FileEntry, LedgerError> {
    let written = file::write(&dir.join(path), b)?;
    let known = b.ints("known");
    let mut sources: Vec<i64> = Vec::new();
    for name in ["source", "by_source"] {
        let mut last = None;
        for &s in b.ints(name) {
            if last != Some(s) && !sources.contains(&s) {
                sources.push(s);
            }
            last = Some(s);
        }
    }
    sources.sort_unstable();
    let mut states = BTreeMap::new();
    if let (Some(w), Table::Exchanges | Table::Alerts) = (b.words("state"), b.table) {
        let mut n = vec![0u64; w.dict.len()];
        for &c in &w.codes {
            n[c as usize] += 1;
        }
        states = w.dict.iter().map(|d| d.to_string()).zip(n).collect();
    }
    Ok(FileEntry {
        path: path.to_owned(),
        rows: b.len() as u64,
        bytes: written.bytes,
        sha256: written.sha256,
        day,
        known: (
            Utc(known.iter().copied().min().unwrap_or(0)),
            Utc(known.iter().copied().max().unwrap_or(0)),
        ),
        sources,
        states,
        made_of: None,
        open: false,
    })
}

/// Syncs the folders of new files before a manifest names them: a synced file whose folder was not
/// synced may be lost in a power cut.
pub(super) fn sync_folders<'f>(
    dir: &Path,
    paths: impl Iterator<Item = &'f str>,
) -> Result<(), LedgerError> {
    let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
    for p in paths {
        let mut at = Path::new(p);
        while let Some(up) = at.parent() {
            folders.insert(dir.join(up));
            at = up;
        }
    }
    for f in folders.iter().rev() {
        io("sync", f, File::open(f).and_then(|d| d.sync_all()))?;
    }
    Ok(())
}

/// Removes files that no version names, because the process that wrote them did not commit. A file's
/// name begins with the version it was written for, so no version names files above the newest.
pub(super) fn sweep(dir: &Path, newest: u64) -> Result<u64, LedgerError> {
    let mut gone = 0;
    for table in Table::ALL {
        let base = dir.join(table.name());
        let mut folders = vec![base.clone()];
        folders.extend(entries_of(&base)?.into_iter().filter(|p| {
            p.is_dir() && p.file_name().is_some_and(|n| n.to_string_lossy().starts_with("day="))
        }));
        for path in folders
            .iter()
            .map(|f| entries_of(f))
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
        {
            let version = path
                .file_name()
                .and_then(|n| n.to_str())
                .filter(|n| n.ends_with(".parquet"))
                .and_then(|n| n.split_once('-'))
                .and_then(|(v, _)| v.parse::<u64>().ok());
            if version.is_some_and(|v| v > newest) {
                io("remove", &path, std::fs::remove_file(&path))?;
                gone += 1;
            }
        }
    }
    Ok(gone)
}

fn entries_of(folder: &Path) -> Result<Vec<PathBuf>, LedgerError> {
    match std::fs::read_dir(folder) {
        Ok(list) => list.map(|e| io("list", folder, e).map(|e| e.path())).collect(),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(LedgerError::Io { what: "list", path: folder.to_owned(), source }),
    }
}
