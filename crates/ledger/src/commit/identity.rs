//! Finds records with the same identity, among new rows and between new and old ones, without holding
//! more than a part of them in memory.
//!
//! Every row gives one entry: 96 bits of its identity's hash, 64 bits of its content's. Entries go
//! into buckets by the first bits of the identity; a bucket is sorted and groups of equal identity
//! are compared. Below [`IN_MEMORY`] entries nothing touches the disk.

use crate::error::{LedgerError, io};
use northbound_types::{Day, Utc};
use std::{
    fs::File,
    io::{BufReader, BufWriter, Read, Write},
    path::PathBuf,
};

/// Entries kept in memory before they are spilled into bucket files.
pub(crate) const IN_MEMORY: usize = 8 << 20;
const BUCKETS: usize = 64;
const BYTES: usize = 44;

/// One row, as far as identity matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) id: (u64, u32),
    pub(crate) content: u64,
    pub(crate) known: Utc,
    pub(crate) source: u32,
    pub(crate) row: u32,
    pub(crate) day: i32,
    /// [`OLD`] and [`OPEN`], or neither.
    pub(crate) old: u32,
}

/// The day of rows that belong to none.
pub(crate) const NO_DAY: Day = Day(i32::MIN);

/// The row was in the ledger before.
pub(crate) const OLD: u32 = 1;
/// The row is of a message that is still open: the next live commit replaces it.
pub(crate) const OPEN: u32 = 2;

impl Entry {
    pub(crate) fn is_old(&self) -> bool {
        self.old & OLD != 0
    }
    pub(crate) fn is_open(&self) -> bool {
        self.old & OPEN != 0
    }
}

impl Entry {
    fn write(&self, out: &mut impl Write) -> std::io::Result<()> {
        let mut b = [0u8; BYTES];
        b[0..8].copy_from_slice(&self.id.0.to_le_bytes());
        b[8..12].copy_from_slice(&self.id.1.to_le_bytes());
        b[12..20].copy_from_slice(&self.content.to_le_bytes());
        b[20..28].copy_from_slice(&self.known.0.to_le_bytes());
        b[28..32].copy_from_slice(&self.source.to_le_bytes());
        b[32..36].copy_from_slice(&self.row.to_le_bytes());
        b[36..40].copy_from_slice(&self.day.to_le_bytes());
        b[40..44].copy_from_slice(&self.old.to_le_bytes());
        out.write_all(&b)
    }
    fn read(b: &[u8]) -> Entry {
        let u64_at = |i: usize| b[i..i + 8].try_into().map_or(0, u64::from_le_bytes);
        let u32_at = |i: usize| b[i..i + 4].try_into().map_or(0, u32::from_le_bytes);
        Entry {
            id: (u64_at(0), u32_at(8)),
            content: u64_at(12),
            known: Utc(u64_at(20) as i64),
            source: u32_at(28),
            row: u32_at(32),
            day: u32_at(36) as i32,
            old: u32_at(40),
        }
    }
}

/// Entries on their way into buckets.
pub(crate) struct Index {
    entries: Vec<Entry>,
    limit: usize,
    spill: Option<Spill>,
    dir: PathBuf,
}

struct Spill {
    files: Vec<BufWriter<File>>,
    paths: Vec<PathBuf>,
}

impl Index {
    pub(crate) fn new(dir: PathBuf) -> Index {
        Index::with_limit(dir, IN_MEMORY)
    }
    pub(crate) fn with_limit(dir: PathBuf, limit: usize) -> Index {
        Index { entries: Vec::new(), limit, spill: None, dir }
    }

    #[inline]
    pub(crate) fn push(&mut self, e: Entry) -> Result<(), LedgerError> {
        self.entries.push(e);
        if self.entries.len() >= self.limit {
            self.spill()?;
        }
        Ok(())
    }

    #[cold]
    fn spill(&mut self) -> Result<(), LedgerError> {
        if self.spill.is_none() {
            io("create folder", &self.dir, std::fs::create_dir_all(&self.dir))?;
            let mut s = Spill { files: Vec::new(), paths: Vec::new() };
            for i in 0..BUCKETS {
                let path = self.dir.join(format!("identities-{i:02}"));
                s.files.push(BufWriter::with_capacity(
                    1 << 16,
                    io("create", &path, File::create(&path))?,
                ));
                s.paths.push(path);
            }
            self.spill = Some(s);
        }
        if let Some(s) = &mut self.spill {
            for e in self.entries.drain(..) {
                let b = (e.id.0 >> 58) as usize;
                io("write", &s.paths[b], e.write(&mut s.files[b]))?;
            }
        }
        Ok(())
    }

    /// Calls `f` with each group of two or more entries of one identity, sorted.
    pub(crate) fn groups(mut self, f: &mut dyn FnMut(&[Entry])) -> Result<(), LedgerError> {
        if self.spill.is_some() {
            self.spill()?;
        }
        let Some(spill) = self.spill.take() else {
            each_group(&mut self.entries, f);
            return Ok(());
        };
        self.entries = Vec::new();
        for (file, path) in spill.files.into_iter().zip(&spill.paths) {
            let file = file.into_inner().map_err(|e| LedgerError::Io {
                what: "write",
                path: path.clone(),
                source: e.into_error(),
            })?;
            drop(file);
            let mut bytes = Vec::new();
            io(
                "read",
                path,
                BufReader::new(io("open", path, File::open(path))?).read_to_end(&mut bytes),
            )?;
            io("remove", path, std::fs::remove_file(path))?;
            let mut entries: Vec<Entry> = bytes.chunks_exact(BYTES).map(Entry::read).collect();
            drop(bytes);
            each_group(&mut entries, f);
        }
        Ok(())
    }
}

fn each_group(entries: &mut [Entry], f: &mut dyn FnMut(&[Entry])) {
    entries.sort_unstable();
    for g in entries.chunk_by(|a, b| a.id == b.id) {
        if g.len() > 1 {
            f(g);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::row_hash::RowHash;

    fn entry(id: u64, row: u32) -> Entry {
        let mut m = RowHash::new();
        m.word(id);
        Entry { id: m.id(), content: 0, known: Utc(0), source: 1, row, day: 0, old: 0 }
    }

    #[test]
    fn groups_are_the_same_in_memory_and_spilled() {
        let dir = tempfile::tempdir().unwrap();
        let run = |limit: usize| {
            let mut x = Index::with_limit(dir.path().join(format!("s{limit}")), limit);
            for i in 0..5000u64 {
                x.push(entry(i % 4000, i as u32)).unwrap();
            }
            let mut groups = Vec::new();
            x.groups(&mut |g| groups.push(g.to_vec())).unwrap();
            groups.sort();
            groups
        };
        let a = run(IN_MEMORY);
        assert_eq!(a.len(), 1000);
        for limit in [1, 2, 999, 5000] {
            assert_eq!(run(limit), a, "limit {limit}");
        }
    }

    #[test]
    fn entries_survive_the_disk() {
        let e = Entry {
            id: (u64::MAX - 3, 7),
            content: 9,
            known: Utc(-5),
            source: 3,
            row: u32::MAX,
            day: -1,
            old: 1,
        };
        let mut b = Vec::new();
        e.write(&mut b).unwrap();
        assert_eq!(Entry::read(&b), e);
    }
}
