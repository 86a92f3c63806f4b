//! Backup and restore of a whole data folder. A backup is one folder with a manifest of hashes. The
//! manifest is written last, so an interrupted backup has none.

use crate::{
    answer::{Answer, Table, count},
    context::Context,
    error::{AppError, Result},
    folder::{MARK, PSEUDONYMS},
    input,
    ledger::registers_at,
    service::SETTINGS,
};
use northbound_ingest::source::hash_file;
use northbound_ledger::{Head, Ledger, backup, head, is_below};
use northbound_registers::FILE_NAME;
use northbound_types::Utc;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Name of the manifest in a backup.
pub(crate) const MANIFEST: &str = "backup.json";
/// Layout of a backup.
const LAYOUT: u32 = 1;
/// Bytes of the manifest: some hundred thousand files.
const MAX_BACKUP_MANIFEST: u64 = 128 << 20;
/// Folders that are copied file by file.
const PLAIN: [&str; 5] = ["rules", "rules-archive", "rejects", "packs", "outbox"];
/// Files that are copied where they are there. Private keys are not: whoever runs the service backs
/// them up apart.
const SINGLE: [&str; 3] = [MARK, SETTINGS, PSEUDONYMS];
/// Until a restore is whole, its files are beside the data folder, under its name with this ending, or
/// in a folder of this name within it where the folder was there before.
const UNFINISHED: &str = ".restoring";

/// A file of the backup, by its path below it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct CopiedFile {
    path: String,
    bytes: u64,
    sha256: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct BackupManifest {
    layout: u32,
    made: Utc,
    pub(crate) ledger_version: u64,
    pub(crate) ledger_hash: String,
    ledger_files: u64,
    ledger_bytes: u64,
    pub(crate) register_revision: i64,
    /// Hash of the registers' history at that revision; empty in backups of earlier versions.
    #[serde(default)]
    pub(crate) register_hash: String,
    files: Vec<CopiedFile>,
}

/// Copies ledger, journal, registers, rules, rejects and packs into `to`, which must be empty or not
/// exist; each file is recorded with its hash.
///
/// # Errors
/// Where the folder is not empty, or a file cannot be read or written.
pub fn backup(ctx: &Context, to: &Path) -> Result<Answer> {
    require_empty(to, "a backup")?;
    let store = ctx.store()?;
    let ledger = ctx.ledger();
    let newest = ledger.newest()?;
    if ctx.dry_run {
        let version = newest.as_ref().map_or(0, |r| r.manifest.version);
        return Ok(Answer::new(json!({"dry_run": true, "ledger_version": version})).say(format!("Would copy version {version} of the ledger, with journal, registers and files, to {}; nothing was written.", to.display())));
    }
    make_folder(to)?;
    let mut progress = ctx.progress();
    // Registers first: what the ledger's newest version cites is then surely in them or older.
    let copy = to.join(FILE_NAME);
    let registers = registers_at(&store)?;
    store.backup(&copy)?;
    let mut files = vec![hash(to, FILE_NAME)?];
    let version = newest.as_ref().map_or(0, |r| r.manifest.version);
    let done = backup::copy(&ledger, &to.join("ledger"), version, &mut |n, of| {
        progress.tell("copying the ledger", n, of)
    })?;
    for folder in PLAIN {
        for name in files_below(&ctx.data, folder)?.into_iter().filter(|n| !n.ends_with(".lock")) {
            copy_file(&ctx.data.join(&name), &to.join(&name))?;
            files.push(hash(to, &name)?);
        }
    }
    let singles = SINGLE.into_iter().map(str::to_owned).filter(|n| ctx.data.join(n).is_file());
    for name in singles.chain(certificates(&ctx.data)?) {
        copy_file(&ctx.data.join(&name), &to.join(&name))?;
        files.push(hash(to, &name)?);
    }
    for name in journal_files(&ctx.data)? {
        copy_file(&ctx.data.join(&name), &to.join(&name))?;
        files.push(hash(to, &name)?);
    }
    let manifest = BackupManifest {
        layout: LAYOUT,
        made: ctx.now,
        ledger_version: version,
        ledger_hash: newest.map(|r| r.hash).unwrap_or_default(),
        ledger_files: done.files,
        ledger_bytes: done.bytes,
        register_revision: registers.revision,
        register_hash: registers.hash,
        files,
    };
    let path = to.join(MANIFEST);
    let text =
        serde_json::to_string_pretty(&manifest).map_err(|e| AppError::internal(e.to_string()))?;
    std::fs::write(&path, text).map_err(|e| AppError::io("write", &path, e))?;
    drop(progress);
    Ok(answer(&manifest, &format!("Backed up {} to {}.", ctx.data.display(), to.display())).then(
        format!("To restore it: northbound --data NEW-FOLDER ledger restore {}", to.display()),
    ))
}

/// Restores a backup into the data folder, which must be empty or not exist. Every hash is checked
/// before anything is written.
///
/// # Errors
/// Where the data folder is not empty, the backup is damaged, or a file cannot be read or written.
pub fn restore(ctx: &Context, from: &Path) -> Result<Answer> {
    let path = from.join(MANIFEST);
    let text = input::text(&path, MAX_BACKUP_MANIFEST)?;
    let manifest: BackupManifest = serde_json::from_str(&text).map_err(|e| {
        AppError::input(format!("{}: {e}; the backup is damaged or was cut short", path.display()))
    })?;
    if manifest.layout != LAYOUT {
        return Err(AppError::input(format!(
            "{} has layout {}, but this program reads layout {LAYOUT}; use the version that wrote it",
            path.display(),
            manifest.layout
        )));
    }
    match unfinished(&ctx.data) {
        // Only what a restore began is there: it is cleared and begun again.
        Some(aside) if only_entry(&ctx.data, &aside)? => {}
        _ => require_empty(&ctx.data, "the data folder")?,
    }
    for f in &manifest.files {
        if !is_below(Path::new(&f.path)) {
            return Err(AppError::input(format!(
                "{} names {:?}, which is not below the backup's folder: somebody changed it; nothing was restored",
                path.display(),
                f.path
            )));
        }
        verify(from, f)?;
    }
    let source = Ledger::at(from.join("ledger"));
    let newest = source.newest()?.map(|r| r.hash).unwrap_or_default();
    if newest != manifest.ledger_hash {
        return Err(AppError::input(format!(
            "the ledger in {} ends with version hash {newest:?}, its manifest says {:?}: the backup is damaged; nothing was restored",
            from.display(),
            manifest.ledger_hash
        )));
    }
    if !ctx.dry_run {
        put_in_place(ctx, from, &source, &manifest)?;
    }
    let said = if ctx.dry_run {
        format!(
            "{} is complete; would restore it to {}. Nothing was written.",
            from.display(),
            ctx.data.display()
        )
    } else {
        format!("Restored {} to {}.", from.display(), ctx.data.display())
    };
    Ok(answer(&manifest, &said).then("Verify it: northbound ledger check"))
}

/// Writes everything beside the data folder, checks it there, and gives it the data folder's name.
fn put_in_place(
    ctx: &Context,
    from: &Path,
    source: &Ledger,
    manifest: &BackupManifest,
) -> Result<()> {
    let inside = ctx.data.exists();
    let aside = if inside { ctx.data.join(UNFINISHED) } else { beside(&ctx.data) };
    if aside.exists() {
        std::fs::remove_dir_all(&aside)
            .map_err(|e| AppError::io("clear the remains of a restore in", &aside, e))?;
    }
    let mut progress = ctx.progress();
    make_folder(&aside)?;
    backup::copy(source, &aside.join("ledger"), u64::MAX, &mut |n, of| {
        progress.tell("copying the ledger", n, of)
    })?;
    if manifest.ledger_version > 0 {
        let (version, hash) = (manifest.ledger_version, manifest.ledger_hash.clone());
        Head { version, hash }.write(&aside.join(head::FILE))?;
    }
    northbound_registers::restore(&from.join(FILE_NAME), &aside.join(FILE_NAME))?;
    for f in manifest.files.iter().filter(|f| f.path != FILE_NAME) {
        copy_file(&from.join(&f.path), &aside.join(&f.path))?;
        verify(&aside, f)?;
    }
    let moved =
        if inside { empty_into(&aside, &ctx.data) } else { std::fs::rename(&aside, &ctx.data) };
    moved.map_err(|e| AppError::io("put the restored files in place in", &ctx.data, e))
}

/// Moves what is in a folder into the one above it, and removes it. While it is there, the restore is
/// not finished.
fn empty_into(aside: &Path, data: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(aside)? {
        let entry = entry?;
        std::fs::rename(entry.path(), data.join(entry.file_name()))?;
    }
    std::fs::remove_dir(aside)
}

fn beside(data: &Path) -> PathBuf {
    let mut name = data.file_name().unwrap_or_default().to_owned();
    name.push(UNFINISHED);
    data.with_file_name(name)
}

/// The remains of a restore into this data folder that was broken off.
pub(crate) fn unfinished(data: &Path) -> Option<PathBuf> {
    let inside = data.join(UNFINISHED);
    if inside.exists() {
        return Some(inside);
    }
    Some(beside(data)).filter(|aside| !data.exists() && aside.exists())
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
        "register_revision": m.register_revision, "register_hash": m.register_hash, "files": m.files,
    })).say(said).table(table)
}

/// Is this the only thing in the folder?
fn only_entry(dir: &Path, entry: &Path) -> Result<bool> {
    let io = |e| AppError::io("list", dir, e);
    if entry.parent() != Some(dir) {
        return Ok(false);
    }
    for found in std::fs::read_dir(dir).map_err(io)? {
        if found.map_err(io)?.path() != entry {
            return Ok(false);
        }
    }
    Ok(true)
}

fn require_empty(dir: &Path, what: &str) -> Result<()> {
    match std::fs::read_dir(dir) {
        Ok(mut entries) => match entries.next() {
            Some(_) => Err(AppError::refused(format!(
                "{} is not empty; name a new folder for {what}",
                dir.display()
            ))),
            None => Ok(()),
        },
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(AppError::io("list", dir, e)),
    }
}

fn make_folder(dir: &Path) -> Result<()> {
    std::fs::create_dir_all(dir).map_err(|e| AppError::io("make the folder", dir, e))
}

/// Files below a folder, as paths below `root` with `/`, sorted. Links are not followed.
fn files_below(root: &Path, folder: &str) -> Result<Vec<String>> {
    let mut open = vec![PathBuf::from(folder)];
    let mut found = Vec::new();
    while let Some(at) = open.pop() {
        let dir = root.join(&at);
        let entries = match std::fs::read_dir(&dir) {
            Ok(e) => e,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            Err(e) => return Err(AppError::io("list", &dir, e)),
        };
        for entry in entries {
            let entry = entry.map_err(|e| AppError::io("list", &dir, e))?;
            let kind = entry.file_type().map_err(|e| AppError::io("read", &entry.path(), e))?;
            let path = at.join(entry.file_name());
            if kind.is_dir() {
                open.push(path);
            } else if kind.is_file() {
                let name = path.to_str().ok_or_else(|| {
                    AppError::input(format!(
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

/// Certificates, by which a restored folder's signatures are verified. Private keys are not copied.
fn certificates(root: &Path) -> Result<Vec<String>> {
    let mut names = files_below(root, northbound_keys::FOLDER)?;
    names.retain(|n| n.ends_with(northbound_keys::CERTIFICATE));
    Ok(names)
}

/// The journal's files. They are copied after the ledger, and checkpoints before segments, so that the
/// copy of the journal reaches at least as far as both although the service may be writing.
fn journal_files(root: &Path) -> Result<Vec<String>> {
    let mut names = files_below(root, "journal")?;
    names.retain(|n| n != "journal/lock" && !n.ends_with(".tmp"));
    names.sort_by_key(|n| n.ends_with(".segment"));
    Ok(names)
}

fn copy_file(from: &Path, to: &Path) -> Result<()> {
    if let Some(dir) = to.parent() {
        make_folder(dir)?;
    }
    std::fs::copy(from, to)
        .and_then(|_| std::fs::File::open(to)?.sync_all())
        .map_err(|e| AppError::io("copy", from, e))
}

fn hash(root: &Path, name: &str) -> Result<CopiedFile> {
    let path = root.join(name);
    // The reader refuses to hash an empty file.
    if std::fs::metadata(&path).map_err(|e| AppError::io("read", &path, e))?.len() == 0 {
        return Ok(CopiedFile { path: name.to_owned(), bytes: 0, sha256: String::new() });
    }
    let (sha256, bytes) = hash_file(&path, &mut |_| {})?;
    Ok(CopiedFile { path: name.to_owned(), bytes, sha256 })
}

fn verify(root: &Path, f: &CopiedFile) -> Result<()> {
    let there = hash(root, &f.path)?;
    if there.sha256 == f.sha256 && there.bytes == f.bytes {
        return Ok(());
    }
    Err(AppError::input(format!(
        "{} does not have the hash stated in the backup's manifest: the backup is damaged; nothing was restored",
        root.join(&f.path).display()
    )))
}
