//! Stated figures as a source.

use super::{LoadedSource, SourceReader};
use crate::{
    error::{AppError, Result},
    reconcile::spec::Spec,
};
use northbound_measures::reconcile::{Profile, Source};
use std::collections::BTreeSet;

impl SourceReader<'_> {
    pub(super) fn stated(
        &self,
        spec: &Spec,
        from: &str,
        measure: Option<&str>,
    ) -> Result<LoadedSource> {
        let measure = measure.or(self.request.measure.as_deref());
        let rows: Vec<_> = self
            .snapshot
            .stated(&[])?
            .into_iter()
            .map(|e| e.row)
            .filter(|r| {
                r.source == from && measure.is_none_or(|m| r.measure == m) && r.count.is_some()
            })
            .filter(|r| self.within(&r.period))
            .collect();
        if rows.is_empty() {
            return Err(AppError::not_found(format!(
                "the ledger has no stated counts of {from:?}{}; `northbound ingest figures` adds them, `northbound ingest list` lists the ingested files",
                measure.map(|m| format!(" for {m:?}")).unwrap_or_default()
            )));
        }
        let measures: BTreeSet<&str> = rows.iter().map(|r| r.measure.as_str()).collect();
        if measures.len() > 1 {
            return Err(AppError::usage(format!(
                "{from:?} states counts of several measures ({}); choose one: stated:{from}/MEASURE",
                measures.into_iter().collect::<Vec<_>>().join(", ")
            )));
        }
        let mut keys: Vec<String> = vec!["period".to_owned()];
        if let Some(first) = rows.first() {
            keys.extend(
                first.keys.keys().filter(|k| rows.iter().all(|r| r.keys.contains_key(*k))).cloned(),
            );
        }
        let mut source = Source::new(&spec.name, 1, keys.iter().cloned());
        for r in &rows {
            let values: Vec<&str> = keys
                .iter()
                .map(|k| {
                    if k == "period" {
                        r.period.as_str()
                    } else {
                        r.keys.get(k).map_or("", String::as_str)
                    }
                })
                .collect();
            source.add(&values, r.count.unwrap_or(0));
        }
        Ok(LoadedSource {
            spec: spec.clone(),
            source,
            messages: None,
            profile: Profile::default(),
            notes: Vec::new(),
        })
    }
}
