//! The journal: the ordered list of the live core's inputs. An acknowledgement is sent only after
//! [`Journal::sync`] has returned the record's position; recovery is replay.
//!
//! Plain segment files with group commit: records are buffered by [`Journal::append`] and written
//! and synced together by [`Journal::sync`]. `docs/journal.md` gives the layout byte by byte.
//! One owner writes: the folder is locked, and the operating system releases the lock of a process
//! that died.

pub mod inspect;

mod checkpoint;
mod disk;
mod open;
mod read;
mod record;
mod retain;
mod segment;
mod storage;
mod write;

pub use checkpoint::{Checkpoint, Restored};
pub use disk::Disk;
pub use open::Recovered;
pub use read::Records;
pub use record::{RECORD_HEAD, Record};
pub use retain::Released;
pub use segment::{SEGMENT_HEAD, SegmentName};
pub use storage::Storage;

use crate::error::LedgerError;
use northbound_types::Utc;
use segment::{Active, Sealed};

/// Bytes of one record's payload: above the largest message that the service takes.
pub const RECORD_BYTES: usize = 16 << 20;
/// Most bytes that may wait for a sync: a caller that never syncs gets an error before memory runs out.
pub const UNSYNCED_BYTES: usize = 64 << 20;
/// Bytes after which a segment is sealed and the next begins, where nothing else is asked for.
pub const SEGMENT_BYTES: u64 = 64 << 20;
/// The lock file.
pub(crate) const LOCK: &str = "lock";

/// How large things may grow, and what must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// A segment of at least so many bytes is sealed after the sync that filled it.
    pub segment_bytes: u64,
    /// Longest payload, at most [`RECORD_BYTES`].
    pub record_bytes: usize,
    /// Most bytes that wait for a sync, at most [`UNSYNCED_BYTES`] and one record.
    pub unsynced_bytes: usize,
    /// A position that is known to have been stored, such as the ledger's journal position: a journal
    /// that ends before it has lost acknowledged records, and opening it is refused.
    pub must_reach: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            segment_bytes: SEGMENT_BYTES,
            record_bytes: RECORD_BYTES,
            unsynced_bytes: UNSYNCED_BYTES,
            must_reach: 0,
        }
    }
}

/// The journal, open for writing. Positions count from 1 without a gap.
pub struct Journal<S: Storage> {
    storage: S,
    limits: Limits,
    _lock: S::Lock,
    /// Segments that are full, oldest first.
    sealed: Vec<Sealed>,
    active: Active<S::File>,
    /// Records appended and not yet written: they go to the disk together.
    buffer: Vec<u8>,
    next: u64,
    durable: u64,
    last_at: Utc,
    /// Why the journal takes no records, where a write failed.
    suspended: Option<String>,
}

impl<S: Storage> Journal<S> {
    /// The position that the next record gets.
    #[must_use]
    pub fn next_position(&self) -> u64 {
        self.next
    }
    /// Every record up to here is on the disk; 0 where there is none.
    #[must_use]
    pub fn durable_position(&self) -> u64 {
        self.durable
    }
    /// The first position that is still kept; retention removes older ones.
    #[must_use]
    pub fn first_position(&self) -> u64 {
        self.sealed.first().map_or(self.active.first, |s| s.first)
    }
    /// Why records are refused, where a write has failed; [`Journal::resume`] tries again.
    #[must_use]
    pub fn suspended(&self) -> Option<&str> {
        self.suspended.as_deref()
    }
    /// Where its files lie.
    #[must_use]
    pub fn storage(&self) -> &S {
        &self.storage
    }

    fn refuse_suspended(&self) -> Result<(), LedgerError> {
        match &self.suspended {
            Some(why) => {
                Err(LedgerError::Suspended { path: self.storage.path_of(""), why: why.clone() })
            }
            None => Ok(()),
        }
    }
}
