//! The rows of a table, batch by batch, with only the columns asked for.

use crate::{
    error::{LedgerError, ar, pq},
    manifest::FileEntry,
    read::visible::{Aside, Visible},
    tables::{
        file::Opened,
        schema::{NONE, Table},
    },
};
use arrow_array::{
    Array, RecordBatch,
    cast::AsArray,
    types::{Int32Type, Int64Type, TimestampMicrosecondType},
};
use parquet::arrow::ProjectionMask;
use std::path::Path;

/// One batch and which of its rows count.
pub(crate) struct Batch<'a> {
    batch: &'a RecordBatch,
    /// Does the row count?
    pub(crate) keep: &'a [bool],
}

impl Batch<'_> {
    pub(crate) fn rows(&self) -> usize {
        self.batch.num_rows()
    }
    /// A column of integers or times; nulls are [`NONE`].
    pub(crate) fn ints(&self, name: &str) -> Vec<i64> {
        let Some(a) = self.batch.column_by_name(name) else { return vec![NONE; self.rows()] };
        if let Some(t) = a.as_primitive_opt::<TimestampMicrosecondType>() {
            return (0..t.len()).map(|i| if t.is_valid(i) { t.value(i) } else { NONE }).collect();
        }
        a.as_primitive_opt::<Int64Type>().map_or_else(
            || vec![NONE; self.rows()],
            |t| (0..t.len()).map(|i| if t.is_valid(i) { t.value(i) } else { NONE }).collect(),
        )
    }
    /// A column of words: the code of each row, and the text of each code.
    pub(crate) fn words(&self, name: &str) -> (Vec<i32>, Vec<String>) {
        let Some(a) = self.batch.column_by_name(name) else {
            return (vec![0; self.rows()], vec![String::new()]);
        };
        if let Some(s) = a.as_string_opt::<i32>() {
            return (
                (0..s.len() as i32).collect(),
                s.iter().map(|t| t.unwrap_or("").to_owned()).collect(),
            );
        }
        let d = a.as_dictionary::<Int32Type>();
        (
            d.keys().values().to_vec(),
            d.values().as_string::<i32>().iter().map(|t| t.unwrap_or("").to_owned()).collect(),
        )
    }
}

/// Calls `f` for every batch of the files.
pub(crate) fn for_each_batch(
    dir: &Path,
    table: Table,
    files: &[&FileEntry],
    columns: &[&str],
    visible: &Visible,
    aside: &Aside,
    f: &mut dyn FnMut(&FileEntry, &Batch<'_>) -> Result<(), LedgerError>,
) -> Result<(), LedgerError> {
    for entry in files.iter().filter(|e| visible.may_see(e)) {
        let path = dir.join(&entry.path);
        let opened = Opened::open(&path, table, false)?;
        let mut names: Vec<&str> = columns.to_vec();
        for n in ["known", "source", "place"] {
            if table.position(n).is_some() && !names.contains(&n) {
                names.push(n);
            }
        }
        let mask = ProjectionMask::columns(
            opened.parquet().file_metadata().schema_descr(),
            names.iter().copied(),
        );
        for group in 0..opened.row_groups() {
            let reader = pq(
                &path,
                opened
                    .reader(&path)?
                    .with_projection(mask.clone())
                    .with_row_groups(vec![group])
                    .with_batch_size(32 * 1024)
                    .build(),
            )?;
            for batch in reader {
                let batch = ar(&path, batch)?;
                let view = Batch { batch: &batch, keep: &[] };
                let keep = keep(&view, table, visible, aside);
                f(entry, &Batch { batch: &batch, keep: &keep })?;
            }
        }
    }
    Ok(())
}

/// Which rows of a batch count. The batch must hold `known`, `source` and `place` where the table has them.
pub(crate) fn keep(b: &Batch<'_>, table: Table, visible: &Visible, aside: &Aside) -> Vec<bool> {
    let (known, source) = (b.ints("known"), b.ints("source"));
    let row = if table.position("place").is_some() { b.ints("place") } else { Vec::new() };
    (0..b.rows())
        .map(|i| {
            visible.as_at.is_none_or(|t| known[i] <= t.0)
                && !visible.is_retracted(source[i])
                && !(row
                    .get(i)
                    .is_some_and(|&p| aside.hidden.get(&source[i]).is_some_and(|h| h.contains(p))))
        })
        .collect()
}

impl<'a> Batch<'a> {
    pub(crate) fn over(batch: &'a RecordBatch, keep: &'a [bool]) -> Batch<'a> {
        Batch { batch, keep }
    }
}
