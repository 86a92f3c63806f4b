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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::{buffer::Buffer, file, schema::Table};
    use northbound_types::{Day, Utc};
    use parquet::file::properties::WriterProperties;

    /// Alerts of every second device below 2,000.
    fn alerts() -> Buffer {
        let mut b = Buffer::new(Table::Alerts);
        for i in 0..1_000 {
            b.row()
                .word("duis")
                .int(2 * i)
                .int(1)
                .int(i)
                .word("8F20")
                .word("device")
                .word("delivered")
                .word("false")
                .int(0)
                .int(5)
                .int(i)
                .int(7)
                .word("north")
                .word("CSPN")
                .word("live")
                .int(9)
                .int(9)
                .int(1)
                .int(i);
        }
        b
    }

    fn entry(path: &str) -> FileEntry {
        FileEntry {
            path: path.to_owned(),
            rows: 1_000,
            bytes: 1,
            sha256: String::new(),
            day: Some(Day(0)),
            known: (Utc(0), Utc(9)),
            sources: vec![1],
            states: std::collections::BTreeMap::new(),
            made_of: None,
            open: false,
        }
    }

    /// How many of some devices, present or not, leave the row group to be searched.
    fn admitted(dir: &Path, path: &str, devices: impl Iterator<Item = i64>) -> usize {
        let entry = entry(path);
        let wanted = |d| Wanted::all(Table::Alerts, 1).number("device", [d]);
        devices.map(|d| of(dir, &entry, &wanted(d)).unwrap().len()).sum()
    }

    #[test]
    fn a_filter_admits_what_is_there_and_little_else() {
        let dir = tempfile::tempdir().unwrap();
        file::write(&dir.path().join("filtered"), &alerts()).unwrap();
        file::write_with(&dir.path().join("plain"), &alerts(), WriterProperties::default())
            .unwrap();
        let (there, others) = (|| (0..2_000).step_by(2), || (1..2_000).step_by(2));
        for path in ["filtered", "plain"] {
            assert_eq!(admitted(dir.path(), path, there()), 1_000, "{path}");
            assert_eq!(
                admitted(dir.path(), path, [-1, 2_000].into_iter()),
                0,
                "statistics: {path}"
            );
        }
        let by_chance = admitted(dir.path(), "filtered", others());
        assert!(by_chance < 50, "{by_chance} of 999 that are not there");
        assert_eq!(
            admitted(dir.path(), "plain", others()),
            1_000 - 1,
            "without a filter all are searched"
        );
    }
}
