//! The chain of manifests, across the ranges that retention deleted.

use super::{Finding, Report, short};
use crate::{
    error::LedgerError,
    retention::ranges::{is_intact, pruned_ranges},
    store::Ledger,
};

/// Compares each manifest with the one that names it as predecessor.
pub(super) fn chain(ledger: &Ledger, newest: u64, report: &mut Report) -> Result<(), LedgerError> {
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
                report.clock_went_back += u64::from(root.manifest.clock.is_some());
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
