//! The books: what the movements add up to, compared with the records.

use super::{Finding, Report};
use crate::{
    error::LedgerError,
    manifest::FileEntry,
    read::{
        batches::{Batch, for_each_batch},
        snapshot::{Days, Snapshot, counted_rows},
        visible::{Aside, Visible},
    },
    tables::schema::Table,
};
use northbound_types::{
    BookKey, Books, Day, Region, RequestState, Utc, books::AlertAccount, state::AlertState,
};
use std::collections::BTreeMap;

/// Compares the books of exchanges. They are of records as written: records that do not count are in
/// them, and are reported in a line of their own.
pub(super) fn books(snap: &Snapshot, days: Days, report: &mut Report) -> Result<(), LedgerError> {
    let by_movements = books_by_movements(snap, days)?;
    let by_exchanges = books_by_exchanges(snap, days, report)?;
    report.set_aside = report.records - report.counted;
    report.book_lines = by_exchanges.accounts.len() as u64 * (RequestState::ALL.len() as u64 + 2);
    for e in by_movements.check().into_iter().chain(Books::compare(&by_movements, &by_exchanges)) {
        report.findings.push(Finding::new("books", e.to_string()));
    }
    Ok(())
}

/// Counts the stated figures, and those that are set aside.
pub(super) fn stated(snap: &Snapshot, report: &mut Report) -> Result<(), LedgerError> {
    let all = (Day(i32::MIN), Day(i32::MAX));
    every_batch(snap, Table::Stated, all, &[], &mut |_, b| {
        report.stated += b.rows() as u64;
        Ok(())
    })?;
    let mut counted = 0;
    snap.batches(Table::Stated, all, &[], &mut |_, b| {
        counted += counted_rows(b);
        Ok(())
    })?;
    report.stated_set_aside = report.stated - counted;
    Ok(())
}

/// Every row of a table as written, with nothing set aside.
fn every_batch(
    snap: &Snapshot,
    table: Table,
    days: Days,
    columns: &[&str],
    f: &mut dyn FnMut(&FileEntry, &Batch<'_>) -> Result<(), LedgerError>,
) -> Result<(), LedgerError> {
    let (visible, none) = (Visible { as_at: None, retracted: Vec::new() }, Aside::default());
    for_each_batch(&snap.dir, table, &snap.files(table, days), columns, &visible, &none, f)
}

fn books_by_movements(snap: &Snapshot, days: Days) -> Result<Books, LedgerError> {
    let mut books = Books::default();
    let columns = ["day", "region", "kind", "from_state", "to_state", "units"];
    every_batch(snap, Table::Movements, days, &columns, &mut |f, b| {
        let parts: Vec<(Vec<i32>, Vec<String>)> = columns[..5].iter().map(|c| b.words(c)).collect();
        for (i, n) in b.ints("units").into_iter().enumerate() {
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
                Ok(from) => books.shift(key, from, to, n),
                Err(_) => books.enter(key, to, n),
            }
        }
        Ok(())
    })?;
    Ok(books)
}

fn books_by_exchanges(
    snap: &Snapshot,
    days: Days,
    report: &mut Report,
) -> Result<Books, LedgerError> {
    let mut books = Books::default();
    let aside = snap.aside(days)?;
    let columns = ["received", "region", "kind", "state"];
    every_batch(snap, Table::Exchanges, days, &columns, &mut |f, b| {
        enter_exchanges(snap, f, b, &mut books, report)?;
        let (source, row) = (b.ints("source"), b.ints("place"));
        let counts = |i: &usize| {
            !snap.visible.is_retracted(source[*i])
                && !aside.hidden.get(&source[*i]).is_some_and(|h| h.contains(row[*i]))
        };
        report.records += b.rows() as u64;
        report.counted += (0..b.rows()).filter(counts).count() as u64;
        Ok(())
    })?;
    Ok(books)
}

/// Enters the records of a batch. A record that lies in the file of another day is a finding.
fn enter_exchanges(
    snap: &Snapshot,
    f: &FileEntry,
    b: &Batch<'_>,
    books: &mut Books,
    report: &mut Report,
) -> Result<(), LedgerError> {
    let [regions, kinds, states] = ["region", "kind", "state"].map(|c| b.words(c));
    let mut sums: BTreeMap<(Day, i32, i32, i32), i64> = BTreeMap::new();
    for (i, t) in b.ints("received").into_iter().enumerate() {
        *sums.entry((Utc(t).day(), regions.0[i], kinds.0[i], states.0[i])).or_default() += 1;
    }
    for ((day, region, kind, state), n) in sums {
        let (Ok(region), Ok(kind), Ok(state)) = (
            regions.1[region as usize].parse(),
            kinds.1[kind as usize].parse(),
            states.1[state as usize].parse(),
        ) else {
            return Err(LedgerError::Manifest {
                path: snap.dir.join(&f.path),
                why: "a region, kind or state is not understood".into(),
            });
        };
        if f.day.is_some_and(|d| d != day) {
            report.findings.push(Finding {
                file: f.path.clone(),
                ..Finding::new("books", format!("{} holds {n} records received on {day}", f.path))
            });
        }
        books.enter(BookKey { day, region, kind }, state, n);
    }
    Ok(())
}

/// Compares what forwarded alerts say they carry with the alerts that were consolidated.
pub(super) fn alerts(snap: &Snapshot, days: Days, report: &mut Report) -> Result<(), LedgerError> {
    let mut accounts: BTreeMap<(Day, Region), AlertAccount> = BTreeMap::new();
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
    // A storm may continue over midnight, so the sums are compared over all days of a region; a
    // remainder is a storm that is still open.
    let mut regions: BTreeMap<Region, (i64, i64)> = BTreeMap::new();
    for ((_, region), a) in &accounts {
        let e = regions.entry(*region).or_default();
        e.0 += a.carried;
        e.1 += a.by_state.get(&AlertState::Consolidated).copied().unwrap_or(0);
    }
    for (region, (carried, consolidated)) in regions {
        if carried > consolidated {
            report.findings.push(Finding::new("books", format!("alerts of {region}: forwarded copies carry {carried}, only {consolidated} were consolidated")));
        }
    }
    Ok(())
}
