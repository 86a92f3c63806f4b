//! Backup and restore of a whole data folder. A backup is one folder with a manifest of hashes;
//! the manifest is written last, so that a backup cut short is seen to be none.

use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Table, count},
};
use northbound_ingest::source::hash_file;
use northbound_ledger::{Ledger, backup};
use northbound_registers::FILE_NAME;
use northbound_types::Utc;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Name of the manifest in a backup.
const MANIFEST: &str = "backup.json";
/// Layout of a backup.
const LAYOUT: u32 = 1;
/// Folders that are copied file by file.
const PLAIN: [&str; 4] = ["rules", "rules-archive", "rejects", "packs"];

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Copied {
    path: String,
    bytes: u64,
    sha256: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct BackupManifest {
    layout: u32,
    made: Utc,
    ledger_version: u64,
    ledger_hash: String,
    ledger_files: u64,
    ledger_bytes: u64,
    register_revision: i64,
    files: Vec<Copied>,
}

pub(super) fn backup(ctx: &Ctx, to: &Path) -> Result<Answer> {
    empty(to, "a backup")?;
    let store = ctx.store()?;
    let ledger = ctx.ledger();
    let newest = ledger.newest()?;
    if ctx.dry_run {
        let version = newest.as_ref().map_or(0, |r| r.manifest.version);
        return Ok(Answer::new(json!({"dry_run": true, "ledger_version": version})).say(format!("Would copy version {version} of the ledger with everything beside it to {}; nothing was written.", to.display())));
    }
    make(to)?;
    let mut progress = ctx.progress();
    // Registers first: what the ledger's newest version cites is then surely in them or older.
    let copy = to.join(FILE_NAME);
    store.backup(&copy)?;
    let mut files = vec![hashed(to, FILE_NAME)?];
    let version = newest.as_ref().map_or(0, |r| r.manifest.version);
    let done = backup::copy(&ledger, &to.join("ledger"), version, &mut |n, of| {
        progress.tell("copying the ledger", n, of)
    })?;
    for folder in PLAIN {
        for name in listed(&ctx.data, folder)? {
            copied(&ctx.data.join(&name), &to.join(&name))?;
            files.push(hashed(to, &name)?);
        }
    }
    for name in journal(&ctx.data)? {
        copied(&ctx.data.join(&name), &to.join(&name))?;
        files.push(hashed(to, &name)?);
    }
    let manifest = BackupManifest {
        layout: LAYOUT,
        made: ctx.now,
        ledger_version: version,
        ledger_hash: newest.map(|r| r.hash).unwrap_or_default(),
        ledger_files: done.files,
        ledger_bytes: done.bytes,
        register_revision: store.revision()?,
        files,
    };
    let path = to.join(MANIFEST);
    let text =
        serde_json::to_string_pretty(&manifest).map_err(|e| CliError::internal(e.to_string()))?;
    std::fs::write(&path, text).map_err(|e| CliError::io("write", &path, e))?;
    drop(progress);
    Ok(answer(&manifest, &format!("Backed up {} to {}.", ctx.data.display(), to.display())).then(
        format!("To put it back: northbound --data NEW-FOLDER ledger restore {}", to.display()),
    ))
}

pub(super) fn restore(ctx: &Ctx, from: &Path) -> Result<Answer> {
    let path = from.join(MANIFEST);
    let text = std::fs::read_to_string(&path)
        .map_err(|e| CliError::io("read the backup's manifest", &path, e))?;
    let manifest: BackupManifest = serde_json::from_str(&text).map_err(|e| {
        CliError::input(format!("{}: {e}; the backup is damaged or was cut short", path.display()))
    })?;
    if manifest.layout != LAYOUT {
        return Err(CliError::input(format!(
            "{} has layout {}, this program knows {LAYOUT}; use the program that wrote it",
            path.display(),
            manifest.layout
        )));
    }
    empty(&ctx.data, "the data folder")?;
    for f in &manifest.files {
        verified(from, f)?;
    }
    let source = Ledger::at(from.join("ledger"));
    let newest = source.newest()?.map(|r| r.hash).unwrap_or_default();
    if newest != manifest.ledger_hash {
        return Err(CliError::input(format!(
            "the ledger in {} ends with version hash {newest:?}, its manifest says {:?}: the backup is damaged; nothing was restored",
            from.display(),
            manifest.ledger_hash
        )));
    }
    if !ctx.dry_run {
        let mut progress = ctx.progress();
        make(&ctx.data)?;
        backup::copy(&source, &ctx.data.join("ledger"), u64::MAX, &mut |n, of| {
            progress.tell("copying the ledger", n, of)
        })?;
        northbound_registers::restore(&from.join(FILE_NAME), &ctx.data.join(FILE_NAME))?;
        for f in manifest.files.iter().filter(|f| f.path != FILE_NAME) {
            copied(&from.join(&f.path), &ctx.data.join(&f.path))?;
        }
    }
    let said = if ctx.dry_run {
        format!(
            "{} is whole; would restore it to {}. Nothing was written.",
            from.display(),
            ctx.data.display()
        )
    } else {
        format!("Restored {} to {}.", from.display(), ctx.data.display())
    };
    Ok(answer(&manifest, &said).then("Prove it: northbound ledger check"))
}

fn answer(m: &BackupManifest, said: &str) -> Answer {
    let mut table = Table::new("", &["what", ">number"]);
    for (what, n) in [
        ("ledger version", m.ledger_version),
        ("ledger files", m.ledger_files),
        ("ledger bytes", m.ledger_bytes),
        ("register revision", m.register_revision.unsigned_abs()),
        ("other files", m.files.len() as u64),
    ] {
        table.row([what.to_owned(), count(n)]);
    }
    Answer::new(json!({
        "made": m.made, "ledger_version": m.ledger_version, "ledger_hash": m.ledger_hash, "ledger_files": m.ledger_files, "ledger_bytes": m.ledger_bytes,
        "register_revision": m.register_revision, "files": m.files,
    })).say(said).table(table)
}

fn empty(dir: &Path, what: &str) -> Result<()> {
    match std::fs::read_dir(dir) {
        Ok(mut entries) => match entries.next() {
            Some(_) => Err(CliError::refused(format!(
                "{} is not empty; name a new folder for {what}",
                dir.display()
            ))),
            None => Ok(()),
        },
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(CliError::io("list", dir, e)),
    }
}

fn make(dir: &Path) -> Result<()> {
    std::fs::create_dir_all(dir).map_err(|e| CliError::io("make the folder", dir, e))
}

/// Files below a folder, as paths below `root` with `/`, sorted. Links are not followed.
fn listed(root: &Path, folder: &str) -> Result<Vec<String>> {
    let mut open = vec![PathBuf::from(folder)];
    let mut found = Vec::new();
    while let Some(at) = open.pop() {
        let dir = root.join(&at);
        let entries = match std::fs::read_dir(&dir) {
            Ok(e) => e,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            Err(e) => return Err(CliError::io("list", &dir, e)),
        };
        for entry in entries {
            let entry = entry.map_err(|e| CliError::io("list", &dir, e))?;
            let kind = entry.file_type().map_err(|e| CliError::io("look at", &entry.path(), e))?;
            let path = at.join(entry.file_name());
            if kind.is_dir() {
                open.push(path);
            } else if kind.is_file() {
                let name = path.to_str().ok_or_else(|| {
                    CliError::input(format!(
                        "{} has a name that is not UTF-8; rename it",
                        path.display()
                    ))
                })?;
                found.push(name.replace('\\', "/"));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The journal's files, after the ledger and checkpoints before segments: so that the copy of the
/// journal reaches at least as far as what rests on it, though the service may be writing.
fn journal(root: &Path) -> Result<Vec<String>> {
    let mut names = listed(root, "journal")?;
    names.retain(|n| n != "journal/lock" && !n.ends_with(".tmp"));
    names.sort_by_key(|n| n.ends_with(".segment"));
    Ok(names)
}

fn copied(from: &Path, to: &Path) -> Result<()> {
    if let Some(dir) = to.parent() {
        make(dir)?;
    }
    std::fs::copy(from, to).map_err(|e| CliError::io("copy", from, e))?;
    Ok(())
}

fn hashed(root: &Path, name: &str) -> Result<Copied> {
    let path = root.join(name);
    // An empty file has no hash in the reader's terms.
    if std::fs::metadata(&path).map_err(|e| CliError::io("read", &path, e))?.len() == 0 {
        return Ok(Copied { path: name.to_owned(), bytes: 0, sha256: String::new() });
    }
    let (sha256, bytes) = hash_file(&path, &mut |_| {})?;
    Ok(Copied { path: name.to_owned(), bytes, sha256 })
}

fn verified(root: &Path, f: &Copied) -> Result<()> {
    let there = hashed(root, &f.path)?;
    if there.sha256 == f.sha256 && there.bytes == f.bytes {
        return Ok(());
    }
    Err(CliError::input(format!(
        "{} does not have the hash that the backup's manifest gives it: the backup is damaged; nothing was restored",
        root.join(&f.path).display()
    )))
}
