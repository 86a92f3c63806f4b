//! The self-check: the chain of manifests, the files' hashes, the books, and gaps.

mod books;
mod chain;

use crate::{
    error::LedgerError,
    manifest,
    read::snapshot::{Days, Snapshot, counted_rows},
    scan::judge::Judge,
    store::Ledger,
    tables::{file::sha256_of, schema::Table},
};
use northbound_types::{Day, Dim};
use std::collections::BTreeSet;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// `chain`, `hash`, `books`, `rollup`, `gap`.
    pub kind: &'static str,
    /// Where and what, as a sentence.
    pub what: String,
}

/// What was checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    /// Versions in the chain.
    pub versions: u64,
    /// Of these, deleted by retention.
    #[serde(rename = "let_go")]
    pub pruned: u64,
    /// Versions committed while the clock stood before the version that was there: the clock had gone
    /// back.
    pub clock_went_back: u64,
    /// Files hashed.
    pub files: u64,
    /// Records in exchanges.
    pub records: u64,
    /// Of these, set aside: duplicates, losers of collisions, superseded, retracted.
    pub set_aside: u64,
    /// Messages counted.
    pub counted: u64,
    /// Lines of the books compared.
    pub book_lines: u64,
    /// Days in the span without any record. A gap need not be an error: perhaps nothing was expected.
    pub gaps: Vec<Day>,
    /// What is wrong; empty where all is well.
    pub findings: Vec<Finding>,
}

/// Checks a ledger.
///
/// # Errors
/// When a file cannot be read at all.
pub fn check(ledger: &Ledger, judge: &dyn Judge, hashes: bool) -> Result<Report, LedgerError> {
    let mut report = Report::default();
    let newest = manifest::newest(ledger.dir())?;
    report.versions = newest;
    if newest == 0 {
        return Ok(report);
    }
    chain::chain(ledger, newest, &mut report)?;
    let snap = ledger.snapshot(None)?;
    if hashes {
        files(&snap, &mut report)?;
    }
    let all = (Day(i32::MIN), Day(i32::MAX));
    let read = books::books(&snap, all, &mut report)
        .and_then(|()| books::alerts(&snap, all, &mut report))
        .and_then(|()| rollups(&snap, all, judge, &mut report));
    match read {
        Ok(()) => gaps(&snap, &mut report),
        // A missing file is a finding of the check, not an error that ends it.
        Err(e) if e.is_missing() => report
            .findings
            .push(Finding { kind: "books", what: format!("the books cannot be added up: {e}") }),
        Err(e) => return Err(e),
    }
    Ok(report)
}

fn short(hash: &str) -> &str {
    if hash.is_empty() { "none" } else { hash.get(..12).unwrap_or(hash) }
}

fn files(snap: &Snapshot, report: &mut Report) -> Result<(), LedgerError> {
    for f in snap.root.manifest.tables.values().flatten() {
        report.files += 1;
        match sha256_of(&snap.dir.join(&f.path)) {
            Ok(h) if h == f.sha256 => {}
            Ok(h) => report.findings.push(Finding {
                kind: "hash",
                what: format!(
                    "{} has the hash {}, the manifest says {}",
                    f.path,
                    short(&h),
                    short(&f.sha256)
                ),
            }),
            Err(e) if e.is_missing() => report
                .findings
                .push(Finding { kind: "hash", what: format!("{} is missing", f.path) }),
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

fn rollups(
    snap: &Snapshot,
    days: Days,
    judge: &dyn Judge,
    report: &mut Report,
) -> Result<(), LedgerError> {
    let dims = [Dim::Day, Dim::State, Dim::Timeliness];
    let (fast, _) = snap.cells_by(days, &dims, judge, true)?;
    let (slow, _) = snap.cells_by(days, &dims, judge, false)?;
    let total: u64 = slow.rows.iter().map(|r| r.count).sum();
    if total != report.counted {
        report.findings.push(Finding {
            kind: "rollup",
            what: format!("{total} messages by scan, {} by the books", report.counted),
        });
    }
    if fast != slow {
        let find = |c: &northbound_types::Cells| {
            c.rows.iter().map(|r| (r.keys.clone(), r.count)).collect::<BTreeSet<_>>()
        };
        for (keys, n) in find(&fast).symmetric_difference(&find(&slow)) {
            report.findings.push(Finding {
                kind: "rollup",
                what: format!("{}: rollup and rows disagree ({n})", keys.join(" ")),
            });
        }
    }
    Ok(())
}

fn gaps(snap: &Snapshot, report: &mut Report) {
    let days: BTreeSet<Day> =
        snap.root.manifest.files(Table::Exchanges).iter().filter_map(|f| f.day).collect();
    if let (Some(first), Some(last)) = (days.first(), days.last()) {
        report.gaps = (first.0..=last.0).map(Day).filter(|d| !days.contains(d)).collect();
    }
}

/// Number of rows of a table that count. Used by tests.
///
/// # Errors
/// When a file cannot be read.
pub fn rows_that_count(snap: &Snapshot, table: Table) -> Result<u64, LedgerError> {
    let all = (Day(i32::MIN), Day(i32::MAX));
    let mut n = 0;
    snap.batches(table, all, &[], &mut |_, b| {
        n += counted_rows(b);
        Ok(())
    })?;
    Ok(n)
}
