//! The rejects file of one input file, made only when there is something to write.

use crate::error::{AppError, Result};
use northbound_ingest::{Reject, RejectFile, RejectSink};
use northbound_ledger::SinkError;
use std::{
    fs::File,
    io::BufWriter,
    path::{Path, PathBuf},
};

/// Writes the rejected rows of one input file.
pub struct Rejects {
    path: PathBuf,
    /// `false` on a dry run: rejects are only counted.
    write: bool,
    file: Option<RejectFile<BufWriter<File>>>,
    /// Rows rejected so far.
    pub count: u64,
}

/// Digits of the input's hash in the name of its rejects.
const HASH_DIGITS: usize = 12;

impl Rejects {
    /// The rejects of the input `name` with this SHA-256: the same input always has the same rejects
    /// file in `folder`. With `write` false they are only counted.
    #[must_use]
    pub fn new(folder: &Path, name: &str, sha256: &str, write: bool) -> Rejects {
        let path = folder
            .join(format!("{name}.{}.rejects.csv", sha256.get(..HASH_DIGITS).unwrap_or(sha256)));
        Rejects { path, write, file: None, count: 0 }
    }

    /// Removes what was written, for an input that is refused as a whole.
    ///
    /// # Errors
    /// Where the file cannot be removed.
    pub fn discard(self) -> Result<()> {
        let Some(file) = self.file else { return Ok(()) };
        drop(file);
        std::fs::remove_file(&self.path).map_err(|e| AppError::io("remove", &self.path, e))
    }

    /// Closes the file and returns its path, or `None` where nothing was rejected.
    ///
    /// # Errors
    /// Where the last rows cannot be written.
    pub fn finish(self) -> Result<Option<String>> {
        let Some(file) = self.file else { return Ok(None) };
        file.finish().map_err(|e| {
            AppError::internal(format!("cannot write {}: {e}", self.path.display()))
        })?;
        Ok(Some(self.path.display().to_string()))
    }
}

impl RejectSink for Rejects {
    fn reject(&mut self, reject: &Reject) -> std::result::Result<(), SinkError> {
        self.count += 1;
        if !self.write {
            return Ok(());
        }
        if self.file.is_none() {
            if let Some(dir) = self.path.parent() {
                std::fs::create_dir_all(dir)?;
            }
            self.file = Some(RejectFile::new(BufWriter::new(File::create(&self.path)?))?);
        }
        self.file.as_mut().map_or(Ok(()), |f| f.reject(reject))
    }
}
