//! Stated figures as a source.

use super::{LoadedSource, SourceReader};
use crate::{
    error::{AppError, Kind, Result},
    reconcile::spec::Spec,
};
use northbound_ledger::{StatedEntry, rows::StatedRow};
use northbound_measures::reconcile::{Profile, Source};
use std::collections::{BTreeMap, BTreeSet};

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
            .stated_with_rivals(&[])?
            .into_iter()
            .filter(|e| {
                let r = &e.row;
                r.source == from && measure.is_none_or(|m| r.measure == m) && r.count.is_some()
            })
            .filter(|e| self.within(&e.row.period))
            .collect();
        let rows = one_count_each(from, rows)?;
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

/// The one count of each measure, period and keys: of the last version of each document, and of the lowest rank.
/// A source that states two is compared with nothing, since neither may be chosen and their sum is neither.
fn one_count_each(from: &str, rows: Vec<StatedEntry>) -> Result<Vec<StatedRow>> {
    let mut by_row: BTreeMap<_, Vec<StatedEntry>> = BTreeMap::new();
    for e in rows {
        let row = (e.row.measure.clone(), e.row.period.clone(), e.row.keys.clone());
        by_row.entry(row).or_default().push(e);
    }
    let mut out = Vec::new();
    for mut list in by_row.into_values() {
        list.sort_by(|a, b| (a.row.known, &a.row.version).cmp(&(b.row.known, &b.row.version)));
        let last: BTreeMap<String, String> =
            list.iter().map(|e| (e.row.document.clone(), e.row.version.clone())).collect();
        list.retain(|e| last.get(&e.row.document) == Some(&e.row.version));
        let lowest = list.iter().map(|e| e.rank).min().unwrap_or(0);
        list.retain(|e| e.rank == lowest);
        let first = list.swap_remove(0).row;
        if let Some(other) = list.iter().map(|e| &e.row).find(|r| r.count != first.count) {
            let said = |r: &StatedRow| {
                let count = r.count.unwrap_or(0);
                format!("{count} in {} ({})", r.document, r.place)
            };
            return Err(AppError::new(
                Kind::BadInput,
                "reconcile.disputed",
                format!(
                    "{from:?} states two counts of {} for {} {:?}: {} and {}; ingest a correction (--corrects), or give the files ranks",
                    first.measure,
                    first.period,
                    first.keys,
                    said(&first),
                    said(other)
                ),
            ));
        }
        out.push(first);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(document: &str, version: &str, count: i64, rank: i64) -> StatedEntry {
        let row = StatedRow {
            measure: "requests".into(),
            period: "2026-04".into(),
            keys: BTreeMap::new(),
            numerator: None,
            denominator: None,
            count: Some(count),
            text: None,
            readings: Vec::new(),
            null: None,
            target: None,
            minimum: None,
            source: "DCC".into(),
            document: document.into(),
            version: version.into(),
            place: "row 2".into(),
            known: 0,
            row: 2,
        };
        StatedEntry { row, source: 1, rank, disputed: false }
    }

    #[test]
    fn counts_are_never_added_to_another_statement_of_the_same() {
        let counts = |rows: Vec<StatedEntry>| {
            let found = one_count_each("DCC", rows)?;
            Ok::<_, AppError>(found.into_iter().filter_map(|r| r.count).collect::<Vec<_>>())
        };
        assert_eq!(counts(vec![stated("a", "1", 5, 0), stated("b", "1", 5, 0)]).unwrap(), [5]);
        assert_eq!(counts(vec![stated("a", "2", 7, 0), stated("a", "1", 5, 0)]).unwrap(), [7]);
        assert_eq!(counts(vec![stated("a", "1", 7, 9), stated("a", "1", 5, 3)]).unwrap(), [5]);
        for rows in [[("a", 5), ("a", 7)], [("a", 7), ("b", 5)]] {
            let rows = rows.map(|(document, count)| stated(document, "1", count, 0)).to_vec();
            let e = counts(rows).unwrap_err();
            assert!(
                e.to_string().contains("two counts") && e.to_string().contains("7 in a"),
                "{e}"
            );
        }
    }
}
