//! The rows of a row group: first by the columns that decide, then, of the rows taken, by time and
//! knowledge; and the whole records of a page of them.

use super::{Hit, Record, Wanted, groups::Group};
use crate::{
    error::{LedgerError, ar, pq},
    read::{
        batches::{Batch, keep},
        texts::texts,
        visible::{Aside, Visible},
    },
    scan::drill::only,
    tables::{file::Opened, schema::Table},
};
use parquet::arrow::{ProjectionMask, arrow_reader::ParquetRecordBatchReaderBuilder};
use std::{collections::BTreeMap, fs::File};

const BATCH_ROWS: usize = 64 * 1024;

impl Group<'_> {
    fn reader(
        &self,
        opened: &Opened,
        columns: &[&str],
    ) -> Result<ParquetRecordBatchReaderBuilder<File>, LedgerError> {
        let mask = ProjectionMask::columns(
            opened.parquet().file_metadata().schema_descr(),
            columns.iter().copied(),
        );
        Ok(opened
            .reader(&self.path)?
            .with_projection(mask)
            .with_row_groups(vec![self.number])
            .with_batch_size(BATCH_ROWS))
    }
}

/// The rows of a group that have all that is wanted, counted or not.
pub(super) fn search(
    visible: &Visible,
    group: &Group<'_>,
    number: u32,
    wanted: &Wanted,
) -> Result<Vec<Hit>, LedgerError> {
    let taken = taken(group, wanted)?;
    if taken.as_ref().is_some_and(Vec::is_empty) {
        return Ok(Vec::new());
    }
    let path = &*group.path;
    let time = wanted.time();
    let mut reader = group.reader(&group.opened, &[time, "known", "source", "place"])?;
    if let Some(taken) = &taken {
        reader = reader.with_row_selection(only(taken));
    }
    let mut index = 0;
    let mut hits = Vec::new();
    for batch in pq(path, reader.build())? {
        let batch = ar(path, batch)?;
        let view = Batch::over(&batch, &[]);
        let seen = keep(&view, wanted.table, visible, &Aside::default());
        let (times, source, row) = (view.ints(time), view.ints("source"), view.ints("place"));
        for i in 0..batch.num_rows() {
            let at = taken.as_ref().map_or(index, |t| t[index]);
            index += 1;
            if seen[i] && wanted.within(times[i]) {
                hits.push(Hit {
                    before: -times[i],
                    source: source[i],
                    row: row[i],
                    group: number,
                    index: at as u32,
                });
            }
        }
    }
    Ok(hits)
}

/// The rows that the columns decide for, ascending; `None` where no column decides.
fn taken(group: &Group<'_>, wanted: &Wanted) -> Result<Option<Vec<usize>>, LedgerError> {
    let numbers: Vec<&str> = wanted.numbers.iter().map(|(n, _)| *n).collect();
    let words: Vec<&str> = wanted.words.iter().map(|(n, _)| *n).collect();
    let mut taken = None;
    // The numbers first: they decide more.
    for (columns, takes) in [
        (numbers, &numbers_take as &dyn Fn(&Batch<'_>, &Wanted) -> Vec<bool>),
        (words, &words_take),
    ] {
        if columns.is_empty() || taken.as_ref().is_some_and(Vec::is_empty) {
            continue;
        }
        taken = Some(narrowed(group, &columns, taken, &|b| takes(b, wanted))?);
    }
    Ok(taken)
}

/// Of the rows taken so far (all, without them), those that these columns take too.
fn narrowed(
    group: &Group<'_>,
    columns: &[&str],
    so_far: Option<Vec<usize>>,
    takes: &dyn Fn(&Batch<'_>) -> Vec<bool>,
) -> Result<Vec<usize>, LedgerError> {
    let path = &*group.path;
    let mut reader = group.reader(&group.opened, columns)?;
    if let Some(rows) = &so_far {
        reader = reader.with_row_selection(only(rows));
    }
    let mut index = 0;
    let mut out = Vec::new();
    for batch in pq(path, reader.build())? {
        let batch = ar(path, batch)?;
        for take in takes(&Batch::over(&batch, &[])) {
            if take {
                out.push(so_far.as_ref().map_or(index, |rows| rows[index]));
            }
            index += 1;
        }
    }
    Ok(out)
}

fn numbers_take(b: &Batch<'_>, wanted: &Wanted) -> Vec<bool> {
    let mut take = vec![true; b.rows()];
    for (name, values) in &wanted.numbers {
        for (t, v) in take.iter_mut().zip(b.ints(name)) {
            *t &= values.contains(&v);
        }
    }
    take
}

fn words_take(b: &Batch<'_>, wanted: &Wanted) -> Vec<bool> {
    let mut take = vec![true; b.rows()];
    for (name, wanted) in &wanted.words {
        let (codes, words) = b.words(name);
        let taken: Vec<bool> = words.iter().map(|w| wanted.contains(w)).collect();
        for (t, c) in take.iter_mut().zip(codes) {
            *t &= taken[c as usize];
        }
    }
    take
}

/// The whole records of the hits, in their order.
pub(super) fn fetch(
    groups: &[Group<'_>],
    hits: &[Hit],
    table: Table,
) -> Result<Vec<Record>, LedgerError> {
    let mut by_group: BTreeMap<u32, Vec<(usize, usize)>> = BTreeMap::new();
    for (order, h) in hits.iter().enumerate() {
        by_group.entry(h.group).or_default().push((h.index as usize, order));
    }
    let work: Vec<(u32, Vec<(usize, usize)>)> = by_group
        .into_iter()
        .map(|(g, mut rows)| {
            rows.sort_unstable();
            (g, rows)
        })
        .collect();
    let fetched = super::in_parallel(&work, &|(g, rows)| {
        let numbers: Vec<usize> = rows.iter().map(|r| r.0).collect();
        whole(&groups[*g as usize], &numbers, table)
    })?;
    let mut found: Vec<Option<Record>> = vec![None; hits.len()];
    for ((_, rows), records) in work.iter().zip(fetched) {
        for ((_, order), record) in rows.iter().zip(records) {
            found[*order] = Some(record);
        }
    }
    Ok(found.into_iter().flatten().collect())
}

/// The whole records of rows (ascending) of a group.
fn whole(group: &Group<'_>, rows: &[usize], table: Table) -> Result<Vec<Record>, LedgerError> {
    let path = &*group.path;
    // With the pages' positions, so that only the pages of these rows are read.
    let opened = Opened::open(path, table, true)?;
    let reader = opened
        .reader(path)?
        .with_row_groups(vec![group.number])
        .with_row_selection(only(rows))
        .with_batch_size(rows.len().clamp(1, BATCH_ROWS));
    let mut records = Vec::new();
    for batch in pq(path, reader.build())? {
        let batch = ar(path, batch)?;
        let view = Batch::over(&batch, &[]);
        let all: Vec<usize> = (0..batch.num_rows()).collect();
        let (source, row) = (view.ints("source"), view.ints("place"));
        for (i, columns) in texts(table, &view, &all).into_iter().enumerate() {
            records.push(Record {
                columns,
                source: source[i],
                row: row[i],
                file: group.entry.path.clone(),
                open: group.entry.open,
                gave_way: None,
            });
        }
    }
    Ok(records)
}
