//! What changed from one pack to the next, why, and which earlier statements no longer hold (M11).
//! The reasons come from the ledger and the rules: files that came in, were corrected or taken back
//! between the two, and rules that differ.

use crate::{PackError, data::PackData};
use northbound_ledger::{Ledger, Manifest, SourceEntry};
use northbound_measures::{
    MeasureResult,
    result::FigureBasis,
    views::diff::{Change, Difference, diff},
};
use std::collections::{BTreeMap, BTreeSet};

/// Compares two packs.
///
/// # Errors
/// Where a version of the ledger cannot be read.
pub fn difference(
    ledger: &Ledger,
    before: &PackData,
    after: &PackData,
) -> Result<Difference, PackError> {
    let results = |d: &PackData| d.results.iter().map(|n| n.result.clone()).collect::<Vec<_>>();
    let (old, new) = (results(before), results(after));
    let mut found = diff(&old, &new, &BTreeMap::new());
    let causes = Causes::between(ledger, before, after)?;
    let changed: BTreeSet<(String, String, northbound_types::Region)> =
        found.changes.iter().map(|c| (c.measure.clone(), c.provider.clone(), c.region)).collect();
    for c in &mut found.changes {
        let result = new
            .iter()
            .chain(&old)
            .find(|r| r.key() == (c.measure.as_str(), c.provider.as_str(), c.region));
        let Some(r) = result else { continue };
        let why = causes.of(r, c, &changed);
        if !why.is_empty() {
            c.reason = format!("{}: {}", c.reason, why.join("; "));
        }
    }
    Ok(found)
}

struct Causes {
    /// Files with what became of them, in words, and the feed that they belong to.
    files: Vec<(SourceEntry, String)>,
    /// Rules whose value differs, by id.
    rules: Vec<String>,
}

impl Causes {
    fn between(ledger: &Ledger, before: &PackData, after: &PackData) -> Result<Causes, PackError> {
        let version = |hash: &str| -> Result<Option<Manifest>, PackError> {
            Ok(if hash.is_empty() {
                None
            } else {
                Some(ledger.snapshot_of(hash, None)?.root.manifest)
            })
        };
        let (a, b) = (version(&before.manifest)?, version(&after.manifest)?);
        let known = |m: &Option<Manifest>, as_at| -> BTreeMap<i64, SourceEntry> {
            m.iter()
                .flat_map(|m| &m.sources)
                .filter(|s| s.known <= as_at)
                .map(|s| (s.id, s.clone()))
                .collect()
        };
        let gone = |m: &Option<Manifest>, as_at| -> BTreeMap<i64, String> {
            m.iter()
                .flat_map(|m| &m.retracted)
                .filter(|r| r.at <= as_at)
                .map(|r| (r.source, r.reason.clone()))
                .collect()
        };
        let (old, new) = (known(&a, before.as_at), known(&b, after.as_at));
        let (was_gone, is_gone) = (gone(&a, before.as_at), gone(&b, after.as_at));
        let mut files = Vec::new();
        for (id, s) in &new {
            if let Some(reason) =
                is_gone.get(id).filter(|_| old.contains_key(id) && !was_gone.contains_key(id))
            {
                files.push((s.clone(), format!("{} was retracted ({reason})", s.name)));
            } else if !old.contains_key(id) && !is_gone.contains_key(id) {
                let words = if s.corrects.is_empty() {
                    format!("{} was ingested, known since {}", s.name, s.known)
                } else {
                    format!("{} corrects {}", s.name, s.corrects.join(", "))
                };
                files.push((s.clone(), words));
            }
        }
        Ok(Causes { files, rules: rules(before, after) })
    }

    /// What may have changed a row: files of its feeds, rules about it, components that changed.
    fn of(
        &self,
        r: &MeasureResult,
        c: &Change,
        changed: &BTreeSet<(String, String, northbound_types::Region)>,
    ) -> Vec<String> {
        let feeds: BTreeSet<&str> = r.coverage.feeds.iter().map(|f| f.feed.as_str()).collect();
        let mut out: Vec<String> = Vec::new();
        if r.basis == FigureBasis::Composite {
            out.extend(
                r.components
                    .iter()
                    .filter(|x| {
                        changed.contains(&(x.measure.clone(), x.provider.clone(), x.region))
                    })
                    .map(|x| format!("{} {} {} changed", x.measure, x.provider, x.region)),
            );
        } else {
            let figures = r.basis == FigureBasis::Stated || c.field == "stated";
            out.extend(
                self.files
                    .iter()
                    .filter(|(s, _)| {
                        if figures {
                            s.layout == "figures"
                        } else {
                            s.layout != "figures"
                                && (feeds.is_empty() || feeds.contains(s.feed.as_str()))
                        }
                    })
                    .map(|(_, w)| w.clone()),
            );
        }
        let about = |id: &String| match id.split_once('/') {
            Some(("measure" | "levels", m)) => m == r.measure,
            Some(("target", _)) => r.selection.is_some(),
            _ => true,
        };
        out.extend(
            self.rules.iter().filter(|id| about(id)).map(|id| format!("the rule {id} changed")),
        );
        out
    }
}

/// Rules whose words or standing differ between two packs.
fn rules(before: &PackData, after: &PackData) -> Vec<String> {
    if before.rules == after.rules && before.unconfirmed == after.unconfirmed {
        return Vec::new();
    }
    let of = |d: &PackData| -> BTreeSet<(String, String, String, bool)> {
        d.rules_used
            .iter()
            .map(|r| (r.id.clone(), r.title.clone(), r.mark.clone(), r.confirmed_by.is_some()))
            .collect()
    };
    let (old, new) = (of(before), of(after));
    let ids: BTreeSet<String> = old.symmetric_difference(&new).map(|r| r.0.clone()).collect();
    ids.into_iter().collect()
}
