//! The self-check: the chain of manifests and its head, the files' hashes, the books, and gaps.

mod books;
mod chain;
mod files;
mod history;
mod signatures;

pub use history::{History, Version};

use crate::{
    error::LedgerError,
    maintenance::publish,
    read::snapshot::{Days, Snapshot, counted_rows},
    scan::judge::Judge,
    store::Ledger,
    tables::schema::Table,
};
use northbound_types::{Day, Dim};
use std::collections::BTreeSet;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// `chain`, `head`, `signature`, `hash`, `published`, `books`, `rollup`, `rows`.
    pub kind: &'static str,
    /// Where and what, as a sentence.
    pub what: String,
    /// The file, by its path below the ledger's folder; empty where it is about no single file.
    pub file: String,
    /// What was expected there, such as a hash; empty where nothing was compared.
    pub expected: String,
    /// What was found there; empty where nothing was compared.
    pub found: String,
}

impl Finding {
    /// A finding that is about no single file.
    pub fn new(kind: &'static str, what: impl Into<String>) -> Finding {
        let none = String::new;
        Finding { kind, what: what.into(), file: none(), expected: none(), found: none() }
    }
    /// A file that is not what was expected.
    pub fn of_file(
        kind: &'static str,
        file: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Finding {
        let (file, expected, found) = (file.into(), expected.into(), found.into());
        let what = format!("{file}: expected {expected}, found {found}");
        Finding { kind, what, file, expected, found }
    }
}

/// How many versions are signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct SignatureCounts {
    /// With a valid signature.
    pub verified: u64,
    /// Without one, before the first that is signed.
    pub before: u64,
    /// Signed, and the certificate is not here or cannot be read.
    pub unverified: u64,
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
    /// Files of all versions that are still there, each hashed once.
    pub files: u64,
    /// Bytes of these files.
    pub bytes: u64,
    /// Signatures of the versions.
    pub signatures: SignatureCounts,
    /// Records in exchanges.
    pub records: u64,
    /// Of these, set aside: duplicates, losers of collisions, superseded, retracted.
    pub set_aside: u64,
    /// Messages counted.
    pub counted: u64,
    /// Stated figures.
    pub stated: u64,
    /// Of these, set aside.
    pub stated_set_aside: u64,
    /// Lines of the books compared.
    pub book_lines: u64,
    /// Days in the span without any record. A gap need not be an error: perhaps nothing was expected.
    pub gaps: Vec<Day>,
    /// What is wrong; empty where all is well.
    pub findings: Vec<Finding>,
    /// The versions that were found.
    #[serde(skip)]
    pub history: History,
}

/// Checks a ledger. With `hashes` every file of every version is read; `progress` is told how many of
/// how many bytes.
///
/// # Errors
/// Where the folder of manifests cannot be listed, or the readers' lock not be taken.
pub fn check(
    ledger: &Ledger,
    judge: &dyn Judge,
    hashes: bool,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Report, LedgerError> {
    let mut report = Report::default();
    // No version is deleted meanwhile.
    let _reading = ledger.reading()?;
    let files = chain::chain(ledger, &mut report)?;
    if hashes {
        files.compare(ledger.dir(), &mut report, progress);
    }
    match publish::compare(ledger, &report.history) {
        Ok(wrong) => report.findings.extend(wrong),
        Err(e) => report.findings.push(Finding::new("published", e.to_string())),
    }
    let Some(root) = report.history.newest.clone() else { return Ok(report) };
    let snap = Snapshot::new(ledger.dir(), root, None);
    let all = (Day(i32::MIN), Day(i32::MAX));
    let read = books::books(&snap, all, &mut report)
        .and_then(|()| books::alerts(&snap, all, &mut report))
        .and_then(|()| books::stated(&snap, &mut report))
        .and_then(|()| rollups(&snap, all, judge, &mut report));
    match read {
        Ok(()) => gaps(&snap, &mut report),
        // A file that is missing or damaged is a finding of the check, not an error that ends it.
        Err(e) => report
            .findings
            .push(Finding::new("books", format!("the books cannot be added up: {e}"))),
    }
    Ok(report)
}

fn short(hash: &str) -> &str {
    if hash.is_empty() { "none" } else { hash.get(..12).unwrap_or(hash) }
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
        let what = format!("{total} messages by scan, {} by the books", report.counted);
        report.findings.push(Finding::new("rollup", what));
    }
    if fast != slow {
        let find = |c: &northbound_types::Cells| {
            c.rows.iter().map(|r| (r.keys.clone(), r.count)).collect::<BTreeSet<_>>()
        };
        for (keys, n) in find(&fast).symmetric_difference(&find(&slow)) {
            let what = format!("{}: rollup and rows disagree ({n})", keys.join(" "));
            report.findings.push(Finding::new("rollup", what));
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
