//! What the journal asks of a folder of files. Real files ([`super::Disk`]) and a store that loses
//! and tears what was not synced ([`crate::testing::Faulty`]) both do it.

use std::{io, path::PathBuf};

/// A flat folder of files, each written only at its end.
///
/// Nothing is promised of what was not synced: after a crash, bytes appended since the last
/// [`Storage::sync`] may be there, missing or torn, and names changed since the last
/// [`Storage::sync_dir`] may be old or new. One sector of 512 bytes is written whole or not at all.
pub trait Storage {
    /// A file open for appending.
    type File: Send;
    /// A held lock; dropping it releases it.
    type Lock: Send;

    /// Where a file lies, for messages; the folder itself for an empty name.
    fn path_of(&self, name: &str) -> PathBuf;
    /// Takes the lock file, or `None` where another process holds it.
    ///
    /// # Errors
    /// When the lock file cannot be made.
    fn lock(&self, name: &str) -> io::Result<Option<Self::Lock>>;
    /// Makes a file that is not there yet.
    ///
    /// # Errors
    /// When it is there, or cannot be made.
    fn create(&self, name: &str) -> io::Result<Self::File>;
    /// Opens a file for appending.
    ///
    /// # Errors
    /// When it is not there.
    fn open(&self, name: &str) -> io::Result<Self::File>;
    /// Appends all bytes, or fails with an unknown part of them written.
    ///
    /// # Errors
    /// A full disk, a broken one.
    fn append(&self, file: &mut Self::File, bytes: &[u8]) -> io::Result<()>;
    /// Returns when everything appended is on the disk. After an error nothing is known of what was
    /// appended since the last success, and a later success says nothing of it either.
    ///
    /// # Errors
    /// A full disk, a broken one.
    fn sync(&self, file: &mut Self::File) -> io::Result<()>;
    /// Cuts a file.
    ///
    /// # Errors
    /// A broken disk.
    fn truncate(&self, file: &mut Self::File, len: u64) -> io::Result<()>;
    /// Reads into the whole of `into` from `offset`; fewer bytes only where the file ends.
    ///
    /// # Errors
    /// When the file is not there or cannot be read.
    fn read_at(&self, name: &str, offset: u64, into: &mut [u8]) -> io::Result<usize>;
    /// Length of a file.
    ///
    /// # Errors
    /// When it is not there.
    fn len(&self, name: &str) -> io::Result<u64>;
    /// Names of all files, sorted; none where there is no folder.
    ///
    /// # Errors
    /// When the folder cannot be read.
    fn list(&self) -> io::Result<Vec<String>>;
    /// Gives a file another name, over what stood there.
    ///
    /// # Errors
    /// When there is no such file.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file.
    ///
    /// # Errors
    /// When there is no such file.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Returns when made, renamed and removed names are on the disk.
    ///
    /// # Errors
    /// A broken disk.
    fn sync_dir(&self) -> io::Result<()>;
}
