//! Appending, syncing, beginning the next segment, and what happens when the disk refuses.

use super::{
    Journal, RECORD_BYTES, Storage, UNSYNCED_BYTES, record,
    segment::{Active, Hash, SEAL, SEGMENT_HEAD, Sealed, SegmentHead, SegmentName},
};
use crate::error::LedgerError;
use northbound_types::Utc;
use sha2::{Digest, Sha256};
use std::io;

/// Bytes that must be writable before a suspended journal takes records again.
const PROBE_BYTES: usize = 1 << 20;
/// The file with which that is tried.
const PROBE: &str = "probe.tmp";

impl<S: Storage> Journal<S> {
    /// Puts a record behind the last one and returns its position. It is *not* on the disk until
    /// [`Journal::sync`] returns that position or a later one; only then may it be acknowledged.
    ///
    /// # Errors
    /// [`LedgerError::Limit`] for a payload or a backlog that is too large, [`LedgerError::Suspended`]
    /// after a failed write.
    pub fn append(&mut self, at: Utc, payload: &[u8]) -> Result<u64, LedgerError> {
        self.refuse_suspended()?;
        let longest = self.limits.record_bytes.min(RECORD_BYTES);
        if payload.len() > longest {
            return Err(LedgerError::Limit {
                what: "bytes of a journal record",
                value: payload.len() as u64,
                limit: longest as u64,
            });
        }
        let most = self.limits.unsynced_bytes.min(UNSYNCED_BYTES);
        if self.buffer.len() > most {
            return Err(LedgerError::Limit {
                what: "bytes in the journal that wait for a sync (sync first)",
                value: self.buffer.len() as u64,
                limit: most as u64,
            });
        }
        let position = self.next;
        record::encode(
            &mut self.buffer,
            self.active.salt,
            (false, position, at, self.active.bytes),
            payload,
        );
        self.next += 1;
        self.last_at = at;
        Ok(position)
    }

    /// Writes everything appended, returns when it is on the disk, and gives the last position there.
    ///
    /// # Errors
    /// [`LedgerError::NotStored`] names the positions that are not on the disk: none of them may be
    /// acknowledged, and the same positions are given out again. The journal is suspended then, and
    /// refuses records until [`Journal::resume`] succeeds. What was durable before stays so.
    pub fn sync(&mut self) -> Result<u64, LedgerError> {
        self.refuse_suspended()?;
        if self.buffer.is_empty() {
            return Ok(self.durable);
        }
        let written = self
            .storage
            .append(&mut self.active.file, &self.buffer)
            .and_then(|()| self.storage.sync(&mut self.active.file));
        if let Err(source) = written {
            let (first, last) = (self.durable + 1, self.next - 1);
            self.buffer.clear();
            self.next = first;
            let path = self.storage.path_of(&SegmentName(self.active.first).to_string());
            self.suspended = Some(source.to_string());
            return Err(LedgerError::NotStored { first, last, path, source });
        }
        self.active.hash.update(&self.buffer);
        self.active.bytes += self.buffer.len() as u64;
        self.buffer.clear();
        self.durable = self.next - 1;
        // The records are safe whether the next segment can be made or not.
        if self.active.bytes >= self.limits.segment_bytes
            && let Err(e) = self.next_segment()
        {
            self.suspended = Some(e.to_string());
        }
        Ok(self.durable)
    }

    /// Seals the segment and begins the next, where it holds any record. Syncs first.
    ///
    /// # Errors
    /// As [`Journal::sync`]; and [`LedgerError::Io`] where the next segment cannot be made.
    pub fn rotate(&mut self) -> Result<(), LedgerError> {
        self.sync()?;
        self.refuse_suspended()?;
        if self.active.bytes <= SEGMENT_HEAD as u64 {
            return Ok(());
        }
        self.next_segment().inspect_err(|e| self.suspended = Some(e.to_string()))
    }

    /// After a failed write: cuts off what was not acknowledged, and takes records again where there is
    /// room. Does nothing where the journal is not suspended.
    ///
    /// # Errors
    /// When the disk still refuses; then the journal stays suspended.
    pub fn resume(&mut self) -> Result<(), LedgerError> {
        if self.suspended.is_none() {
            return Ok(());
        }
        self.probe().map_err(|source| LedgerError::Io {
            what: "write",
            path: self.storage.path_of(PROBE),
            source,
        })?;
        let name = SegmentName(self.active.first).to_string();
        let (storage, active) = (&self.storage, &mut self.active);
        let cut = storage.open(&name).and_then(|mut f| {
            storage.truncate(&mut f, active.bytes)?;
            storage.sync(&mut f)?;
            Ok(f)
        });
        active.file = cut.map_err(|source| LedgerError::Io {
            what: "cut",
            path: self.storage.path_of(&name),
            source,
        })?;
        if self.active.sealed.is_some() {
            self.begin_next()?;
        }
        self.suspended = None;
        Ok(())
    }

    fn probe(&self) -> io::Result<()> {
        if self.storage.list()?.iter().any(|n| n == PROBE) {
            self.storage.remove(PROBE)?;
        }
        let mut file = self.storage.create(PROBE)?;
        let written = self
            .storage
            .append(&mut file, &vec![0; PROBE_BYTES])
            .and_then(|()| self.storage.sync(&mut file));
        self.storage.remove(PROBE)?;
        written
    }

    fn next_segment(&mut self) -> Result<(), LedgerError> {
        if self.active.sealed.is_none() {
            let name = SegmentName(self.active.first).to_string();
            let hash: Hash = self.active.hash.clone().finalize().into();
            let mut seal = Vec::with_capacity(SEAL);
            record::encode(
                &mut seal,
                self.active.salt,
                (true, self.durable, self.last_at, self.active.bytes),
                &hash,
            );
            self.storage
                .append(&mut self.active.file, &seal)
                .and_then(|()| self.storage.sync(&mut self.active.file))
                .map_err(|source| LedgerError::Io {
                    what: "seal",
                    path: self.storage.path_of(&name),
                    source,
                })?;
            self.active.bytes += seal.len() as u64;
            self.active.sealed = Some(Sealed {
                first: self.active.first,
                last: self.durable,
                last_at: self.last_at,
                bytes: self.active.bytes,
                hash,
                salt: self.active.salt,
            });
        }
        self.begin_next()
    }

    /// Makes the segment after a sealed one.
    fn begin_next(&mut self) -> Result<(), LedgerError> {
        let Some(sealed) = self.active.sealed.clone() else { return Ok(()) };
        self.active = begin(&self.storage, sealed.last + 1, sealed.last_at, &sealed.hash)?;
        self.sealed.push(sealed);
        Ok(())
    }
}

/// Makes a segment with nothing in it, over what a crash left of an attempt before.
pub(super) fn begin<S: Storage>(
    storage: &S,
    first: u64,
    made: Utc,
    previous: &Hash,
) -> Result<Active<S::File>, LedgerError> {
    let name = SegmentName(first).to_string();
    let head = SegmentHead::encode(first, made, previous);
    let make = || -> io::Result<S::File> {
        if storage.list()?.contains(&name) {
            storage.remove(&name)?;
        }
        let mut file = storage.create(&name)?;
        storage.append(&mut file, &head)?;
        storage.sync(&mut file)?;
        storage.sync_dir()?;
        Ok(file)
    };
    let file = make().map_err(|source| LedgerError::Io {
        what: "make",
        path: storage.path_of(&name),
        source,
    })?;
    let mut hash = Sha256::new();
    hash.update(head);
    let salt = SegmentHead::read(&head, first).map_or(0, |h| h.salt);
    Ok(Active { file, first, salt, bytes: SEGMENT_HEAD as u64, hash, sealed: None })
}
