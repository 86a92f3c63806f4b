//! The rejects file of one input file, made only when there is something to write.

use crate::error::{AppError, Result};
use northbound_documents::render::leftovers;
use northbound_ingest::{Reject, RejectFile, RejectSink, source::hash_file};
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
    made_folder: bool,
    /// Rows rejected so far.
    pub count: u64,
}

/// Digits of the input's hash in the name of its rejects.
const HASH_DIGITS: usize = 12;
/// How the names of rejects end.
const ENDING: &str = ".rejects.csv";

impl Rejects {
    /// The rejects of the input `name` with this SHA-256: the same input always has the same rejects
    /// file in `folder`. With `write` false they are only counted.
    #[must_use]
    pub fn new(folder: &Path, name: &str, sha256: &str, write: bool) -> Rejects {
        let path =
            folder.join(format!("{name}.{}{ENDING}", sha256.get(..HASH_DIGITS).unwrap_or(sha256)));
        Rejects { path, write, file: None, made_folder: false, count: 0 }
    }

    /// Closes the file and returns its path, or `None` where nothing was rejected. Only now is it
    /// under that path. Where other rejects of the same bytes are there, since these came in for
    /// another purpose too, it is numbered.
    ///
    /// # Errors
    /// Where the last rows cannot be written.
    pub fn finish(mut self) -> Result<Option<String>> {
        let Some(file) = self.file.take() else { return Ok(None) };
        file.finish().map_err(|e| {
            AppError::internal(format!("cannot write {}: {e}", self.path.display()))
        })?;
        let path = self.place()?;
        std::fs::rename(self.partial(), &path).map_err(|e| AppError::io("write", &path, e))?;
        Ok(Some(path.display().to_string()))
    }

    /// The first name, from the one without a number, under which nothing or the very same is.
    fn place(&self) -> Result<PathBuf> {
        let (own, _) = hash_file(&self.partial(), &mut |_| {})?;
        let name = self.path.display().to_string();
        let base = name.strip_suffix(ENDING).unwrap_or(&name);
        let mut path = self.path.clone();
        for number in 2.. {
            if !path.exists() || hash_file(&path, &mut |_| {})?.0 == own {
                break;
            }
            path = PathBuf::from(format!("{base}.{number}{ENDING}"));
        }
        Ok(path)
    }

    fn partial(&self) -> PathBuf {
        leftovers::partial(&self.path)
    }
}

/// An ingest that ended before [`Rejects::finish`] leaves no file, and no folder that it made.
impl Drop for Rejects {
    fn drop(&mut self) {
        if self.file.take().is_none() {
            return;
        }
        let _ = std::fs::remove_file(self.partial());
        if let Some(dir) = self.path.parent().filter(|_| self.made_folder) {
            // Refused where something is in it.
            let _ = std::fs::remove_dir(dir);
        }
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
                self.made_folder = !dir.exists();
                std::fs::create_dir_all(dir)?;
                leftovers::remove(dir);
            }
            self.file = Some(RejectFile::new(BufWriter::new(File::create(self.partial())?))?);
        }
        self.file.as_mut().map_or(Ok(()), |f| f.reject(reject))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejected(folder: &Path, why: &str) -> String {
        let mut rejects = Rejects::new(folder, "a.csv", "0123456789abcdef", true);
        let text = String::new;
        let reject = Reject {
            file: text(),
            line: 1,
            column: text(),
            reason: northbound_ingest::Reason::MissingValue,
            why: why.to_owned(),
            value: text(),
            raw: text(),
        };
        rejects.reject(&reject).unwrap();
        let path = rejects.finish().unwrap().unwrap();
        Path::new(&path).file_name().unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn other_rejects_of_the_same_bytes_do_not_replace_the_first() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(rejected(folder.path(), "one"), "a.csv.0123456789ab.rejects.csv");
        assert_eq!(rejected(folder.path(), "two"), "a.csv.0123456789ab.2.rejects.csv");
        assert_eq!(rejected(folder.path(), "one"), "a.csv.0123456789ab.rejects.csv");
        assert_eq!(rejected(folder.path(), "two"), "a.csv.0123456789ab.2.rejects.csv");
        assert_eq!(rejected(folder.path(), "three"), "a.csv.0123456789ab.3.rejects.csv");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
    }
}
