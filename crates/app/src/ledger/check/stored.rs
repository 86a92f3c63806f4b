//! Files that the registers or the ledger describe: issued packs, rule sets that packs used, source
//! files, the journal.

use super::cited::{below, issued_folders};
use crate::{context::Context, error::Result};
use northbound_ingest::source::hash_file;
use northbound_ledger::{
    check::{Finding, History},
    journal::inspect,
};
use northbound_packs::{
    evidence::archive::{self, Archive},
    store,
};
use northbound_registers::{
    AsAt, FILE_NAME, Query, Store, Stored,
    records::{data::sources::SourceFile, reporting::packs::Pack},
};
use std::{collections::BTreeSet, io::ErrorKind, path::PathBuf};

/// Compares what is stored beside ledger and registers with what they say of it. `sources` are the files
/// that the registers recorded before the ledger was read.
pub(super) fn compare(
    ctx: &Context,
    registers: &Store,
    history: &History,
    sources: &[Stored<SourceFile>],
    findings: &mut Vec<Finding>,
) {
    let parts = [packs(ctx, registers, findings), journal(ctx, history, findings)];
    in_ledger(history, sources, findings);
    for e in parts.into_iter().filter_map(Result::err) {
        findings.push(Finding::new("cited", e.to_string()));
    }
}

/// The files of issued packs, and the rule sets that packs used.
fn packs(ctx: &Context, registers: &Store, findings: &mut Vec<Finding>) -> Result<()> {
    let every = Query { withdrawn: true, ..Query::as_at(AsAt::NOW) };
    let packs: Vec<Stored<Pack>> = ctx.gate(registers).list(&every)?;
    let issued: Vec<&Stored<Pack>> = packs.iter().filter(|p| p.record.number.is_some()).collect();
    for pack in &issued {
        pack_files(ctx, pack, findings);
    }
    let known: BTreeSet<PathBuf> =
        issued.iter().map(|p| store::issue_folder(&ctx.data, &p.record)).collect();
    for folder in issued_folders(ctx)?.into_iter().filter(|f| !known.contains(f)) {
        findings.push(Finding::of_file(
            "pack",
            FILE_NAME,
            format!("a record of the issued pack in {}", below(ctx, &folder)),
            "none",
        ));
    }
    let archive = Archive::open(&ctx.data)?;
    let used: BTreeSet<&str> = issued.iter().map(|p| p.record.rules.as_str()).collect();
    for id in used {
        if let Err(e) = archive.load(id) {
            let file = format!("{}/{id}.json", archive::FOLDER);
            findings.push(Finding::of_file(
                "rules",
                file,
                "the rule set that an issued pack used",
                e.to_string(),
            ));
        }
    }
    Ok(())
}

fn pack_files(ctx: &Context, pack: &Stored<Pack>, findings: &mut Vec<Finding>) {
    let folder = store::issue_folder(&ctx.data, &pack.record);
    for f in &pack.record.files {
        let path = folder.join(&f.path);
        let found = match hash_file(&path, &mut |_| {}) {
            Ok((hash, _)) if hash == f.sha256 => continue,
            Ok((hash, _)) => format!("the hash {hash}"),
            Err(_) if !path.exists() => "no file".to_owned(),
            Err(e) => e.to_string(),
        };
        let expected = format!("the hash {}, as {} in {FILE_NAME} records", f.sha256, pack.id);
        findings.push(Finding::of_file("pack", below(ctx, &path), expected, found));
    }
}

/// Files whose rows are in the ledger, as the registers record them.
fn in_ledger(history: &History, sources: &[Stored<SourceFile>], findings: &mut Vec<Finding>) {
    for s in sources {
        let Some(number) = s.record.ledger_source else { continue };
        let newest = history.newest.as_ref().map(|n| &n.manifest);
        let found = match newest.and_then(|m| m.source(number)) {
            Some(there) if there.sha256 == s.record.sha256 => continue,
            Some(there) => format!("the hash {}", there.sha256),
            None => "none".to_owned(),
        };
        let expected = format!(
            "source {number} with the hash {}, as {} in {FILE_NAME} records",
            s.record.sha256, s.id
        );
        findings.push(Finding::of_file("cited", "ledger", expected, found));
    }
}

/// The journal reaches the position that the ledger has taken from it.
fn journal(ctx: &Context, history: &History, findings: &mut Vec<Finding>) -> Result<()> {
    let taken = history.versions.last().map_or(0, |v| v.journal_position);
    if taken == 0 {
        return Ok(());
    }
    let reaches = match inspect::look(&ctx.journal(), false) {
        Ok(report) => {
            report.segments.last().map_or(report.released, |s| s.last.max(report.released))
        }
        Err(northbound_ledger::LedgerError::Io { source, .. })
            if source.kind() == ErrorKind::NotFound =>
        {
            0
        }
        Err(e) => return Err(e.into()),
    };
    if reaches < taken {
        findings.push(Finding::of_file(
            "journal",
            "journal",
            format!("records up to position {taken}, which the ledger has taken from it"),
            format!("records up to position {reaches}"),
        ));
    }
    Ok(())
}
