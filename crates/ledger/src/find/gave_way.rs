//! Which of the rows found gave way to another record of the same message, and why.

use crate::{
    error::{LedgerError, ar, pq},
    manifest::FileEntry,
    read::{batches::Batch, collisions::Decided, snapshot::Snapshot},
    scan::drill::only,
    tables::{corrections::CorrectionReason, file::Opened, schema::Table},
};
use northbound_types::Day;
use parquet::{arrow::ProjectionMask, file::statistics::Statistics};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Rows up to which each is looked for by itself; of more, all that gave way on the days are read.
pub(super) const FEW: usize = 100_000;

/// Why a record does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GaveWay {
    /// It says the same, or something else, or is an earlier statement.
    pub reason: CorrectionReason,
    /// Source and row of the record that goes first.
    pub to: (i64, i64),
    /// What put that record first.
    pub decided: Decided,
}

/// A record by its source and row.
type Id = (i64, i64);

impl Snapshot {
    /// Of the records received on these days, those that gave way, with the first record that counts more.
    pub(super) fn gave_way(
        &self,
        days: &BTreeSet<Day>,
        ids: &HashSet<Id>,
    ) -> Result<HashMap<Id, GaveWay>, LedgerError> {
        let files: Vec<&FileEntry> = self
            .root
            .manifest
            .files(Table::Corrections)
            .iter()
            .filter(|f| f.day.is_none_or(|d| days.contains(&d)))
            .filter(|f| self.visible.as_at.is_none_or(|t| f.known.0 <= t))
            .collect();
        let found = super::in_parallel(&files, &|f| self.of_file(f, ids))?;
        let mut out = HashMap::new();
        for (id, why) in found.into_iter().flatten() {
            out.entry(id).or_insert(why);
        }
        Ok(out)
    }

    fn of_file(
        &self,
        entry: &FileEntry,
        ids: &HashSet<Id>,
    ) -> Result<Vec<(Id, GaveWay)>, LedgerError> {
        let path = self.dir.join(&entry.path);
        let opened = Opened::open(&path, Table::Corrections, false)?;
        let sources: BTreeSet<i64> = ids.iter().map(|i| i.0).collect();
        let mut out = Vec::new();
        for group in 0..opened.row_groups() {
            if !any_source(&opened, group, &sources) {
                continue;
            }
            let rows = rows_of(&path, &opened, group, ids)?;
            if rows.is_empty() {
                continue;
            }
            let reader = pq(
                &path,
                opened
                    .reader(&path)?
                    .with_row_groups(vec![group])
                    .with_row_selection(only(&rows))
                    .build(),
            )?;
            for batch in reader {
                let batch = ar(&path, batch)?;
                self.of_batch(&Batch::over(&batch, &[]), &mut out);
            }
        }
        Ok(out)
    }

    /// The corrections of a batch that count: known by now, and in favour of a record that is not retracted.
    fn of_batch(&self, b: &Batch<'_>, out: &mut Vec<(Id, GaveWay)>) {
        let (source, row) = (b.ints("source"), b.ints("place"));
        let (by_source, by_row) = (b.ints("by_source"), b.ints("by_place"));
        let (known, (codes, words)) = (b.ints("known"), b.words("reason"));
        let manifest = &self.root.manifest;
        for i in 0..b.rows() {
            if self.visible.as_at.is_some_and(|t| known[i] > t.0)
                || self.visible.is_retracted(by_source[i])
            {
                continue;
            }
            let reason = CorrectionReason::of(&words[codes[i] as usize]);
            let decided = match (manifest.source(by_source[i]), manifest.source(source[i])) {
                (Some(first), Some(other)) => Decided::of(first, other),
                _ => Decided::Content,
            };
            let why = GaveWay { reason, to: (by_source[i], by_row[i]), decided };
            out.push(((source[i], row[i]), why));
        }
    }
}

/// Can the row group hold a correction of a record of these sources?
fn any_source(opened: &Opened, group: usize, sources: &BTreeSet<i64>) -> bool {
    let Some(column) = Table::Corrections.position("source") else { return true };
    match opened.parquet().row_group(group).column(column).statistics() {
        Some(Statistics::Int64(s)) => match (s.min_opt(), s.max_opt()) {
            (Some(&least), Some(&greatest)) => sources.range(least..=greatest).next().is_some(),
            _ => true,
        },
        _ => true,
    }
}

/// The rows of a group of corrections that are about these records.
fn rows_of(
    path: &std::path::Path,
    opened: &Opened,
    group: usize,
    ids: &HashSet<Id>,
) -> Result<Vec<usize>, LedgerError> {
    let schema = opened.parquet().file_metadata().schema_descr();
    let reader = pq(
        path,
        opened
            .reader(path)?
            .with_projection(ProjectionMask::columns(schema, ["source", "place"]))
            .with_row_groups(vec![group])
            .with_batch_size(64 * 1024)
            .build(),
    )?;
    let (mut rows, mut first) = (Vec::new(), 0);
    for batch in reader {
        let batch = ar(path, batch)?;
        let view = Batch::over(&batch, &[]);
        let about = view.ints("source").into_iter().zip(view.ints("place"));
        rows.extend(about.enumerate().filter(|(_, id)| ids.contains(id)).map(|(i, _)| first + i));
        first += batch.num_rows();
    }
    Ok(rows)
}
