//! Finds the rows that a query takes: first by the columns that decide, then, for the rows taken, by
//! whether they count.

use super::{FirstRows, Location, Query, matcher::Matcher, only};
use crate::{
    error::{LedgerError, ar, pq},
    manifest::FileEntry,
    read::{
        batches::{Batch, keep},
        snapshot::Snapshot,
        visible::Aside,
    },
    scan::judge::Judge,
    tables::{file::Opened, schema::Table},
};
use northbound_types::{Dim, Selector, Utc};
use parquet::arrow::{ProjectionMask, arrow_reader::ParquetRecordBatchReaderBuilder};
use std::{
    collections::BTreeSet,
    fs::File,
    path::{Path, PathBuf},
};

const BATCH_ROWS: usize = 64 * 1024;

/// A query over a snapshot.
pub(super) struct Search<'a> {
    snapshot: &'a Snapshot,
    query: &'a Query<'a>,
    judge: &'a dyn Judge,
    dims: BTreeSet<Dim>,
    /// The columns that decide whether a selector takes a row.
    columns: Vec<&'static str>,
}

/// A row group of an opened file.
struct RowGroup<'o> {
    path: PathBuf,
    opened: &'o Opened,
    /// Number of the file in its day, and of the row group in the file.
    file: usize,
    group: usize,
}

impl RowGroup<'_> {
    fn reader(
        &self,
        columns: &[&str],
    ) -> Result<ParquetRecordBatchReaderBuilder<File>, LedgerError> {
        let mask = ProjectionMask::columns(
            self.opened.parquet().file_metadata().schema_descr(),
            columns.iter().copied(),
        );
        Ok(self
            .opened
            .reader(&self.path)?
            .with_projection(mask)
            .with_row_groups(vec![self.group])
            .with_batch_size(BATCH_ROWS))
    }
}

impl<'a> Search<'a> {
    pub(super) fn new(
        snapshot: &'a Snapshot,
        query: &'a Query<'a>,
        judge: &'a dyn Judge,
    ) -> Search<'a> {
        let dims: BTreeSet<Dim> = query.selectors.iter().flat_map(Selector::dims).collect();
        let columns = deciding_columns(&dims);
        Search { snapshot, query, judge, dims, columns }
    }

    /// Adds the rows of one file.
    pub(super) fn file(
        &self,
        number: usize,
        entry: &FileEntry,
        aside: &Aside,
        found: &mut FirstRows,
    ) -> Result<(), LedgerError> {
        let path = self.snapshot.dir.join(&entry.path);
        let opened = Opened::open(&path, Table::Exchanges, false)?;
        for group in 0..opened.row_groups() {
            let group = RowGroup { path: path.clone(), opened: &opened, file: number, group };
            let taken = self.taken(&group, entry)?;
            if !taken.is_empty() {
                self.add_counted(&group, taken, aside, found)?;
            }
        }
        Ok(())
    }

    /// The rows of a row group that any selector takes, ascending.
    fn taken(&self, group: &RowGroup<'_>, entry: &FileEntry) -> Result<Vec<usize>, LedgerError> {
        let path: &Path = &group.path;
        let mut taken = Vec::new();
        let mut first = 0;
        for batch in pq(path, group.reader(&self.columns)?.build())? {
            let batch = ar(path, batch)?;
            let view = Batch::over(&batch, &[]);
            let matcher = Matcher::new(&view, entry, &self.dims, self.query.selectors, self.judge);
            if !matcher.takes_none() {
                taken
                    .extend((0..batch.num_rows()).filter(|&i| matcher.takes(i)).map(|i| first + i));
            }
            first += batch.num_rows();
        }
        Ok(taken)
    }

    /// Adds those of the rows taken that count, or that are set aside where the query asks for these.
    fn add_counted(
        &self,
        group: &RowGroup<'_>,
        taken: Vec<usize>,
        aside: &Aside,
        found: &mut FirstRows,
    ) -> Result<(), LedgerError> {
        let path: &Path = &group.path;
        let reader = group
            .reader(&["received", "known", "source", "place"])?
            .with_row_selection(only(&taken))
            .build();
        let mut indexes = taken.into_iter();
        for batch in pq(path, reader)? {
            let batch = ar(path, batch)?;
            let view = Batch::over(&batch, &[]);
            let visible = &self.snapshot.visible;
            let keep = keep(&view, Table::Exchanges, visible, &Aside::default());
            let (received, source, row) =
                (view.ints("received"), view.ints("source"), view.ints("place"));
            for (i, index) in (0..batch.num_rows()).zip(indexes.by_ref()) {
                let hidden = aside.hidden.get(&source[i]).is_some_and(|h| h.contains(row[i]));
                if keep[i] && hidden == self.query.set_aside {
                    found.add(Location {
                        received: Utc(received[i]),
                        source: source[i],
                        source_row: row[i],
                        file: group.file,
                        group: group.group,
                        index,
                    });
                }
            }
        }
        Ok(())
    }
}

/// Columns from which the dimensions follow; at least one, since a scan without columns has no rows.
fn deciding_columns(dims: &BTreeSet<Dim>) -> Vec<&'static str> {
    let mut columns: Vec<&str> = Vec::new();
    for d in dims {
        match d {
            Dim::Day => {}
            Dim::User => columns.push("originator"),
            Dim::Timeliness => columns.extend([
                "state",
                "received",
                "due",
                "answer_sent",
                "target_at",
                "srv",
                "generation",
                "role",
                "mode",
                "test_kind",
                "leg",
            ]),
            d => columns.push(d.as_str()),
        }
    }
    if columns.is_empty() {
        columns.push("kind");
    }
    columns
}
