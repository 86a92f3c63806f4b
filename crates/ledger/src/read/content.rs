//! Compares the content of two ledgers: the rows themselves, regardless of the files that hold them,
//! the time of recording and the number of their source. This shows that a replayed journal gives the
//! ledger that the live service wrote.

use crate::{
    error::{LedgerError, ar, pq},
    read::{snapshot::Snapshot, visible::Visible},
    tables::{buffer::Buffer, file::Opened, schema::Table},
};
use hashbrown::HashMap;
use northbound_types::Day;
use std::collections::BTreeMap;

/// Tables whose rows are compared one by one.
const ROWS: [Table; 4] = [Table::Exchanges, Table::Alerts, Table::Deliveries, Table::Unverified];
/// Columns of provenance, which are not compared.
const NOT_COMPARED: [&str; 3] = ["recorded", "source", "place"];

type Rows = HashMap<(u64, u32), (i64, u64)>;
/// Day, region, kind, from, to.
type Step = [String; 5];

/// The differences between two snapshots, at most `most` lines; empty where their content is equal. Rows that do not count (duplicates, superseded) are left out; movements are compared as sums.
///
/// # Errors
/// When a file cannot be read.
pub fn differences(a: &Snapshot, b: &Snapshot, most: usize) -> Result<Vec<String>, LedgerError> {
    differences_of(a, b, None, most)
}

/// The differences in one feed's rows. Movements are the live service's alone, and all are compared.
///
/// # Errors
/// When a file cannot be read.
pub fn differences_of(
    a: &Snapshot,
    b: &Snapshot,
    feed: Option<&str>,
    most: usize,
) -> Result<Vec<String>, LedgerError> {
    let mut out = Vec::new();
    for table in ROWS {
        let mut rows: Rows = HashMap::new();
        each_row(a, table, feed, &mut |_, key, _| {
            let e = rows.entry(key).or_default();
            e.0 += 1;
            e.1 += 1;
        })?;
        each_row(b, table, feed, &mut |_, key, _| rows.entry(key).or_default().0 -= 1)?;
        rows.retain(|_, (n, _)| *n != 0);
        if rows.is_empty() {
            continue;
        }
        for (snap, sign, only) in [(a, 1, "first"), (b, -1, "second")] {
            each_row(snap, table, feed, &mut |buffer, key, i| {
                if let Some((n, _)) = rows.get_mut(&key)
                    && *n * sign > 0
                {
                    *n -= sign;
                    out.push(format!(
                        "{} only in the {only}: {}",
                        table.name(),
                        buffer.text(i, &NOT_COMPARED)
                    ));
                }
            })?;
        }
    }
    let (x, y) = (steps(a)?, steps(b)?);
    for key in x.keys().chain(y.keys().filter(|k| !x.contains_key(*k))) {
        let (m, n) = (x.get(key).copied().unwrap_or(0), y.get(key).copied().unwrap_or(0));
        if m != n {
            out.push(format!("movements {}: {m} in the first, {n} in the second", key.join(" ")));
        }
    }
    out.sort();
    out.truncate(most);
    Ok(out)
}

/// Calls `f` with each row of a table that counts and a hash of its content.
fn each_row(
    snap: &Snapshot,
    table: Table,
    feed: Option<&str>,
    f: &mut dyn FnMut(&Buffer, (u64, u32), usize),
) -> Result<(), LedgerError> {
    let compared: Vec<&str> =
        table.columns().iter().map(|(n, _)| *n).filter(|n| !NOT_COMPARED.contains(n)).collect();
    let all = (Day(i32::MIN), Day(i32::MAX));
    let aside = snap.aside(all)?;
    let counts = |v: &Visible, s: i64, p: i64, known: i64| {
        v.as_at.is_none_or(|t| known <= t.0)
            && !v.is_retracted(s)
            && !aside.hidden.get(&s).is_some_and(|h| h.contains(p))
    };
    each_buffer(snap, table, &mut |b| {
        let (source, row, known) = (b.ints("source"), b.ints("place"), b.ints("known"));
        for (i, key) in b.keys(&compared).into_iter().enumerate() {
            if feed.is_some_and(|f| b.cell("feed", i) != f) {
                continue;
            }
            if counts(&snap.visible, source[i], row[i], known[i]) {
                f(b, key, i);
            }
        }
    })
}

fn each_buffer(
    snap: &Snapshot,
    table: Table,
    f: &mut dyn FnMut(&Buffer),
) -> Result<(), LedgerError> {
    for file in snap.root.manifest.files(table) {
        let path = snap.dir.join(&file.path);
        for batch in pq(
            &path,
            Opened::open(&path, table, false)?.reader(&path)?.with_batch_size(64 * 1024).build(),
        )? {
            let mut b = Buffer::new(table);
            b.append(&ar(&path, batch)?);
            f(&b);
        }
    }
    Ok(())
}

fn steps(snap: &Snapshot) -> Result<BTreeMap<Step, i64>, LedgerError> {
    let mut out: BTreeMap<Step, i64> = BTreeMap::new();
    each_buffer(snap, Table::Movements, &mut |b| {
        for (i, &units) in b.ints("units").iter().enumerate() {
            *out.entry(
                ["day", "region", "kind", "from_state", "to_state"].map(|c| b.cell(c, i)),
            )
            .or_default() += units;
        }
    })?;
    out.retain(|_, n| *n != 0);
    Ok(out)
}
