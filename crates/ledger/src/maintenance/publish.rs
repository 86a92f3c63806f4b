//! Delta logs over the same files, so that Spark, Trino, Polars and DuckDB read the ledger in place. A
//! log is a handful of JSON lines: protocol, metadata and the files of the newest version. Each
//! publication adds one commit, which removes the files that are no longer named and adds the new ones.

use crate::{
    error::{LedgerError, io, json as parse},
    maintenance::check::{Finding, History},
    manifest::{FileEntry, Manifest},
    read::snapshot::Snapshot,
    store::Ledger,
    tables::schema::{Col, Table},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    path::Path,
};

/// What was published for a table.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Published {
    /// Table name.
    pub table: &'static str,
    /// Version of its Delta log.
    pub version: u64,
    /// Files in it.
    pub files: usize,
    /// `false` where nothing had changed.
    pub changed: bool,
}

impl Snapshot {
    /// Writes or continues a Delta log for every table that has files.
    ///
    /// # Errors
    /// When a log cannot be read or written.
    pub fn publish(&self, now_ms: i64) -> Result<Vec<Published>, LedgerError> {
        Table::ALL
            .iter()
            .filter(|t| !self.root.manifest.files(**t).is_empty())
            .map(|&t| self.publish_table(t, now_ms))
            .collect()
    }

    fn publish_table(&self, table: Table, now_ms: i64) -> Result<Published, LedgerError> {
        let base = self.dir.join(table.name());
        let log = base.join("_delta_log");
        io("create folder", &log, std::fs::create_dir_all(&log))?;
        let (versions, present) = read_log(&log)?;
        let wanted = wanted(&self.root.manifest, table);
        let mut lines: Vec<Value> = Vec::new();
        if versions == 0 {
            lines.push(json!({"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}}));
            lines.push(json!({"metaData": {
                "id": uuid_of(&self.root.manifest.previous, table), "format": {"provider": "parquet", "options": {}},
                "schemaString": schema_string(table), "partitionColumns": [], "configuration": {}, "createdTime": now_ms,
            }}));
        }
        for p in present.keys().filter(|p| !wanted.contains_key(*p)) {
            lines.push(
                json!({"remove": {"path": p, "deletionTimestamp": now_ms, "dataChange": true}}),
            );
        }
        for (p, f) in wanted.iter().filter(|(p, _)| !present.contains_key(*p)) {
            lines.push(json!({"add": {"path": p, "partitionValues": {}, "size": f.bytes, "modificationTime": now_ms, "dataChange": true,
                "stats": stats(f)}}));
        }
        if lines.is_empty() {
            return Ok(Published {
                table: table.name(),
                version: versions - 1,
                files: wanted.len(),
                changed: false,
            });
        }
        lines.push(json!({"commitInfo": {"timestamp": now_ms, "operation": "WRITE", "operationParameters": {"mode": "Append"},
            "engineInfo": "northbound", "rootManifest": self.root.hash}}));
        let path = log.join(format!("{versions:020}.json"));
        let tmp = log.join(format!(".{versions:020}.{}.tmp", std::process::id()));
        let mut file = io("create", &tmp, std::fs::File::create(&tmp))?;
        for l in &lines {
            io("write", &tmp, writeln!(file, "{l}"))?;
        }
        io("sync", &tmp, file.sync_all())?;
        let linked = std::fs::hard_link(&tmp, &path);
        let _ = std::fs::remove_file(&tmp);
        io("publish", &path, linked)?;
        Ok(Published { table: table.name(), version: versions, files: wanted.len(), changed: true })
    }
}

/// Hashes of the versions that the published logs end with: readers of the logs need their files.
pub(crate) fn cited(dir: &Path) -> Result<BTreeSet<String>, LedgerError> {
    Ok(citations(dir)?.into_iter().filter(|c| c.last).map(|c| c.hash).collect())
}

/// A version of the ledger that a published log cites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogCitation {
    /// The log's file, by its path below the ledger's folder.
    pub file: String,
    /// Hash of the version's manifest.
    pub hash: String,
    /// Is it the last file of its log? Readers of the log need the files of that version.
    pub last: bool,
}

/// Every version that the published logs cite, in the order of tables and of each log.
///
/// # Errors
/// Where a log cannot be read.
pub fn citations(dir: &Path) -> Result<Vec<LogCitation>, LedgerError> {
    let mut all = Vec::new();
    for table in Table::ALL {
        all.append(&mut citations_of(dir, table)?);
    }
    Ok(all)
}

fn citations_of(dir: &Path, table: Table) -> Result<Vec<LogCitation>, LedgerError> {
    let mut out = Vec::new();
    let log = dir.join(table.name()).join("_delta_log");
    let (versions, _) = read_log(&log)?;
    for version in 0..versions {
        let path = log.join(format!("{version:020}.json"));
        let text = io("read", &path, std::fs::read_to_string(&path))?;
        let hashes = text
            .lines()
            .filter_map(|l| serde_json::from_str::<Value>(l).ok())
            .filter_map(|v| v["commitInfo"]["rootManifest"].as_str().map(str::to_owned));
        out.extend(hashes.map(|hash| LogCitation {
            file: format!("{}/_delta_log/{version:020}.json", table.name()),
            hash,
            last: version + 1 == versions,
        }));
    }
    Ok(out)
}

/// The files of a table as a log names them.
fn wanted(manifest: &Manifest, table: Table) -> BTreeMap<String, &FileEntry> {
    let prefix = format!("{}/", table.name());
    let name = |f: &FileEntry| f.path.strip_prefix(&prefix).unwrap_or(&f.path).replace('=', "%3D");
    manifest.files(table).iter().map(|f| (name(f), f)).collect()
}

/// Logs that do not hold the files of the version that they cite last, where that version is there.
///
/// # Errors
/// Where a log or a manifest cannot be read.
pub(crate) fn compare(ledger: &Ledger, history: &History) -> Result<Vec<Finding>, LedgerError> {
    let mut wrong = Vec::new();
    for table in Table::ALL {
        let log = ledger.dir().join(table.name()).join("_delta_log");
        let (_, present) = read_log(&log)?;
        let cited = citations_of(ledger.dir(), table)?.into_iter().rfind(|c| c.last);
        let Some((cited, version)) = cited.and_then(|c| {
            let version = history.with_hash(&c.hash)?.version;
            Some((c, version))
        }) else {
            continue;
        };
        let root = ledger.version(version)?;
        let stated =
            wanted(&root.manifest, table).into_iter().map(|(p, f)| (p, (f.bytes, stats(f))));
        if present != stated.collect() {
            wrong.push(Finding::of_file(
                "published",
                cited.file,
                format!("the files of version {version}, which it cites"),
                "others",
            ));
        }
    }
    Ok(wrong)
}

fn stats(f: &FileEntry) -> String {
    format!("{{\"numRecords\":{}}}", f.rows)
}

/// Size and statistics of a file, as a log has them.
type LoggedFile = (u64, String);

/// Number of versions in a log and the files that the last one holds.
fn read_log(log: &Path) -> Result<(u64, BTreeMap<String, LoggedFile>), LedgerError> {
    let mut present = BTreeMap::new();
    let mut version = 0;
    loop {
        let path = log.join(format!("{version:020}.json"));
        let text = match std::fs::read_to_string(&path) {
            Ok(t) => t,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok((version, present)),
            Err(source) => return Err(LedgerError::Io { what: "read", path, source }),
        };
        for line in text.lines() {
            let v: Value = parse("a Delta log", &path, serde_json::from_str(line))?;
            if let Some(p) = v["add"]["path"].as_str() {
                let stats = v["add"]["stats"].as_str().unwrap_or_default().to_owned();
                present.insert(p.to_owned(), (v["add"]["size"].as_u64().unwrap_or(0), stats));
            }
            if let Some(p) = v["remove"]["path"].as_str() {
                present.remove(p);
            }
        }
        version += 1;
    }
}

fn schema_string(table: Table) -> String {
    let fields: Vec<Value> = table.columns().iter().map(|(name, col)| json!({
        "name": name, "nullable": true, "metadata": {},
        "type": match col { Col::Word | Col::Text => "string", Col::Int => "long", Col::Time => "timestamp" },
    })).collect();
    json!({"type": "struct", "fields": fields}).to_string()
}

/// A stable table id in the form that Delta requires.
fn uuid_of(seed: &str, table: Table) -> String {
    use sha2::Digest;
    let h = crate::tables::file::hex(&sha2::Sha256::digest(format!("{seed}/{}", table.name())));
    format!("{}-{}-4{}-8{}-{}", &h[..8], &h[8..12], &h[13..16], &h[17..20], &h[20..32])
}
