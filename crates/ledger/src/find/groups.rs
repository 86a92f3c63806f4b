//! The row groups that can hold a row looked for.

use super::Wanted;
use crate::{
    error::{LedgerError, io, pq},
    manifest::FileEntry,
    tables::file::Opened,
};
use parquet::{
    bloom_filter::Sbbf,
    file::{metadata::ColumnChunkMetaData, statistics::Statistics},
};
use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

/// A row group of an opened file.
pub(super) struct Group<'f> {
    pub(super) entry: &'f FileEntry,
    pub(super) path: Arc<PathBuf>,
    pub(super) opened: Arc<Opened>,
    pub(super) number: usize,
}

/// The row groups of a file that can hold such a row.
pub(super) fn of<'f>(
    dir: &Path,
    entry: &'f FileEntry,
    wanted: &Wanted,
) -> Result<Vec<Group<'f>>, LedgerError> {
    let path = dir.join(&entry.path);
    let opened = Opened::open(&path, wanted.table, false)?;
    let mut able = Vec::new();
    let mut file = None;
    for number in 0..opened.row_groups() {
        let chunks = opened.parquet().row_group(number).columns();
        if !within_statistics(chunks, wanted) {
            continue;
        }
        if in_filters(&path, &mut file, chunks, wanted)? {
            able.push(number);
        }
    }
    let (path, opened) = (Arc::new(path), Arc::new(opened));
    let group =
        |number| Group { entry, path: Arc::clone(&path), opened: Arc::clone(&opened), number };
    Ok(able.into_iter().map(group).collect())
}

/// Do the least and greatest values of the columns leave room for one of the numbers looked for?
fn within_statistics(chunks: &[ColumnChunkMetaData], wanted: &Wanted) -> bool {
    let range = |name: &str| {
        let chunk = wanted.table.position(name).and_then(|c| chunks.get(c))?;
        match chunk.statistics()? {
            Statistics::Int64(s) => Some((*s.min_opt()?, *s.max_opt()?)),
            _ => None,
        }
    };
    let times = range(wanted.time()).is_none_or(|(least, greatest)| {
        wanted.from.is_none_or(|t| greatest >= t.0) && wanted.before.is_none_or(|t| least < t.0)
    });
    times
        && wanted.numbers.iter().all(|(name, values)| {
            range(name).is_none_or(|(least, greatest)| {
                values.iter().any(|v| (least..=greatest).contains(v))
            })
        })
}

/// Does every Bloom filter there is admit one of the numbers looked for?
fn in_filters(
    path: &Path,
    file: &mut Option<File>,
    chunks: &[ColumnChunkMetaData],
    wanted: &Wanted,
) -> Result<bool, LedgerError> {
    for (name, values) in &wanted.numbers {
        let chunk = wanted.table.position(name).and_then(|c| chunks.get(c));
        let Some(chunk) = chunk.filter(|c| c.bloom_filter_offset().is_some()) else { continue };
        let file = match file {
            Some(file) => file,
            None => file.insert(io("open", path, File::open(path))?),
        };
        let filter: Option<Sbbf> = pq(path, Sbbf::read_from_column_chunk(chunk, &*file))?;
        if filter.is_some_and(|f| !values.iter().any(|v| f.check(v))) {
            return Ok(false);
        }
    }
    Ok(true)
}
