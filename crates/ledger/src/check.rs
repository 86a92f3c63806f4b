//! The self-check: the chain of manifests, the files' hashes, the books, and gaps.

use crate::{
    each::each,
    error::LedgerError,
    file::sha256_of,
    judge::Judge,
    manifest,
    retention::ranges::{is_intact, pruned_ranges},
    schema::Table,
    snapshot::{Days, Snapshot, kept},
    store::Ledger,
    visible::{Aside, Visible},
};
use northbound_types::{
    BookKey, Books, Day, Dim, RequestState, Utc, books::AlertAccount, state::AlertState,
};
use std::collections::{BTreeMap, BTreeSet};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// `chain`, `hash`, `books`, `rollup`, `gap`.
    pub kind: &'static str,
    /// Where and what, in words.
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
    /// Days in the span without any record (a gap may be lawful: nothing was expected).
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
    chain(ledger, newest, &mut report)?;
    let snap = ledger.snapshot(None)?;
    if hashes {
        files(&snap, &mut report)?;
    }
    let all = (Day(i32::MIN), Day(i32::MAX));
    let read = books(&snap, all, &mut report)
        .and_then(|()| alerts(&snap, all, &mut report))
        .and_then(|()| rollups(&snap, all, judge, &mut report));
    match read {
        Ok(()) => gaps(&snap, &mut report),
        // What a check is for: a file that is gone is a finding, not a reason to stop without one.
        Err(e) if e.is_missing() => report
            .findings
            .push(Finding { kind: "books", what: format!("the books cannot be added up: {e}") }),
        Err(e) => return Err(e),
    }
    Ok(report)
}

fn chain(ledger: &Ledger, newest: u64, report: &mut Report) -> Result<(), LedgerError> {
    let mut previous = String::new();
    let mut pruned = pruned_ranges(ledger.dir())?;
    let mut recorded = String::new();
    let mut v = 0;
    while v < newest {
        v += 1;
        let found = ledger.version(v);
        // Versions may be deleted while this runs.
        if found.is_err() && !pruned.iter().any(|r| r.contains(v)) {
            pruned = pruned_ranges(ledger.dir())?;
        }
        match found {
            Err(e)
                if e.is_missing()
                    && let Some(range) = pruned.iter().find(|r| r.contains(v)) =>
            {
                report.pruned += range.last + 1 - v;
                previous.clone_from(&range.hash);
                v = range.last;
            }
            Ok(root) => {
                recorded.clone_from(&root.manifest.pruned_list);
                if root.manifest.previous != previous {
                    report.findings.push(Finding {
                        kind: "chain",
                        what: format!(
                            "version {v} names {} as its predecessor, whose hash is {}",
                            short(&root.manifest.previous),
                            short(&previous)
                        ),
                    });
                }
                previous = root.hash;
            }
            Err(e) => {
                report.findings.push(Finding { kind: "chain", what: format!("version {v}: {e}") });
                previous.clear();
            }
        }
    }
    let list = |what: &str| Finding {
        kind: "chain",
        what: format!("the list of deleted versions {what}"),
    };
    if !is_intact(&pruned) {
        report.findings.push(list("was changed"));
    }
    if !recorded.is_empty() && pruned.iter().all(|r| r.sum != recorded) {
        report.findings.push(list(&format!("is not the one that version {newest} records")));
    }
    Ok(())
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

/// Everything as written, nothing set aside: books are kept of records, and what does not count is
/// a line of its own.
fn everything() -> (Visible, Aside) {
    (Visible { as_at: None, retracted: Vec::new() }, Aside::default())
}

fn books(snap: &Snapshot, days: Days, report: &mut Report) -> Result<(), LedgerError> {
    let (visible, none) = everything();
    let mut by_movements = Books::default();
    let cols = ["day", "region", "kind", "from_state", "to_state", "units"];
    each(
        &snap.dir,
        Table::Movements,
        &snap.files(Table::Movements, days),
        &cols,
        &visible,
        &none,
        &mut |f, b| {
            let parts: Vec<(Vec<i32>, Vec<String>)> =
                cols[..5].iter().map(|c| b.words(c)).collect();
            let units = b.ints("units");
            for (i, &n) in units.iter().enumerate() {
                let w = |c: usize| parts[c].1[parts[c].0[i] as usize].as_str();
                let (Ok(day), Ok(region), Ok(kind), Ok(to)) =
                    (w(0).parse(), w(1).parse(), w(2).parse(), w(4).parse())
                else {
                    return Err(LedgerError::Manifest {
                        path: snap.dir.join(&f.path),
                        why: format!("movement {i} is not understood"),
                    });
                };
                let key = BookKey { day, region, kind };
                match w(3).parse::<RequestState>() {
                    Ok(from) => by_movements.shift(key, from, to, n),
                    Err(_) => by_movements.enter(key, to, n),
                }
            }
            Ok(())
        },
    )?;
    let mut by_exchanges = Books::default();
    let aside = snap.aside(days)?;
    let (mut records, mut counted) = (0, 0);
    let cols = ["received", "region", "kind", "state"];
    each(
        &snap.dir,
        Table::Exchanges,
        &snap.files(Table::Exchanges, days),
        &cols,
        &visible,
        &none,
        &mut |f, b| {
            let parts: Vec<(Vec<i32>, Vec<String>)> =
                cols[1..].iter().map(|c| b.words(c)).collect();
            let mut sums: BTreeMap<(Day, i32, i32, i32), i64> = BTreeMap::new();
            for (i, t) in b.ints("received").into_iter().enumerate() {
                *sums
                    .entry((Utc(t).day(), parts[0].0[i], parts[1].0[i], parts[2].0[i]))
                    .or_default() += 1;
            }
            for ((day, r, k, s), n) in sums {
                let (Ok(region), Ok(kind), Ok(state)) = (
                    parts[0].1[r as usize].parse(),
                    parts[1].1[k as usize].parse(),
                    parts[2].1[s as usize].parse(),
                ) else {
                    return Err(LedgerError::Manifest {
                        path: snap.dir.join(&f.path),
                        why: "a region, kind or state is not understood".into(),
                    });
                };
                if f.day.is_some_and(|d| d != day) {
                    report.findings.push(Finding {
                        kind: "books",
                        what: format!("{} holds {n} records received on {day}", f.path),
                    });
                }
                by_exchanges.enter(BookKey { day, region, kind }, state, n);
            }
            let (source, place) = (b.ints("source"), b.ints("place"));
            records += b.rows() as u64;
            counted += (0..b.rows())
                .filter(|&i| {
                    !snap.visible.is_retracted(source[i])
                        && !aside.hidden.get(&source[i]).is_some_and(|h| h.has(place[i]))
                })
                .count() as u64;
            Ok(())
        },
    )?;
    report.records = records;
    report.counted = counted;
    report.set_aside = records - counted;
    report.book_lines = by_exchanges.accounts.len() as u64 * (RequestState::ALL.len() as u64 + 2);
    for e in by_movements.check().into_iter().chain(Books::compare(&by_movements, &by_exchanges)) {
        report.findings.push(Finding { kind: "books", what: e.to_string() });
    }
    Ok(())
}

fn alerts(snap: &Snapshot, days: Days, report: &mut Report) -> Result<(), LedgerError> {
    let mut accounts: BTreeMap<(Day, northbound_types::Region), AlertAccount> = BTreeMap::new();
    for ((day, region, _, state), (n, carried)) in snap.alerts(days)? {
        let (Ok(region), Ok(state)) = (region.parse(), state.parse::<AlertState>()) else {
            continue;
        };
        let a = accounts.entry((day, region)).or_default();
        a.received += n as i64;
        *a.by_state.entry(state).or_default() += n as i64;
        if state.is_forwarded() {
            a.carried += carried;
        }
    }
    // A storm may run over midnight, so what copies carry is compared with what was consolidated
    // over the whole of a region; a remainder is a storm still open.
    let mut regions: BTreeMap<northbound_types::Region, (i64, i64)> = BTreeMap::new();
    for ((_, region), a) in &accounts {
        let e = regions.entry(*region).or_default();
        e.0 += a.carried;
        e.1 += a.by_state.get(&AlertState::Consolidated).copied().unwrap_or(0);
    }
    for (region, (carried, consolidated)) in regions {
        if carried > consolidated {
            report.findings.push(Finding { kind: "books", what: format!("alerts of {region}: forwarded copies carry {carried}, only {consolidated} were consolidated") });
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

/// Rows that count in a table: used by tests.
///
/// # Errors
/// When a file cannot be read.
pub fn rows_that_count(snap: &Snapshot, table: Table) -> Result<u64, LedgerError> {
    let all = (Day(i32::MIN), Day(i32::MAX));
    let aside = snap.aside(all)?;
    let mut n = 0;
    each(&snap.dir, table, &snap.files(table, all), &[], &snap.visible, &aside, &mut |_, b| {
        n += kept(b);
        Ok(())
    })?;
    Ok(n)
}
