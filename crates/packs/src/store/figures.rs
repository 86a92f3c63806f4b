//! The index of figures: what each build was made of, so that any printed id can be explained.

use super::{DATA_FILE, EMPTY_LEDGER, FOLDER, issue_folder, read_data};
use crate::{
    PackError,
    data::figures::{Address, Entry},
    evidence::{Evidence, Frozen, Sources, archive},
};
use northbound_documents::manifest;
use northbound_registers::{
    AsAt, Gate, Query, RegisterError,
    records::reporting::packs::{Pack, PackStatus},
};
use northbound_types::{Period, Utc};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// Folder below [`FOLDER`] in which each build records its figures ([`BuildRecord`]).
pub const INDEX: &str = "figures";

/// What a build is made of, kept so that its figures can be explained later.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BuildRecord {
    /// As at.
    pub as_at: Utc,
    /// Period.
    pub period: Period,
    /// Methodology.
    pub methodology: String,
    /// Ledger, rules and registers.
    pub frozen: Frozen,
    /// The figures printed.
    pub figures: Vec<Entry>,
}

/// Archives the rules, and records the figures of a build: one file for each set of inputs, however often it is built.
pub(crate) fn index_figures(
    data: &Path,
    e: &Evidence,
    figures: &[Entry],
    user: &str,
) -> Result<(), PackError> {
    if let Some((rules, now)) = &e.known.to_archive {
        archive::Archive::open(data)?.keep(rules, *now)?;
    }
    let frozen = e.frozen();
    let key =
        format!("{}|{}|{}|{}|{user}", e.period, e.known.methodology.id, e.known.as_at, e.cited());
    let name: String = manifest::sha256(key.as_bytes()).chars().take(24).collect();
    let record = BuildRecord {
        as_at: e.known.as_at,
        period: e.period,
        methodology: e.known.methodology.id.clone(),
        frozen,
        figures: figures.to_vec(),
    };
    archive::write(&data.join(FOLDER).join(INDEX).join(format!("{name}.json")), &record)
}

/// The issue that printed a figure, whatever was built since; else the build that did, with the newest
/// as-at time where several did.
///
/// # Errors
/// [`PackError::NotFound`] where none did.
pub fn find_figure(sources: &Sources<'_>, id: &str) -> Result<(BuildRecord, Entry), PackError> {
    let issued = issued_figure(sources, id)?;
    let mut best: Option<(BuildRecord, Entry)> = None;
    for path in indexed(sources.data)? {
        let record = read_record(&path)?;
        let Some(f) = record.figures.iter().find(|f| f.id == id).cloned() else { continue };
        if issued.as_ref().is_some_and(|(pack, _)| of_pack(&record, pack)) {
            return Ok((record, f));
        }
        if best.as_ref().is_none_or(|(b, _)| b.as_at < record.as_at) {
            best = Some((record, f));
        }
    }
    // Without the record of its build, the issue's own files say what it was made of.
    if let Some((pack, entry)) = issued {
        return Ok((from_issue(sources, &pack)?, entry));
    }
    best.ok_or_else(|| {
        PackError::NotFound(format!(
            "no pack built here contains a figure {id:?}; take an id from a pack, or write the figure out, such as PM4.3/CSPN/north/2026-04"
        ))
    })
}

/// The first issue that printed a figure.
fn issued_figure(sources: &Sources<'_>, id: &str) -> Result<Option<(Pack, Entry)>, PackError> {
    let prints = match sources.gate.prints_of(id, AsAt::NOW) {
        Err(RegisterError::NotFound { .. }) => return Ok(None),
        found => found?,
    };
    for print in prints {
        let pack = sources.gate.show::<Pack>(&print.record.pack, AsAt::NOW)?.record;
        if pack.status != PackStatus::Issued {
            continue;
        }
        let methodology = print.record.lineage["methodology"].as_str().unwrap_or(&pack.methodology);
        let address = Address {
            measure: print.record.measure,
            methodology: methodology.to_owned(),
            keys: print.record.keys,
            period: print.record.period,
        };
        let entry = Entry { id: id.to_owned(), address, numerator: None, denominator: None };
        return Ok(Some((pack, entry)));
    }
    Ok(None)
}

/// Is it the record of the build that was issued as this pack?
fn of_pack(record: &BuildRecord, pack: &Pack) -> bool {
    let f = frozen_of(pack);
    (record.period, record.as_at, &record.methodology)
        == (pack.period, pack.as_at, &pack.methodology)
        && record.frozen == f
}

fn frozen_of(pack: &Pack) -> Frozen {
    let manifest = Some(&pack.root_manifest).filter(|m| *m != EMPTY_LEDGER).cloned();
    Frozen {
        manifest: manifest.unwrap_or_default(),
        rules: pack.rules.clone(),
        revision: pack.register_revision,
    }
}

fn from_issue(sources: &Sources<'_>, pack: &Pack) -> Result<BuildRecord, PackError> {
    let data = read_data(&issue_folder(sources.data, pack).join(DATA_FILE))?;
    Ok(BuildRecord {
        as_at: pack.as_at,
        period: pack.period,
        methodology: pack.methodology.clone(),
        frozen: frozen_of(pack),
        figures: data.figures,
    })
}

/// The files of the index of figures; none where nothing was built yet.
fn indexed(data: &Path) -> Result<Vec<PathBuf>, PackError> {
    let folder = data.join(FOLDER).join(INDEX);
    let entries = match std::fs::read_dir(&folder) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        listed => listed.map_err(|e| PackError::io(&folder, e))?,
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| PackError::io(&folder, e))?.path();
        if path.extension().is_some_and(|x| x == "json") {
            paths.push(path);
        }
    }
    Ok(paths)
}

fn read_record(path: &Path) -> Result<BuildRecord, PackError> {
    let bytes = std::fs::read(path).map_err(|e| PackError::io(path, e))?;
    serde_json::from_slice(&bytes)
        .map_err(|source| PackError::Stored { path: path.to_owned(), source })
}

/// Hashes of the ledger's versions that packs, Users' reports and papers built here cite. Without those
/// versions their figures could not be explained.
///
/// # Errors
/// Where the index cannot be read; no version may be deleted then.
pub fn cited(data: &Path, gate: &Gate<'_>) -> Result<BTreeSet<String>, PackError> {
    let mut out: BTreeSet<String> = gate
        .list::<Pack>(&Query { withdrawn: true, ..Query::as_at(AsAt::NOW) })?
        .into_iter()
        .map(|k| k.record.root_manifest)
        .collect();
    for path in indexed(data)? {
        out.insert(read_record(&path)?.frozen.manifest);
    }
    Ok(out)
}
