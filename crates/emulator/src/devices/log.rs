//! The execution log on disk: records one after the other, synced before anybody hears of them.

use super::DevicesError;
use crate::model::{Devices, Record, RecordError};
use std::{
    fs::{File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// Name of the log in the devices' folder.
pub const LOG_FILE: &str = "executions.log";
/// Bytes that are written in one go at most, but for a single longer record. What a crash can tear
/// is no more than this, so damage further from the end is no torn tail.
pub const MAX_BATCH_BYTES: usize = 1 << 20;

/// The log, open for appending.
#[derive(Debug)]
pub struct Log {
    file: File,
    path: PathBuf,
    batch: Vec<u8>,
}

/// What was found when the log was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Whole records.
    pub records: u64,
    /// Bytes that a crash had torn at the end, cut off.
    pub torn: u64,
}

impl Log {
    /// Opens the log of a folder, makes it where there is none, takes its records into `devices`
    /// and shows each to `seen`. A torn end is cut off: its records were never synced, so nobody
    /// heard of them.
    ///
    /// # Errors
    /// The file cannot be read; it is damaged before its end; it contradicts itself.
    pub fn open(
        folder: &Path,
        devices: &mut Devices,
        mut seen: impl FnMut(&Record),
    ) -> Result<(Log, Opened), DevicesError> {
        let path = folder.join(LOG_FILE);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|e| DevicesError::io(&path, "open", e))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|e| DevicesError::io(&path, "read", e))?;
        let (mut at, mut records) = (0, 0);
        while at < bytes.len() {
            match Record::decode(&bytes[at..]) {
                Ok((record, length)) => {
                    seen(&record);
                    devices
                        .replay(record)
                        .map_err(|source| DevicesError::Replay { path: path.clone(), source })?;
                    at += length;
                    records += 1;
                }
                Err(e) => {
                    check_tail(&path, &bytes, at, e)?;
                    break;
                }
            }
        }
        let torn = (bytes.len() - at) as u64;
        if torn > 0 {
            file.set_len(at as u64)
                .map_err(|e| DevicesError::io(&path, "cut off the torn end", e))?;
        }
        file.seek(SeekFrom::Start(at as u64)).map_err(|e| DevicesError::io(&path, "seek", e))?;
        // The cut and the file's name are safe before anything is added.
        file.sync_all().map_err(|e| DevicesError::io(&path, "sync", e))?;
        File::open(folder)
            .and_then(|d| d.sync_all())
            .map_err(|e| DevicesError::io(folder, "sync", e))?;
        Ok((Log { file, path, batch: Vec::new() }, Opened { records, torn }))
    }

    /// Adds a record to the batch.
    pub fn add(&mut self, record: &Record) {
        record.encode(&mut self.batch);
    }

    /// Is the batch as long as it may become?
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.batch.len() >= MAX_BATCH_BYTES / 2
    }

    /// Writes the batch and syncs it. Only then may anybody hear of its records.
    ///
    /// # Errors
    /// The disk does not take it. What is in the file then is not known: stop.
    pub fn sync(&mut self) -> Result<(), DevicesError> {
        if self.batch.is_empty() {
            return Ok(());
        }
        self.file.write_all(&self.batch).map_err(|e| DevicesError::io(&self.path, "write", e))?;
        self.file.sync_data().map_err(|e| DevicesError::io(&self.path, "sync", e))?;
        self.batch.clear();
        Ok(())
    }
}

/// A record that cannot be read: at the end a crash explains it, further from the end nothing does.
fn check_tail(path: &Path, bytes: &[u8], at: usize, why: RecordError) -> Result<(), DevicesError> {
    if bytes.len() - at <= MAX_BATCH_BYTES {
        return Ok(());
    }
    Err(DevicesError::Log {
        path: path.to_owned(),
        offset: at as u64,
        detail: format!("{why}, and {} bytes follow", bytes.len() - at),
    })
}

/// Reads all whole records of a folder's log, for those who check it.
///
/// # Errors
/// The file cannot be read.
pub fn read(folder: &Path) -> Result<Vec<Record>, DevicesError> {
    let path = folder.join(LOG_FILE);
    let bytes = std::fs::read(&path).map_err(|e| DevicesError::io(&path, "read", e))?;
    let (mut at, mut records) = (0, Vec::new());
    while let Ok((record, length)) = Record::decode(&bytes[at..]) {
        records.push(record);
        at += length;
    }
    Ok(records)
}
