//! The whole records of the rows found.

use super::{Location, Message, only};
use crate::{
    error::{LedgerError, ar, pq},
    manifest::FileEntry,
    read::{batches::Batch, snapshot::Snapshot},
    scan::{
        judge::Judge,
        judged::{Judged, judged},
    },
    tables::{
        file::Opened,
        schema::{Col, NONE, Table},
    },
};
use arrow_array::RecordBatch;
use northbound_types::{Eui64, Utc};
use std::collections::BTreeMap;

/// Reads the whole records of the rows, in their order.
pub(super) fn fetch(
    snapshot: &Snapshot,
    files: &[&FileEntry],
    rows: &[Location],
    judge: &dyn Judge,
) -> Result<Vec<Message>, LedgerError> {
    let mut by_group: BTreeMap<(usize, usize), Vec<(usize, usize)>> = BTreeMap::new();
    for (order, p) in rows.iter().enumerate() {
        by_group.entry((p.file, p.group)).or_default().push((p.index, order));
    }
    let mut found: Vec<Option<Message>> = vec![None; rows.len()];
    for ((file, group), mut rows) in by_group {
        rows.sort_unstable();
        let path = snapshot.dir.join(&files[file].path);
        let opened = Opened::open(&path, Table::Exchanges, true)?;
        let numbers: Vec<usize> = rows.iter().map(|r| r.0).collect();
        let reader = pq(
            &path,
            opened
                .reader(&path)?
                .with_row_groups(vec![group])
                .with_row_selection(only(&numbers))
                .with_batch_size(rows.len())
                .build(),
        )?;
        let mut messages = Vec::new();
        for batch in reader {
            let records = Records::of(&ar(&path, batch)?);
            messages.extend(records.messages(snapshot, judge));
        }
        for (m, (_, order)) in messages.into_iter().zip(rows) {
            found[order] = Some(m);
        }
    }
    Ok(found.into_iter().flatten().collect())
}

/// The records of a batch: as texts, and their integers and times as numbers.
struct Records {
    texts: Vec<BTreeMap<&'static str, String>>,
    ints: BTreeMap<&'static str, Vec<i64>>,
}

impl Records {
    fn of(batch: &RecordBatch) -> Records {
        let view = Batch::over(batch, &[]);
        let mut texts: Vec<BTreeMap<&'static str, String>> =
            vec![BTreeMap::new(); batch.num_rows()];
        let mut ints: BTreeMap<&'static str, Vec<i64>> = BTreeMap::new();
        for &(name, col) in Table::Exchanges.columns() {
            if matches!(col, Col::Word | Col::Text) {
                let (codes, words) = view.words(name);
                for (i, r) in texts.iter_mut().enumerate() {
                    r.insert(name, words[codes[i] as usize].clone());
                }
                continue;
            }
            let values = view.ints(name);
            for (r, &v) in texts.iter_mut().zip(&values) {
                if let Some(text) = int_text(name, col, v) {
                    r.insert(name, text);
                }
            }
            ints.insert(name, values);
        }
        Records { texts, ints }
    }

    fn int(&self, column: &str, row: usize) -> Option<i64> {
        self.ints.get(column).and_then(|v| v.get(row)).copied().filter(|&v| v != NONE)
    }

    fn messages(&self, snapshot: &Snapshot, judge: &dyn Judge) -> Vec<Message> {
        (0..self.texts.len()).map(|i| self.message(i, snapshot, judge)).collect()
    }

    fn message(&self, i: usize, snapshot: &Snapshot, judge: &dyn Judge) -> Message {
        let Judged { timeliness, latency_us, target_us, target_assumed } =
            judged(&|name| self.texts[i].get(name).map_or("", String::as_str), judge);
        let source = self.int("source", i).unwrap_or(0);
        Message {
            record: self.texts[i].clone(),
            timeliness,
            latency_us,
            target_us,
            target_assumed,
            source_file: snapshot
                .root
                .manifest
                .source(source)
                .map_or_else(|| format!("source {source}"), |s| s.name.clone()),
            row: self.int("place", i).unwrap_or(0),
        }
    }
}

/// How an integer or time is printed; `None` for an unknown time.
fn int_text(column: &str, col: Col, value: i64) -> Option<String> {
    match (col, column) {
        (Col::Time, _) => (value != NONE).then(|| Utc(value).to_string()),
        (_, "originator" | "target") => Some(Eui64::from_i64(value).to_string()),
        (_, "counter") => Some((value as u64).to_string()),
        _ => Some(value.to_string()),
    }
}
