//! The chain of manifests, across the ranges that retention deleted, and the head that records where it
//! ends.

use super::{Finding, Report, files::Files, history::Version, short, signatures::Signatures};
use crate::{
    error::LedgerError,
    head::{self, Head},
    manifest::{self, Root},
    retention::ranges::{is_intact, pruned_ranges},
    seal::Seals,
    store::Ledger,
};
use std::path::Path;

/// Compares each manifest with the one that names it as predecessor, and the newest with the head.
/// Gives the files of all versions.
///
/// # Errors
/// Where the folder of manifests cannot be listed.
pub(super) fn chain(ledger: &Ledger, report: &mut Report) -> Result<Files, LedgerError> {
    // Read before the versions are listed: it is never ahead of them.
    let recorded = read_head(ledger, report);
    let newest = manifest::newest(ledger.dir())?;
    report.versions = newest;
    match pruned_ranges(ledger.dir()) {
        Ok(ranges) => report.history.pruned = ranges,
        Err(e) => report.findings.push(Finding::new("chain", e.to_string())),
    }
    let mut files = Files::default();
    let mut signatures = Signatures::new(ledger.seals().map(|s| &**s as &dyn Seals));
    let (mut previous, mut listed) = (String::new(), String::new());
    let mut v = 0;
    while v < newest {
        v += 1;
        match manifest::read_with_bytes(ledger.dir(), v) {
            Err(e)
                if e.is_missing()
                    && let Some(range) = report.history.pruned(v) =>
            {
                report.pruned += range.last + 1 - v;
                previous.clone_from(&range.hash);
                v = range.last;
            }
            Ok((root, bytes)) => {
                signatures.verify(&root.manifest, &bytes, report);
                listed.clone_from(&root.manifest.pruned_list);
                follow(&root, &previous, report);
                files.add(&root.manifest, report);
                previous.clone_from(&root.hash);
                if v == newest {
                    report.history.newest = Some(root);
                }
            }
            Err(e) => {
                let found = if e.is_missing() { "no file".to_owned() } else { e.to_string() };
                let expected = format!("the manifest of version {v}");
                report.findings.push(Finding::of_file("chain", file_of(v), expected, found));
                previous.clear();
            }
        }
    }
    deleted_list(newest, &listed, report);
    if let (Some(path), Some(recorded)) = (ledger.head_file(), recorded) {
        compare_head(path, recorded.as_ref(), report);
    }
    Ok(files)
}

pub(super) fn file_of(version: u64) -> String {
    format!("root/{version:010}.json")
}

/// Adds a version to the history, and says where it does not name its predecessor. Where the
/// predecessor cannot be read, that is the finding.
fn follow(root: &Root, previous: &str, report: &mut Report) {
    let m = &root.manifest;
    report.clock_went_back += u64::from(m.clock.is_some());
    if m.previous != previous {
        let before = m.version - 1;
        let what = format!(
            "version {} names {} as its predecessor, whose hash is {}",
            m.version,
            short(&m.previous),
            short(previous)
        );
        let (expected, found) = if previous.is_empty() {
            (m.previous.clone(), "no readable file".to_owned())
        } else {
            (m.previous.clone(), previous.to_owned())
        };
        let file = file_of(before);
        report.findings.push(Finding { kind: "chain", what, file, expected, found });
    }
    report.history.versions.push(Version {
        version: m.version,
        hash: root.hash.clone(),
        committed: m.committed,
        register_revision: m.register_revision,
        register_hash: m.register_hash.clone(),
        journal_position: m.journal_position,
    });
}

/// The list of deleted versions, against its own checksums and the one that the newest version records.
fn deleted_list(newest: u64, recorded: &str, report: &mut Report) {
    let pruned = &report.history.pruned;
    let mut wrong = Vec::new();
    if !is_intact(pruned) {
        wrong.push("was changed".to_owned());
    }
    if !recorded.is_empty() && pruned.iter().all(|r| r.sum != recorded) {
        wrong.push(format!("is not the one that version {newest} records"));
    }
    report.findings.extend(wrong.into_iter().map(|w| Finding {
        file: "root/thinned.ndjson".to_owned(),
        ..Finding::new("chain", format!("the list of deleted versions {w}"))
    }));
}

/// The head; `None` where the ledger has none, or it cannot be read, which is a finding.
fn read_head(ledger: &Ledger, report: &mut Report) -> Option<Option<Head>> {
    match Head::read(ledger.head_file()?) {
        Ok(head) => Some(head),
        Err(e) => {
            report.findings.push(Finding {
                file: head::FILE.to_owned(),
                ..Finding::new("head", e.to_string())
            });
            None
        }
    }
}

fn compare_head(path: &Path, recorded: Option<&Head>, report: &mut Report) {
    let history = &report.history;
    let Some(head) = recorded else {
        if let Some(n) = history.newest.as_ref().filter(|n| n.manifest.head_recorded) {
            let expected = format!("version {} with the hash {}", n.manifest.version, n.hash);
            report.findings.push(Finding::of_file("head", head::FILE, expected, "no file"));
        }
        return;
    };
    let wrong = match history.version(head.version) {
        Some(v) if v.hash == head.hash => None,
        Some(v) => Some(format!("the hash {}", v.hash)),
        None if head.version == 0 || history.pruned(head.version).is_some() => None,
        None => Some(history.newest_in_words()),
    };
    if let Some(found) = wrong {
        let expected = format!("the hash {}, as {} records", head.hash, head::FILE);
        report.findings.push(Finding::of_file("head", file_of(head.version), expected, found));
        return;
    }
    // Read again: versions may have been committed between the reading of the head and the listing.
    let Ok(Some(now)) = Head::read(path) else { return };
    if let Some(newest) = &history.newest
        && now.version < newest.manifest.version
        && !head::is_current(&now, newest)
    {
        let expected = format!("version {} with the hash {}", newest.manifest.version, newest.hash);
        let found = format!("version {} with the hash {}", now.version, now.hash);
        report.findings.push(Finding::of_file("head", head::FILE, expected, found));
    }
}
