//! Checks that each source has as many rows as it brought, and that the live service has none of them
//! twice. The books would not notice a row that is missing together with its movement, and alerts and
//! deliveries have no movements.

use crate::{
    error::LedgerError,
    maintenance::check::Finding,
    read::{
        batches::for_each_batch,
        snapshot::Snapshot,
        visible::{Aside, RowSet, Visible},
    },
    tables::schema::Table,
};
use northbound_types::Day;
use std::collections::BTreeMap;

/// Tables whose rows are numbered by source.
const NUMBERED: [Table; 6] = [
    Table::Exchanges,
    Table::Alerts,
    Table::Deliveries,
    Table::Payloads,
    Table::Stated,
    Table::Unverified,
];

/// Counts the rows of every source, whether they count or not. /// A file that is missing or damaged is a finding.
#[must_use]
pub fn check(snap: &Snapshot) -> Vec<Finding> {
    match count(snap) {
        Err(e) => vec![finding(format!("the rows of the sources cannot be counted: {e}"))],
        Ok(found) => found,
    }
}

fn finding(what: String) -> Finding {
    Finding::new("rows", what)
}

fn count(snap: &Snapshot) -> Result<Vec<Finding>, LedgerError> {
    let (visible, none) = (Visible { as_at: None, retracted: Vec::new() }, Aside::default());
    let mut sources: BTreeMap<i64, (u64, u64, RowSet)> = BTreeMap::new();
    for table in NUMBERED {
        for_each_batch(
            &snap.dir,
            table,
            &snap.files(table, (Day(i32::MIN), Day(i32::MAX))),
            &[],
            &visible,
            &none,
            &mut |_, b| {
                for (&s, &p) in b.ints("source").iter().zip(&b.ints("place")) {
                    let (n, twice, seen) = sources.entry(s).or_default();
                    *n += 1;
                    if seen.contains(p) {
                        *twice += 1;
                    }
                    seen.insert(p);
                }
                Ok(())
            },
        )?;
    }
    let mut found = Vec::new();
    for s in &snap.root.manifest.sources {
        let (n, twice, _) = sources.remove(&s.id).unwrap_or_default();
        if n != s.rows {
            found.push(finding(format!(
                "source {} ({}) brought {} rows, {n} are there",
                s.id, s.name, s.rows
            )));
        }
        if twice > 0 && s.is_live() {
            found.push(finding(format!(
                "source {} ({}): {twice} rows are there twice",
                s.id, s.name
            )));
        }
    }
    found.extend(sources.into_iter().map(|(id, (n, ..))| {
        finding(format!("{n} rows of source {id}, which the manifest does not name"))
    }));
    Ok(found)
}
