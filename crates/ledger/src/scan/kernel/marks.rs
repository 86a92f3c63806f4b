//! Which rows of a batch count, and which of these are disputed.

use super::columns::Columns;
use crate::{
    manifest::FileEntry,
    read::visible::{Aside, RowSet, Visible},
};
use arrow_array::{
    RecordBatch,
    cast::AsArray,
    types::{Int64Type, TimestampMicrosecondType},
};
use std::ops::Range;

/// The row does not count.
pub(super) const HIDDEN: u8 = 0;
/// Bit of a row that counts.
pub(super) const COUNTED: u8 = 0b01;
/// Bit of a row that has a rival record.
const DISPUTED_BIT: u8 = 0b10;
/// The row counts, and a rival record exists.
pub(super) const DISPUTED: u8 = COUNTED | DISPUTED_BIT;

/// 1 for a disputed row, else 0.
#[inline]
pub(super) fn disputed(mark: u8) -> u32 {
    u32::from(mark >> DISPUTED_BIT.trailing_zeros())
}

/// Fills `marks` for the rows of a batch.
pub(super) fn mark_rows(
    marks: &mut Vec<u8>,
    columns: &Columns,
    b: &RecordBatch,
    entry: &FileEntry,
    visible: &Visible,
    aside: &Aside,
) {
    marks.clear();
    marks.resize(b.num_rows(), COUNTED);
    if let (Some(i), Some(t)) = (columns.position("known"), visible.as_at) {
        let known = b.column(i).as_primitive::<TimestampMicrosecondType>().values();
        for (mark, &v) in marks.iter_mut().zip(known) {
            *mark = if v <= t.0 { COUNTED } else { HIDDEN };
        }
    }
    let source = columns
        .by_source
        .then(|| columns.position("source"))
        .flatten()
        .map(|i| b.column(i).as_primitive::<Int64Type>().values());
    if let Some(source) = source.filter(|_| !visible.retracted.is_empty()) {
        for (mark, &v) in marks.iter_mut().zip(source) {
            if visible.is_retracted(v) {
                *mark = HIDDEN;
            }
        }
    }
    if !columns.row_marks {
        return;
    }
    let Some(i) = columns.position("place") else { return };
    let rows = b.column(i).as_primitive::<Int64Type>().values();
    match source {
        None => {
            let only = entry.sources.first().copied().unwrap_or(0);
            mark_source(marks, rows, 0..rows.len(), aside, only);
        }
        Some(source) => {
            let mut from = 0;
            for run in source.chunk_by(|a, b| a == b) {
                mark_source(marks, rows, from..from + run.len(), aside, run[0]);
                from += run.len();
            }
        }
    }
}

/// Marks a run of rows of one source.
fn mark_source(marks: &mut [u8], rows: &[i64], run: Range<usize>, aside: &Aside, source: i64) {
    let none = RowSet::default();
    let hidden = aside.hidden.get(&source).unwrap_or(&none);
    let disputed = aside.disputed.get(&source).unwrap_or(&none);
    for r in run {
        if hidden.contains(rows[r]) {
            marks[r] = HIDDEN;
        } else if marks[r] == COUNTED && disputed.contains(rows[r]) {
            marks[r] = DISPUTED;
        }
    }
}
