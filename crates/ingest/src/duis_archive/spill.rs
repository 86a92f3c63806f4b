//! Records by group, in parts that go to temporary files when memory is full. All records of one
//! RequestID are in one part, so that parts can be put together one after the other.

use super::ArchiveError;
use super::record::Record;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Records between two looks at the memory in use.
pub(crate) const RECORDS_BETWEEN: usize = 4096;
/// Parts: when an archive is put together, one part is in memory.
pub(crate) const PARTS: usize = 128;

static SERIAL: AtomicU64 = AtomicU64::new(0);

pub(crate) struct Spill {
    parts: Vec<Vec<Record>>,
    weight: usize,
    most: usize,
    folder: PathBuf,
    written: bool,
}

impl Spill {
    /// Holds up to `most` bytes of records in memory; more go to a new folder inside `inside`.
    pub fn new(most: usize, inside: &Path) -> Spill {
        let name = format!(
            "northbound-archive-{}-{}",
            std::process::id(),
            SERIAL.fetch_add(1, Ordering::Relaxed)
        );
        Spill {
            parts: vec![Vec::new(); PARTS],
            weight: 0,
            most,
            folder: inside.join(name),
            written: false,
        }
    }

    pub fn push(&mut self, record: Record) -> Result<(), ArchiveError> {
        let Some(group) = record.group() else { return Ok(()) };
        self.weight += record.weight();
        let mixed =
            (group.originator.0 ^ group.target.0.rotate_left(21) ^ group.counter.rotate_left(42))
                .wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.parts[(mixed >> 32) as usize % PARTS].push(record);
        if self.weight > self.most { self.write_out() } else { Ok(()) }
    }

    /// The records of a part, and the end of that part.
    pub fn take(
        &mut self,
        part: usize,
        check: &mut dyn FnMut() -> Result<(), ArchiveError>,
    ) -> Result<Vec<Record>, ArchiveError> {
        let mut records = std::mem::take(&mut self.parts[part]);
        let path = self.path(part);
        if !self.written || !path.exists() {
            return Ok(records);
        }
        let file = File::open(&path)
            .map_err(|source| ArchiveError::Spill { path: path.clone(), source })?;
        for line in BufReader::new(file).lines() {
            if records.len().is_multiple_of(RECORDS_BETWEEN) {
                check()?;
            }
            let line = line.map_err(|source| ArchiveError::Spill { path: path.clone(), source })?;
            records.push(
                serde_json::from_str(&line)
                    .map_err(|source| ArchiveError::SpillContent { path: path.clone(), source })?,
            );
        }
        Ok(records)
    }

    fn path(&self, part: usize) -> PathBuf {
        self.folder.join(format!("{part}.ndjson"))
    }

    fn write_out(&mut self) -> Result<(), ArchiveError> {
        if !self.written {
            std::fs::create_dir(&self.folder)
                .map_err(|source| ArchiveError::Spill { path: self.folder.clone(), source })?;
            self.written = true;
        }
        for part in 0..PARTS {
            let records = std::mem::take(&mut self.parts[part]);
            if records.is_empty() {
                continue;
            }
            let path = self.path(part);
            let fail = |source| ArchiveError::Spill { path: path.clone(), source };
            let mut out = BufWriter::new(
                OpenOptions::new().create(true).append(true).open(&path).map_err(fail)?,
            );
            for record in &records {
                serde_json::to_writer(&mut out, record).map_err(|e| fail(e.into()))?;
                out.write_all(b"\n").map_err(fail)?;
            }
            out.flush().map_err(fail)?;
        }
        self.weight = 0;
        Ok(())
    }
}

impl Drop for Spill {
    /// Temporary files are removed in any case; a failure to do so cannot be reported from here.
    fn drop(&mut self) {
        if self.written {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}
