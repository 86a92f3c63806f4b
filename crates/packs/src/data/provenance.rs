//! What the figures rest on: stated figures with their files, rules, source files.

use super::StatedEntry;
use crate::evidence::Evidence;
use northbound_documents::model::{RuleUsed, SourceFile};
use northbound_measures::evaluate::stated::speaks_of;
use std::collections::BTreeSet;

pub(super) fn stated(e: &Evidence) -> Vec<StatedEntry> {
    e.known
        .stated
        .iter()
        .zip(&e.known.stated_sources)
        .filter(|(s, _)| speaks_of(s.period, e.period))
        .map(|(s, file)| StatedEntry { stated: s.clone(), file: file.clone() })
        .collect()
}

/// Every rule that judges figures of the period: measures, levels, settings and targets in force, and this
/// methodology; and every rule that needs a confirmation, so that all counts of them are the same.
pub(crate) fn rules_used(e: &Evidence) -> Vec<RuleUsed> {
    let methodology = format!("methodology/{}", e.known.methodology.id);
    let last = e.period.after().plus(-1);
    let judging = e.known.rules.unconfirmed(&BTreeSet::new());
    let judging: BTreeSet<&str> = judging.iter().map(|r| r.confirmation_key.as_str()).collect();
    e.known
        .rules
        .rules()
        .into_iter()
        .filter(|r| {
            let listed = [
                "measure/",
                "levels/",
                "setting/",
                "target/",
                "process/",
                "calendar/",
                "incident-category/",
            ]
            .iter()
            .any(|p| r.id.starts_with(p))
                || r.id == methodology;
            judging.contains(r.confirmation_key.as_str())
                || (listed && r.from.is_none_or(|f| f <= last))
        })
        .map(|r| RuleUsed {
            title: if r.value.is_empty()
                || r.id.starts_with("process/")
                || r.id.starts_with("calendar/")
            {
                r.title
            } else {
                format!("{}: {}", r.title, r.value)
            },
            mark: r.provenance.mark.to_string(),
            source: r.provenance.source.clone(),
            note: r.provenance.note.clone(),
            needs_confirmation: judging.contains(r.confirmation_key.as_str()),
            confirmed_by: e.known.registered.confirmed.get(&r.confirmation_key).cloned(),
            id: r.id,
        })
        .collect()
}

pub(super) fn sources(e: &Evidence) -> Vec<SourceFile> {
    let m = &e.known.snapshot.root.manifest;
    let gone: BTreeSet<i64> =
        m.retracted.iter().filter(|r| r.at <= e.known.as_at).map(|r| r.source).collect();
    let mut out: Vec<SourceFile> = m
        .sources
        .iter()
        .filter(|s| !gone.contains(&s.id) && s.known <= e.known.as_at)
        .map(|s| SourceFile {
            name: s.name.clone(),
            kind: s.layout.clone(),
            feed: s.feed.clone(),
            rows: s.rows,
            sha256: s.sha256.clone(),
            known: s.known,
        })
        .collect();
    out.extend(e.known.registered.sources.iter().filter(|(_, s)| s.ledger_source.is_none()).map(
        |(known, s)| SourceFile {
            name: s.name.clone(),
            kind: s.layout.clone(),
            feed: s.feed.clone(),
            rows: u64::try_from(s.accepted).unwrap_or(0),
            sha256: s.sha256.clone(),
            known: *known,
        },
    ));
    out.sort_by(|a, b| (&a.name, &a.sha256).cmp(&(&b.name, &b.sha256)));
    out.dedup();
    out
}
