//! Finds records with the same identity, among new rows and between new and old ones, without holding
//! more than a part of them in memory.
//!
//! Every row gives one entry: 96 bits of its identity's hash, 64 bits of its content's. Entries are
//! sorted, and groups of equal identity are compared. Up to [`IN_MEMORY`] entries nothing touches the
//! disk; more are written as sorted runs and merged. So memory is bounded whatever the rows are, also
//! where all of them have one identity.

use crate::error::{LedgerError, io};
use northbound_types::{Day, Utc};
use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    fs::File,
    io::{BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// Entries kept in memory (48 bytes each) before they are written out as a sorted run.
pub(crate) const IN_MEMORY: usize = 2 << 20;
/// Entries of one identity that are held in memory.
const HELD_GROUP: usize = 256 * 1024;
/// Entries that are read at a time from each run.
const PIECE: usize = 1024;
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

/// Entries on their way to be compared: in memory, and in sorted runs on the disk where they are many.
pub(crate) struct Index {
    entries: Vec<Entry>,
    limit: usize,
    runs: Option<Runs>,
    dir: PathBuf,
}

/// Sorted runs, one after the other in one file.
struct Runs {
    file: File,
    path: PathBuf,
    /// Where each begins and ends, in bytes.
    ranges: Vec<(u64, u64)>,
}

/// Entries of one identity, in their order.
pub(crate) enum Group<'g> {
    /// All of them.
    Held(&'g [Entry]),
    /// More than are held in memory: on the disk.
    Spooled(&'g mut Spool),
}

/// Entries of one identity on the disk.
pub(crate) struct Spool {
    file: File,
    path: PathBuf,
    len: u64,
}

impl Group<'_> {
    /// Calls `f` with every entry, in order; may be repeated.
    pub(crate) fn each(
        &mut self,
        f: &mut dyn FnMut(&Entry) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        match self {
            Group::Held(entries) => entries.iter().try_for_each(f),
            Group::Spooled(spool) => {
                let mut run = Run::new(0, spool.len * BYTES as u64);
                while let Some(e) = run.next(&mut spool.file, &spool.path)? {
                    f(&e)?;
                }
                Ok(())
            }
        }
    }
}

/// A run being read, piece by piece.
struct Run {
    at: u64,
    end: u64,
    piece: Vec<u8>,
    used: usize,
}

impl Run {
    fn new(at: u64, end: u64) -> Run {
        Run { at, end, piece: Vec::new(), used: 0 }
    }

    fn next(&mut self, file: &mut File, path: &Path) -> Result<Option<Entry>, LedgerError> {
        if self.used == self.piece.len() {
            let bytes = (self.end - self.at).min((PIECE * BYTES) as u64);
            if bytes == 0 {
                return Ok(None);
            }
            self.piece.resize(bytes as usize, 0);
            io("read", path, file.seek(SeekFrom::Start(self.at)))?;
            io("read", path, file.read_exact(&mut self.piece))?;
            (self.at, self.used) = (self.at + bytes, 0);
        }
        let e = Entry::read(&self.piece[self.used..self.used + BYTES]);
        self.used += BYTES;
        Ok(Some(e))
    }
}

impl Index {
    pub(crate) fn new(dir: PathBuf) -> Index {
        Index::with_limit(dir, IN_MEMORY)
    }
    pub(crate) fn with_limit(dir: PathBuf, limit: usize) -> Index {
        Index { entries: Vec::new(), limit, runs: None, dir }
    }

    #[inline]
    pub(crate) fn push(&mut self, e: Entry) -> Result<(), LedgerError> {
        self.entries.push(e);
        if self.entries.len() >= self.limit {
            self.write_run()?;
        }
        Ok(())
    }

    #[cold]
    fn write_run(&mut self) -> Result<(), LedgerError> {
        if self.runs.is_none() {
            io("create folder", &self.dir, std::fs::create_dir_all(&self.dir))?;
            let (file, path) = scratch(&self.dir, "identities")?;
            self.runs = Some(Runs { file, path, ranges: Vec::new() });
        }
        if let Some(r) = &mut self.runs {
            let from = r.ranges.last().map_or(0, |(_, end)| *end);
            self.entries.sort_unstable();
            let mut out = BufWriter::with_capacity(PIECE * BYTES, &mut r.file);
            for e in &self.entries {
                io("write", &r.path, e.write(&mut out))?;
            }
            io("write", &r.path, out.flush())?;
            drop(out);
            r.ranges.push((from, from + (self.entries.len() * BYTES) as u64));
            self.entries.clear();
        }
        Ok(())
    }

    /// Calls `f` with each group of two or more entries of one identity.
    pub(crate) fn groups(
        mut self,
        f: &mut dyn FnMut(Group<'_>) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        if self.runs.is_some() {
            self.write_run()?;
        }
        let Some(runs) = self.runs.take() else {
            self.entries.sort_unstable();
            for g in self.entries.chunk_by(|a, b| a.id == b.id).filter(|g| g.len() > 1) {
                f(Group::Held(g))?;
            }
            return Ok(());
        };
        self.entries = Vec::new();
        let path = runs.path.clone();
        merge(runs, &mut Collector::new(&self.dir, self.limit), f)?;
        io("remove", &path, std::fs::remove_file(&path))
    }
}

fn scratch(dir: &Path, name: &str) -> Result<(File, PathBuf), LedgerError> {
    let path = dir.join(name);
    let file = File::options().read(true).write(true).create(true).truncate(true).open(&path);
    Ok((io("create", &path, file)?, path))
}

/// Reads all runs at once, in order.
fn merge(
    mut runs: Runs,
    groups: &mut Collector,
    f: &mut dyn FnMut(Group<'_>) -> Result<(), LedgerError>,
) -> Result<(), LedgerError> {
    let mut readers: Vec<Run> = runs.ranges.iter().map(|&(a, b)| Run::new(a, b)).collect();
    let mut heads = BinaryHeap::with_capacity(readers.len());
    for (i, r) in readers.iter_mut().enumerate() {
        if let Some(e) = r.next(&mut runs.file, &runs.path)? {
            heads.push(Reverse((e, i)));
        }
    }
    while let Some(Reverse((e, i))) = heads.pop() {
        groups.add(e, f)?;
        if let Some(next) = readers[i].next(&mut runs.file, &runs.path)? {
            heads.push(Reverse((next, i)));
        }
    }
    groups.end(f)
}

/// Puts sorted entries into groups; one that is too large for memory goes to the disk.
struct Collector {
    held: Vec<Entry>,
    limit: usize,
    spool: Option<(BufWriter<File>, PathBuf, u64)>,
    id: (u64, u32),
    dir: PathBuf,
}

impl Collector {
    fn new(dir: &Path, limit: usize) -> Collector {
        Collector {
            held: Vec::new(),
            limit: limit.clamp(2, HELD_GROUP),
            spool: None,
            id: (0, 0),
            dir: dir.to_owned(),
        }
    }

    fn add(
        &mut self,
        e: Entry,
        f: &mut dyn FnMut(Group<'_>) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        if self.id != e.id {
            self.end(f)?;
            self.id = e.id;
        }
        self.held.push(e);
        if self.held.len() >= self.limit {
            self.spill()?;
        }
        Ok(())
    }

    fn spill(&mut self) -> Result<(), LedgerError> {
        if self.spool.is_none() {
            let (file, path) = scratch(&self.dir, "group")?;
            self.spool = Some((BufWriter::with_capacity(PIECE * BYTES, file), path, 0));
        }
        if let Some((out, path, len)) = &mut self.spool {
            for e in &self.held {
                io("write", path, e.write(out))?;
            }
            *len += self.held.len() as u64;
            self.held.clear();
        }
        Ok(())
    }

    fn end(
        &mut self,
        f: &mut dyn FnMut(Group<'_>) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        if self.spool.is_some() {
            self.spill()?;
        }
        let Some((out, path, len)) = self.spool.take() else {
            if self.held.len() > 1 {
                f(Group::Held(&self.held))?;
            }
            self.held.clear();
            return Ok(());
        };
        let file = out.into_inner().map_err(|e| LedgerError::Io {
            what: "write",
            path: path.clone(),
            source: e.into_error(),
        })?;
        f(Group::Spooled(&mut Spool { file, path: path.clone(), len }))?;
        io("remove", &path, std::fs::remove_file(&path))
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
            for row in 5000..5003 {
                x.push(entry(1, row)).unwrap();
            }
            let mut groups = Vec::new();
            x.groups(&mut |mut g| {
                let mut all = Vec::new();
                for _ in 0..2 {
                    all.clear();
                    g.each(&mut |e| {
                        all.push(*e);
                        Ok(())
                    })?;
                }
                groups.push(all);
                Ok(())
            })
            .unwrap();
            assert!(groups.is_sorted());
            groups
        };
        let a = run(IN_MEMORY);
        assert_eq!((a.len(), a.iter().map(Vec::len).max()), (1000, Some(5)));
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
