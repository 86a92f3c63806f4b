//! What the ledger can count beyond totals, so that a difference from mere counts can be attributed to
//! causes: tests, a generation, another day boundary, repeats.

use super::{
    keys::key_of,
    messages::PairFindings,
    sources::{LoadedSource, SourceReader},
    spec::SourceKind,
};
use crate::error::Result;
use northbound_measures::reconcile::{Basis, Cause, Hint, Message, Source};
use northbound_types::{Dim, Generation, Period, Selector, TestKind};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Day boundaries that are tried where no source states one: British Summer Time, and its reverse.
const ZONES: [i64; 2] = [60, -60];

/// The generation that sources are known to leave out. Where messages are compared, any is found.
const LEFT_OUT: Generation = Generation::Smets1;

type Key = Vec<Arc<str>>;

/// Hints about one source that holds messages or is the ledger. Where every other source holds
/// messages too, the messages say more and nothing is added.
pub(super) fn of(
    l: &LoadedSource,
    all: &[LoadedSource],
    found: &[PairFindings],
    keys: &[String],
    reader: &mut SourceReader<'_>,
) -> Result<Vec<Hint>> {
    let name = &l.source.name;
    let covered = all.iter().filter(|o| o.source.name != *name).all(|o| {
        found.iter().any(|f| {
            (&f.a == name && f.b == o.source.name) || (&f.b == name && f.a == o.source.name)
        })
    });
    if covered {
        return Ok(Vec::new());
    }
    let mut hints = match &l.messages {
        Some(messages) => from_messages(name, messages, keys),
        None => match &l.spec.kind {
            SourceKind::Ledger(narrowed) => from_cells(name, narrowed, keys, reader)?,
            _ => Vec::new(),
        },
    };
    if let Some(messages) = &l.messages {
        hints.extend(zones(l, all, messages, keys, reader.request.period));
    }
    Ok(hints)
}

fn counted(cause: Cause, label: &str, source: &str, amounts: BTreeMap<Key, i64>) -> Option<Hint> {
    (!amounts.is_empty()).then(|| Hint {
        cause,
        label: label.to_owned(),
        basis: Basis::Counted { source: source.to_owned() },
        amounts,
    })
}

fn from_messages(name: &str, messages: &[Message], keys: &[String]) -> Vec<Hint> {
    let sum = |take: &dyn Fn(&Message) -> bool| {
        let mut n: BTreeMap<Key, i64> = BTreeMap::new();
        for m in messages.iter().filter(|m| take(m)) {
            if let Ok(k) = key_of(keys, m, 0) {
                *n.entry(k).or_default() += 1;
            }
        }
        n
    };
    let mut repeats: BTreeMap<Key, i64> = BTreeMap::new();
    for pair in messages.windows(2) {
        if pair[0].id == pair[1].id
            && let Ok(k) = key_of(keys, &pair[1], 0)
        {
            *repeats.entry(k).or_default() += 1;
        }
    }
    let mut hints: Vec<Hint> = Vec::new();
    hints.extend(counted(
        Cause::TestTraffic,
        "tests",
        name,
        sum(&|m| m.test_kind != TestKind::None),
    ));
    hints.extend(counted(
        Cause::Generation,
        LEFT_OUT.as_str(),
        name,
        sum(&|m| m.generation == LEFT_OUT && m.test_kind == TestKind::None),
    ));
    hints.extend(counted(Cause::Duplicate, "repeats", name, repeats));
    hints
}

/// From rollups, where there are too many messages to look at each.
fn from_cells(
    name: &str,
    narrowed: &[(Dim, String)],
    keys: &[String],
    reader: &SourceReader<'_>,
) -> Result<Vec<Hint>> {
    let selector = narrowed.iter().fold(Selector::all(), |s, (d, v)| s.and(*d, [v.clone()]));
    let amounts = |s: Selector| -> Result<BTreeMap<Key, i64>> {
        Ok(reader.cells(name, &s, keys)?.rows.into_iter().map(|r| (r.keys, r.count)).collect())
    };
    let tests: Vec<&str> =
        TestKind::ALL.iter().filter(|t| **t != TestKind::None).map(|t| t.as_str()).collect();
    let mut hints: Vec<Hint> = Vec::new();
    hints.extend(counted(
        Cause::TestTraffic,
        "tests",
        name,
        amounts(selector.clone().and(Dim::TestKind, tests))?,
    ));
    let s = selector
        .and(Dim::Generation, [LEFT_OUT.as_str()])
        .and(Dim::TestKind, [TestKind::None.as_str()]);
    hints.extend(counted(Cause::Generation, LEFT_OUT.as_str(), name, amounts(s)?));
    Ok(hints)
}

/// The same messages by another clock. Only where a key says when.
fn zones(
    l: &LoadedSource,
    all: &[LoadedSource],
    messages: &[Message],
    keys: &[String],
    period: Option<Period>,
) -> Vec<Hint> {
    if !keys.iter().any(|k| matches!(k.as_str(), "period" | "month" | "day")) {
        return Vec::new();
    }
    let stated: BTreeSet<i64> = all
        .iter()
        .filter_map(|o| o.source.notes.zone_minutes)
        .map(i64::from)
        .filter(|m| *m != 0)
        .collect();
    let tried: Vec<i64> =
        if stated.is_empty() { ZONES.to_vec() } else { stated.into_iter().collect() };
    let mut hints = Vec::new();
    for minutes in tried {
        let mut amounts: BTreeMap<Key, i64> = BTreeMap::new();
        for m in messages {
            let (Ok(now), Ok(then)) = (key_of(keys, m, 0), key_of(keys, m, minutes)) else {
                continue;
            };
            if now == then {
                continue;
            }
            *amounts.entry(now).or_default() += 1;
            let inside = period.is_none_or(|p| {
                p.contains(northbound_types::Utc(m.received.0 + minutes * 60_000_000).day())
            });
            if inside {
                *amounts.entry(then).or_default() -= 1;
            }
        }
        amounts.retain(|_, n| *n != 0);
        if !amounts.is_empty() {
            hints.push(Hint {
                cause: Cause::DayBoundary,
                label: format!("day boundary at {minutes:+} min"),
                basis: Basis::Alternative { source: l.source.name.clone() },
                amounts,
            });
        }
    }
    hints
}

/// Drops the parts of hints that lie on no line of the run: another day boundary moves messages to days
/// that no source has.
pub(super) fn within(hints: Vec<Hint>, sources: &[Source], keys: &[String]) -> Vec<Hint> {
    let mut lines: BTreeSet<Key> = BTreeSet::new();
    for s in sources {
        let at: Vec<Option<usize>> =
            keys.iter().map(|k| s.keys.iter().position(|h| h == k)).collect();
        for r in &s.rows {
            lines.insert(
                at.iter()
                    .map(|i| {
                        i.and_then(|i| r.keys.get(i)).cloned().unwrap_or_else(|| Arc::from(""))
                    })
                    .collect(),
            );
        }
    }
    hints
        .into_iter()
        .map(|mut h| {
            h.amounts.retain(|k, _| lines.contains(k));
            h
        })
        .filter(|h| !h.amounts.is_empty())
        .collect()
}
