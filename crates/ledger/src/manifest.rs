//! Root manifests: one per version, over all tables at once. Each names the hash of the one
//! before, so that a change to the past is detected.

use crate::{
    error::{LedgerError, io, json},
    seal::{self, SealError, Seals},
    tables::{file::hex, schema::Table},
};
use northbound_types::{Day, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    io::{Read, Write},
    path::{Path, PathBuf},
};

/// A file of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Path under the ledger folder, with `/`.
    pub path: String,
    /// Rows.
    pub rows: u64,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The received day of its rows, where the table is kept by day.
    pub day: Option<Day>,
    /// Least and greatest `known`. Two integers (µs) in JSON.
    #[serde(with = "micros")]
    pub known: (Utc, Utc),
    /// Sources with rows in it.
    pub sources: Vec<i64>,
    /// Rows by state (exchanges, alerts): lets a search for a rare outcome skip files.
    pub states: BTreeMap<String, u64>,
    /// For a rollup: what it was made of ([`crate::scan::rollup`]).
    pub made_of: Option<String>,
    /// Rows of messages that are still open: the next live commit replaces the file.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
}

/// A pair of times as microseconds, which is how manifests have always written them.
mod micros {
    use northbound_types::Utc;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(t: &(Utc, Utc), s: S) -> Result<S::Ok, S::Error> {
        (t.0.0, t.1.0).serialize(s)
    }
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<(Utc, Utc), D::Error> {
        <(i64, i64)>::deserialize(d).map(|(a, b)| (Utc(a), Utc(b)))
    }
}

/// A source file whose rows are in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceEntry {
    /// Number, which its rows carry.
    pub id: i64,
    /// File name without folder.
    pub name: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Bytes.
    pub bytes: u64,
    /// Layout or reader.
    pub layout: String,
    /// Hash of the mapping used; empty where none.
    pub mapping: String,
    /// Feed of rows that do not state theirs.
    pub feed: String,
    /// Declared rank: of two records with one identity and different content, the lower rank counts.
    pub rank: i64,
    /// Names or hashes of the sources that this one corrects.
    pub corrects: Vec<String>,
    /// When the source first stated its rows.
    pub known: Utc,
    /// When it was ingested.
    pub recorded: Utc,
    /// Rows accepted.
    pub rows: u64,
    /// Rows rejected.
    pub rejected: u64,
    /// Rows that repeat a message of another source with the same content.
    pub duplicates: u64,
    /// Rows whose identity another record has with other content.
    pub collisions: u64,
    /// By whom.
    pub by: String,
}

/// The layout of the live service's own source: no file, but its journal.
pub const LIVE: &str = "live";

impl SourceEntry {
    /// Is it the live service's own record?
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.layout == LIVE
    }
}

/// A source that was retracted: its rows no longer count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retraction {
    /// Which source.
    pub source: i64,
    /// When.
    pub at: Utc,
    /// By whom.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// What made a version. It decides what may be deleted, so it is set by the code that commits and never
/// read from the free text of [`Manifest::what`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommitKind {
    /// The manifest has no kind: it was written before kinds existed. Such a version is retained, since
    /// its text alone does not prove what it is.
    #[default]
    #[serde(skip)]
    Unstated,
    /// New source files, perhaps with others retracted.
    Ingest,
    /// Sources retracted, nothing new.
    Retraction,
    /// Rollups recomputed.
    Rollup,
    /// Small files of closed days merged into larger ones.
    Compaction,
    /// A micro-batch of the live service. The next one repeats every row that is still open.
    Live,
}

impl CommitKind {
    /// May a version of this kind be deleted once it is old?
    #[must_use]
    pub const fn is_prunable(self) -> bool {
        matches!(self, CommitKind::Live)
    }
    const fn is_unstated(&self) -> bool {
        matches!(self, CommitKind::Unstated)
    }
}

/// One version of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version, from 1.
    pub version: u64,
    /// SHA-256 of the previous manifest file; empty for the first.
    pub previous: String,
    /// When it was committed.
    pub committed: Utc,
    /// What the clock said, where it stood before the version that was already there: then the commit
    /// counts as made a microsecond after that version, so that as-at answers do not change later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Utc>,
    /// What made it.
    #[serde(default, skip_serializing_if = "CommitKind::is_unstated")]
    pub kind: CommitKind,
    /// What it was for, in words: only for people to read.
    pub what: String,
    /// Rule set with which its rollups were judged.
    pub rules: String,
    /// Revision of the registers at the commit, where known.
    pub register_revision: i64,
    /// Position in the journal of the live service, where one runs.
    pub journal_position: u64,
    /// Files by table.
    pub tables: BTreeMap<Table, Vec<FileEntry>>,
    /// Sources.
    pub sources: Vec<SourceEntry>,
    /// Sources retracted.
    pub retracted: Vec<Retraction>,
    /// Checksum of the list of deleted versions ([`crate::retention`]); empty while there is none.
    #[serde(default, rename = "thinned", skip_serializing_if = "String::is_empty")]
    pub pruned_list: String,
    /// The commit also recorded the [`crate::head`], so that its absence is a finding.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub head_recorded: bool,
    /// Hash of the registers' history at [`Manifest::register_revision`], hexadecimal, where known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub register_hash: String,
    /// Serial number (decimal) of the certificate whose key signed it; empty where it is unsigned.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub signed_by: String,
    /// The signature ([`crate::seal`]), hexadecimal. Always the last field.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub signature: String,
}

impl Manifest {
    /// A version without content: what an empty ledger holds.
    pub(crate) fn empty(version: u64) -> Manifest {
        Manifest {
            version,
            previous: String::new(),
            committed: Utc(0),
            clock: None,
            kind: CommitKind::Unstated,
            what: String::new(),
            rules: String::new(),
            register_revision: 0,
            journal_position: 0,
            tables: BTreeMap::new(),
            sources: Vec::new(),
            retracted: Vec::new(),
            pruned_list: String::new(),
            head_recorded: false,
            register_hash: String::new(),
            signed_by: String::new(),
            signature: String::new(),
        }
    }
    /// Files of a table.
    #[must_use]
    pub fn files(&self, table: Table) -> &[FileEntry] {
        self.tables.get(&table).map_or(&[], Vec::as_slice)
    }
    /// The source with a number.
    #[must_use]
    pub fn source(&self, id: i64) -> Option<&SourceEntry> {
        self.sources.iter().find(|s| s.id == id)
    }
}

/// A manifest with its own hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// SHA-256 of the manifest file: what a pack cites.
    pub hash: String,
    /// The manifest.
    pub manifest: Manifest,
}

/// The folder of manifests inside a ledger's folder.
pub(crate) fn folder(dir: &Path) -> PathBuf {
    dir.join("root")
}
pub(crate) fn path_of(dir: &Path, version: u64) -> PathBuf {
    folder(dir).join(format!("{version:010}.json"))
}

/// Reads one version.
pub(crate) fn read(dir: &Path, version: u64) -> Result<Root, LedgerError> {
    read_with_bytes(dir, version).map(|(root, _)| root)
}

/// Reads one version and the bytes of its file, which its signature is over.
pub(crate) fn read_with_bytes(dir: &Path, version: u64) -> Result<(Root, Vec<u8>), LedgerError> {
    let path = path_of(dir, version);
    let bytes = bytes_of(&path)?;
    let manifest: Manifest =
        json("a manifest that this version understands", &path, serde_json::from_slice(&bytes))?;
    if manifest.version != version {
        return Err(LedgerError::Manifest {
            path,
            why: format!("says version {}", manifest.version),
        });
    }
    let outside = |f: &&FileEntry| !is_below(Path::new(&f.path));
    if let Some(f) = manifest.tables.values().flatten().find(outside) {
        let why = format!("names {:?}, which is not below the ledger's folder", f.path);
        return Err(LedgerError::Manifest { path, why });
    }
    Ok((Root { hash: hex(&Sha256::digest(&bytes)), manifest }, bytes))
}

/// Bytes of a manifest: some hundred thousand files.
const MAX_MANIFEST: u64 = 128 << 20;

fn bytes_of(path: &Path) -> Result<Vec<u8>, LedgerError> {
    let mut bytes = Vec::new();
    let file = io("open", path, std::fs::File::open(path))?;
    io("read", path, file.take(MAX_MANIFEST + 1).read_to_end(&mut bytes))?;
    if bytes.len() as u64 > MAX_MANIFEST {
        let why = format!("has more than {MAX_MANIFEST} bytes, which is the limit");
        return Err(LedgerError::Manifest { path: path.to_owned(), why });
    }
    Ok(bytes)
}

/// Does a path stay below the folder to which it is added? No `..`, no root, no drive.
#[must_use]
pub fn is_below(path: &Path) -> bool {
    let mut parts = path.components().peekable();
    parts.peek().is_some() && parts.all(|c| matches!(c, std::path::Component::Normal(_)))
}

/// The newest version, 0 where there is none.
pub(crate) fn newest(dir: &Path) -> Result<u64, LedgerError> {
    Ok(present(dir)?.last().copied().unwrap_or(0))
}

/// The versions that are present, ascending. Deleted ones ([`crate::retention`]) are missing.
pub(crate) fn present(dir: &Path) -> Result<Vec<u64>, LedgerError> {
    let folder = folder(dir);
    let mut all = Vec::new();
    let entries = match std::fs::read_dir(&folder) {
        Ok(e) => e,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(all),
        Err(source) => return Err(LedgerError::Io { what: "list", path: folder, source }),
    };
    for entry in entries {
        let name = io("list", &folder, entry)?.file_name();
        let Some(v) =
            name.to_str().and_then(|n| n.strip_suffix(".json")).and_then(|n| n.parse().ok())
        else {
            continue;
        };
        all.push(v);
    }
    all.sort_unstable();
    Ok(all)
}

/// Makes a version visible: writes a temporary file, syncs it, and links it under the version's name,
/// which fails where the name exists. Signed by whoever [`Manifest::signed_by`] names.
pub(crate) fn commit(
    dir: &Path,
    mut manifest: Manifest,
    seals: Option<&dyn Seals>,
) -> Result<Root, LedgerError> {
    let folder = folder(dir);
    io("create folder", &folder, std::fs::create_dir_all(&folder))?;
    let path = path_of(dir, manifest.version);
    let text = |m: &Manifest| json("a manifest", &path, serde_json::to_vec_pretty(m));
    if let Some(seals) = seals.filter(|_| !manifest.signed_by.is_empty()) {
        let signed = seals.sign(&seal::message(&text(&manifest)?));
        manifest.signature = hex(&signed.map_err(seal_error)?);
    }
    let bytes = text(&manifest)?;
    let tmp = folder.join(format!(".{:010}.{}.tmp", manifest.version, std::process::id()));
    let mut file = io("create", &tmp, std::fs::File::create(&tmp))?;
    io("write", &tmp, file.write_all(&bytes))?;
    io("sync", &tmp, file.sync_all())?;
    let linked = std::fs::hard_link(&tmp, &path);
    let _ = std::fs::remove_file(&tmp);
    io("commit", &path, linked)?;
    io("sync", &folder, std::fs::File::open(&folder).and_then(|d| d.sync_all()))?;
    Ok(Root { hash: hex(&Sha256::digest(&bytes)), manifest })
}

pub(crate) fn seal_error(source: SealError) -> LedgerError {
    LedgerError::Seal { what: "the ledger's manifests cannot be signed", source }
}
