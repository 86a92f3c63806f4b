//! The ledger as a source: counted by keys, and message by message where there are not too many.

use super::{LoadedSource, SourceReader};
use crate::{
    error::{AppError, Result},
    reconcile::{
        MAX_MESSAGES,
        keys::{counted, is_period},
        messages::message,
        spec::Spec,
    },
};
use northbound_ledger::drill;
use northbound_measures::reconcile::{Message, Profile, Source};
use northbound_types::{Dim, Selector};
use std::{collections::BTreeMap, sync::Arc};

impl SourceReader<'_> {
    pub(super) fn ledger(
        &mut self,
        spec: &Spec,
        narrowed: &[(Dim, String)],
        keys: &[String],
    ) -> Result<LoadedSource> {
        if self.snapshot.root.manifest.version == 0 {
            return Err(AppError::not_found(format!(
                "the ledger in {} is empty; ingest something first",
                self.ctx.data.display()
            )));
        }
        let selector = narrowed.iter().fold(Selector::all(), |s, (d, v)| s.and(*d, [v.clone()]));
        // A feed's own account: with the records that lost against another feed's.
        let own_account = narrowed.iter().any(|(d, _)| *d == Dim::Feed);
        let mut notes = Vec::new();
        let messages = self.messages(&selector, own_account)?;
        if messages.is_none() {
            notes.push(format!("{}: more than {MAX_MESSAGES} messages, so only counts are compared; narrow it with --period or ledger:dimension=value", spec.name));
        }
        let source = match &messages {
            Some(list) if own_account => counted(&spec.name, keys, list)?,
            _ => self.cells(&spec.name, &selector, keys)?,
        };
        let mut profile = Profile::default();
        for m in messages.iter().flatten() {
            profile.see(m.test_kind, m.generation);
        }
        Ok(LoadedSource { spec: spec.clone(), source, messages, profile, notes })
    }

    /// The ledger's counts under keys, from rollups where these are fresh.
    pub(in crate::reconcile) fn cells(
        &self,
        name: &str,
        selector: &Selector,
        keys: &[String],
    ) -> Result<Source> {
        let mut dims: Vec<Dim> = Vec::new();
        for k in keys {
            let d = if is_period(k) {
                Dim::Day
            } else {
                k.parse().map_err(|e| AppError::usage(format!("--keys: {e}, or period")))?
            };
            if !dims.contains(&d) {
                dims.push(d);
            }
        }
        let extra: Vec<Dim> = selector.dims().filter(|d| !dims.contains(d)).collect();
        dims.extend(extra);
        let cells = self.snapshot.cells(self.days(), &dims, self.judge)?;
        let mut sums: BTreeMap<Vec<Arc<str>>, i64> = BTreeMap::new();
        for row in cells.rows.iter().filter(|r| selector.takes(&cells, r)) {
            let mut key = Vec::with_capacity(keys.len());
            for k in keys {
                let at = if is_period(k) {
                    cells.index(Dim::Day)
                } else {
                    k.parse().ok().and_then(|d| cells.index(d))
                };
                let value =
                    at.and_then(|i| row.keys.get(i)).cloned().unwrap_or_else(|| Arc::from(""));
                key.push(if is_period(k) {
                    Arc::from(value.get(..7).unwrap_or(""))
                } else {
                    value
                });
            }
            *sums.entry(key).or_default() += i64::try_from(row.count)
                .map_err(|_| AppError::internal("a count exceeds 63 bits"))?;
        }
        let mut source = Source::new(name, 0, keys.iter().cloned());
        for (key, n) in sums {
            source.add(&key.iter().map(|k| &**k).collect::<Vec<_>>(), n);
        }
        Ok(source)
    }

    /// Messages that a selector takes, sorted by identity; `None` where there are too many.
    fn messages(
        &mut self,
        selector: &Selector,
        set_aside_too: bool,
    ) -> Result<Option<Vec<Message>>> {
        let mut all = Vec::new();
        let selectors = [selector.clone()];
        for set_aside in [false, true] {
            if set_aside && !set_aside_too {
                continue;
            }
            let mut skip = 0;
            loop {
                let q = drill::Query {
                    days: self.days(),
                    selectors: &selectors,
                    skip,
                    limit: drill::PAGE_MESSAGES.min(MAX_MESSAGES + 1),
                    set_aside,
                };
                let page = self.snapshot.messages(&q, self.judge)?;
                for m in &page.messages {
                    all.push(message(m)?);
                }
                self.progress.tell("reading messages", all.len() as u64, MAX_MESSAGES);
                if all.len() as u64 > MAX_MESSAGES {
                    return Ok(None);
                }
                match page.next {
                    Some(n) => skip = n,
                    None => break,
                }
            }
        }
        all.sort();
        Ok(Some(all))
    }
}
