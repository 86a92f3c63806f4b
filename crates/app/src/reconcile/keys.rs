//! The keys by which sources are compared.

use super::sources::LoadedSource;
use crate::error::{AppError, Result};
use northbound_measures::reconcile::{Message, Source};
use northbound_types::{Dim, Utc};
use std::{collections::BTreeMap, sync::Arc};

/// Keys by which the ledger is counted where no other source decides them.
pub(super) const DEFAULT_KEYS: [&str; 4] = ["period", "user", "srv", "region"];

/// The keys requested, else those that all sources hold and by which the ledger can be counted.
pub(super) fn common<'s>(
    asked: &[String],
    sources: impl Iterator<Item = &'s Source>,
) -> Result<Vec<String>> {
    if !asked.is_empty() {
        return Ok(asked.to_vec());
    }
    let mut keys: Option<Vec<String>> = None;
    for s in sources {
        keys = Some(match keys {
            None => s.keys.clone(),
            Some(k) => k.into_iter().filter(|k| s.keys.contains(k)).collect(),
        });
    }
    let keys = keys.unwrap_or_else(|| DEFAULT_KEYS.iter().map(|k| (*k).to_owned()).collect());
    let held: Vec<String> =
        keys.into_iter().filter(|k| is_period(k) || k.parse::<Dim>().is_ok()).collect();
    if held.is_empty() {
        return Err(AppError::input(
            "the sources have no key in common; name the keys with --keys, or rename the files' columns to period, user, srv, region …",
        ));
    }
    Ok(held)
}

pub(super) fn is_period(key: &str) -> bool {
    matches!(key, "period" | "month")
}

/// Messages counted under keys.
pub(super) fn counted(name: &str, keys: &[String], messages: &[Message]) -> Result<Source> {
    let mut sums: BTreeMap<Vec<Arc<str>>, i64> = BTreeMap::new();
    for m in messages {
        *sums.entry(key_of(keys, m, 0)?).or_default() += 1;
    }
    let mut source = Source::new(name, 1, keys.iter().cloned());
    for (key, n) in sums {
        source.add(&key.iter().map(|k| &**k).collect::<Vec<_>>(), n);
    }
    Ok(source)
}

/// The key values of a message, its day reckoned so many minutes from UTC.
pub(super) fn key_of(keys: &[String], m: &Message, minutes: i64) -> Result<Vec<Arc<str>>> {
    let day = Utc(m.received.0 + minutes * 60_000_000).day();
    keys.iter().map(|k| Ok(match k.as_str() {
        "period" | "month" => Arc::from(day.month().to_string()),
        "day" => Arc::from(day.to_string()),
        "user" => Arc::from(m.id.request.originator.to_string()),
        "test_kind" => Arc::from(m.test_kind.as_str()),
        "generation" => Arc::from(m.generation.as_str()),
        k => Arc::from(m.attributes.get(k).ok_or_else(|| AppError::usage(format!("messages cannot be counted by {k:?}; use period, day, user, srv, region, mode, state, code, generation or test_kind")))?.as_str()),
    })).collect()
}

/// Gives values that differ in case alone one spelling: that of the source that comes first by rank, so
/// that the ledger's wins. What was changed is said with the source.
pub(super) fn unify(loaded: &mut [LoadedSource], keys: &[String]) {
    let mut order: Vec<usize> = (0..loaded.len()).collect();
    order.sort_by_key(|i| (loaded[*i].source.rank, loaded[*i].source.name.clone()));
    for key in keys {
        let mut spelling: BTreeMap<String, Arc<str>> = BTreeMap::new();
        for &i in &order {
            let l = &mut loaded[i];
            let Some(at) = l.source.keys.iter().position(|k| k == key) else { continue };
            let mut changed: BTreeMap<Arc<str>, Arc<str>> = BTreeMap::new();
            for value in l.source.rows.iter_mut().filter_map(|r| r.keys.get_mut(at)) {
                let known =
                    spelling.entry(value.to_lowercase()).or_insert_with(|| Arc::clone(value));
                if known != value {
                    changed.insert(std::mem::replace(value, Arc::clone(known)), Arc::clone(known));
                }
            }
            l.notes.extend(
                changed
                    .into_iter()
                    .map(|(was, is)| format!("{}: {key} {was:?} is read as {is:?}", l.source.name)),
            );
        }
    }
}
