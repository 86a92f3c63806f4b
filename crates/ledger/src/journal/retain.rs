//! Retention: full segments are released when everything in them is in the ledger and in both
//! checkpoints, and old enough. The release is recorded first, so that a segment that is missing for
//! any other reason is noticed.

use super::{
    Journal, Storage, checkpoint,
    record::{u32_at, u64_at},
    segment::{Hash, Sealed, SegmentName},
};
use crate::error::LedgerError;
use northbound_types::Utc;

/// The file that records up to which position segments were released, and the hash of the last.
const FILE: &str = "released";
const MAGIC: [u8; 8] = *b"NBRELSED";
const BYTES: usize = 52;

/// The segments that were released.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Released {
    /// Segment files, oldest first.
    pub files: Vec<String>,
    /// Their bytes.
    pub bytes: u64,
    /// The last position released; 0 where nothing ever was.
    pub upto: u64,
}

/// The last position released, and the hash that the next segment must name.
pub(super) fn read<S: Storage>(storage: &S) -> Result<(u64, Hash), LedgerError> {
    let at = |source| LedgerError::Io { what: "read", path: storage.path_of(FILE), source };
    if !storage.list().map_err(at)?.iter().any(|n| n == FILE) {
        return Ok((0, [0; 32]));
    }
    let mut b = [0; BYTES];
    let got = storage.read_at(FILE, 0, &mut b).map_err(at)?;
    let hash: Option<Hash> = b[20..].try_into().ok();
    match hash {
        Some(hash)
            if got == BYTES && b[..8] == MAGIC && crc32fast::hash(&b[12..]) == u32_at(&b, 8) =>
        {
            Ok((u64_at(&b, 12), hash))
        }
        _ => Err(LedgerError::Damaged {
            path: storage.path_of(FILE),
            offset: 0,
            why: "it does not state up to which position segments were released".into(),
        }),
    }
}

fn write<S: Storage>(storage: &S, last: &Sealed) -> Result<(), LedgerError> {
    let mut b = [0; BYTES];
    b[..8].copy_from_slice(&MAGIC);
    b[12..20].copy_from_slice(&last.last.to_le_bytes());
    b[20..].copy_from_slice(&last.hash);
    let crc = crc32fast::hash(&b[12..]);
    b[8..12].copy_from_slice(&crc.to_le_bytes());
    checkpoint::replace(storage, FILE, &b)
}

impl<S: Storage> Journal<S> {
    /// Removes full segments whose records are all at or below `in_ledger`, and below the older of two
    /// readable checkpoints, and whose last record is older than `keep_from` (the dated setting
    /// `retention-journal-days` counted back from now).
    ///
    /// # Errors
    /// When a file cannot be written or removed; nothing that is still needed is lost.
    pub fn release(&mut self, in_ledger: u64, keep_from: Utc) -> Result<Released, LedgerError> {
        let upto = in_ledger.min(checkpoint::oldest(&self.storage)?);
        let n = self.sealed.iter().take_while(|s| s.last <= upto && s.last_at < keep_from).count();
        let mut done = Released { upto: read(&self.storage)?.0, ..Released::default() };
        let Some(last) = n.checked_sub(1).and_then(|i| self.sealed.get(i)).cloned() else {
            return Ok(done);
        };
        write(&self.storage, &last)?;
        done.upto = last.last;
        for s in self.sealed.drain(..n) {
            let file = SegmentName(s.first).to_string();
            self.storage.remove(&file).map_err(|source| LedgerError::Io {
                what: "remove",
                path: self.storage.path_of(&file),
                source,
            })?;
            done.bytes += s.bytes;
            done.files.push(file);
        }
        self.storage.sync_dir().map_err(|source| LedgerError::Io {
            what: "sync",
            path: self.storage.path_of(""),
            source,
        })?;
        Ok(done)
    }
}
