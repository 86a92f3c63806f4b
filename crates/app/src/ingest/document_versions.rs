//! Stated figures of a document of which the ledger holds another version: one of the two is superseded, and the
//! summary of the file says so.

use northbound_ledger::{LedgerError, Snapshot, StatedEntry};
use std::collections::BTreeMap;

/// A row of a document, whatever its version.
type Row<'a> = (&'a str, &'a str, &'a BTreeMap<String, String>, &'a str, &'a str);

/// A sentence about the figures of a source file of which another version of the same document is there.
///
/// # Errors
/// Where the ledger cannot be read.
pub(super) fn note(snapshot: &Snapshot, source: &str) -> Result<Option<String>, LedgerError> {
    let all = snapshot.stated_with_rivals(&[])?;
    let mut versions: BTreeMap<Row<'_>, Vec<&str>> = BTreeMap::new();
    for e in &all {
        versions.entry(row(e)).or_default().push(&e.row.version);
    }
    let another = |e: &&StatedEntry| {
        let of_row = versions.get(&row(e)).into_iter().flatten();
        e.source.to_string() == source && of_row.into_iter().any(|v| **v != e.row.version)
    };
    let n = all.iter().filter(another).count();
    Ok((n > 0).then(|| {
        format!("figures of which the ledger has another version of the same document: {n}; the version stated last counts, the other is shown as superseded.")
    }))
}

fn row(e: &StatedEntry) -> Row<'_> {
    (&e.row.measure, &e.row.period, &e.row.keys, &e.row.source, &e.row.document)
}
