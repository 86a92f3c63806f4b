//! Checkpoints: the live core's state after a position, so that recovery need not replay from the
//! start. The bytes are the core's own; the two newest are kept, and where the newest cannot be
//! read the older one serves, or replay from the first record.

use super::{
    Journal, Storage,
    record::{u32_at, u64_at},
    segment::Flaw,
};
use crate::error::LedgerError;
use northbound_types::Utc;

const MAGIC: [u8; 8] = *b"NBCHKPNT";
pub(super) const VERSION: u32 = 1;
/// Bytes before the state.
const HEAD: usize = 40;
/// Checkpoints that are kept.
pub(super) const KEPT: usize = 2;
/// Longest state.
pub const CHECKPOINT_BYTES: u64 = 4 << 30;

/// The live core's state after a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The state holds every record up to here, and none after.
    pub position: u64,
    /// When it was taken.
    pub at: Utc,
    /// The state.
    pub state: Vec<u8>,
}

/// Where replay begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restored {
    /// The newest checkpoint that could be read; `None` for replay from the first record.
    pub checkpoint: Option<Checkpoint>,
    /// Newer ones that could not, each with the reason.
    pub skipped: Vec<(String, String)>,
}

fn name(position: u64) -> String {
    format!("{position:020}.checkpoint")
}
pub(super) fn parse(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".checkpoint")?;
    (digits.len() == 20 && digits.bytes().all(|b| b.is_ascii_digit()))
        .then(|| digits.parse().ok())?
}

fn at<S: Storage>(
    storage: &S,
    what: &'static str,
    name: &str,
) -> impl FnOnce(std::io::Error) -> LedgerError {
    let path = storage.path_of(name);
    move |source| LedgerError::Io { what, path, source }
}

/// Positions of all checkpoint files, oldest first.
fn positions<S: Storage>(storage: &S) -> Result<Vec<u64>, LedgerError> {
    let mut all: Vec<u64> =
        storage.list().map_err(at(storage, "list", ""))?.iter().filter_map(|n| parse(n)).collect();
    all.sort_unstable();
    Ok(all)
}

/// The greatest position that a readable checkpoint rests on; 0 where there is none.
pub(super) fn newest<S: Storage>(storage: &S) -> Result<u64, LedgerError> {
    for p in positions(storage)?.into_iter().rev() {
        if read(storage, p)?.is_ok() {
            return Ok(p);
        }
    }
    Ok(0)
}

/// The least position that a kept checkpoint rests on: records after it may still be replayed.
/// 0 where there are fewer than [`KEPT`].
pub(super) fn oldest<S: Storage>(storage: &S) -> Result<u64, LedgerError> {
    let mut good = Vec::new();
    for p in positions(storage)? {
        if read(storage, p)?.is_ok() {
            good.push(p);
        }
    }
    Ok(if good.len() >= KEPT { good[good.len() - KEPT] } else { 0 })
}

fn sum(b: &[u8]) -> u32 {
    let mut h = crc32fast::Hasher::new();
    h.update(&b[..12]);
    h.update(&b[16..]);
    h.finalize()
}

/// Reads one; `Ok(Err)` where the file is not what was written.
pub(super) fn read<S: Storage>(
    storage: &S,
    position: u64,
) -> Result<Result<Checkpoint, Flaw>, LedgerError> {
    let file = name(position);
    let len = storage.len(&file).map_err(at(storage, "read", &file))?;
    if len < HEAD as u64 || len > HEAD as u64 + CHECKPOINT_BYTES {
        return Ok(Err(Flaw::CheckpointLength(len)));
    }
    let mut bytes = vec![0; len as usize];
    let got = storage.read_at(&file, 0, &mut bytes).map_err(at(storage, "read", &file))?;
    if got != bytes.len() || bytes[..8] != MAGIC {
        return Ok(Err(Flaw::NoCheckpoint));
    }
    if sum(&bytes) != u32_at(&bytes, 12) {
        return Ok(Err(Flaw::CheckpointChecksum));
    }
    let version = u32_at(&bytes, 8);
    if version != VERSION {
        return Ok(Err(Flaw::CheckpointLayout(version)));
    }
    if u64_at(&bytes, 16) != position || u64_at(&bytes, 32) != len - HEAD as u64 {
        return Ok(Err(Flaw::CheckpointPosition));
    }
    let at = Utc(u64_at(&bytes, 24) as i64);
    Ok(Ok(Checkpoint { position, at, state: bytes.split_off(HEAD) }))
}

impl<S: Storage> Journal<S> {
    /// Writes the state after `position`, whole or not at all, and removes all but the two newest.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] where the position is not durable yet, [`LedgerError::Limit`],
    /// [`LedgerError::Io`]; then the older ones are as they were.
    pub fn checkpoint(&self, position: u64, now: Utc, state: &[u8]) -> Result<(), LedgerError> {
        if position > self.durable {
            return Err(LedgerError::Refused(format!(
                "position {position} is not on the disk yet ({} is); sync before a checkpoint",
                self.durable
            )));
        }
        if state.len() as u64 > CHECKPOINT_BYTES {
            return Err(LedgerError::Limit {
                what: "bytes of a checkpoint",
                value: state.len() as u64,
                limit: CHECKPOINT_BYTES,
            });
        }
        let mut bytes = Vec::with_capacity(HEAD + state.len());
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&position.to_le_bytes());
        bytes.extend_from_slice(&now.0.to_le_bytes());
        bytes.extend_from_slice(&(state.len() as u64).to_le_bytes());
        bytes.extend_from_slice(state);
        let crc = sum(&bytes);
        bytes[12..16].copy_from_slice(&crc.to_le_bytes());
        let (file, s) = (name(position), &self.storage);
        replace(s, &file, &bytes)?;
        let all = positions(s)?;
        for p in &all[..all.len().saturating_sub(KEPT)] {
            s.remove(&name(*p)).map_err(at(s, "remove", &name(*p)))?;
        }
        Ok(())
    }

    /// The state from which replay may begin. Where no checkpoint can be read, replay begins with the
    /// first record of all, which must not have been released.
    ///
    /// # Errors
    /// [`LedgerError::Io`]; [`LedgerError::Damaged`] where neither a checkpoint nor the first records
    /// are there.
    pub fn restore(&self) -> Result<Restored, LedgerError> {
        let mut r = Restored::default();
        for p in positions(&self.storage)?.into_iter().rev() {
            match read(&self.storage, p)? {
                Ok(c) => {
                    r.checkpoint = Some(c);
                    break;
                }
                Err(flaw) => r.skipped.push((name(p), flaw.to_string())),
            }
        }
        let from = r.checkpoint.as_ref().map_or(1, |c| c.position + 1);
        if from < self.first_position() {
            return Err(LedgerError::Damaged {
                path: self.storage.path_of(""),
                offset: 0,
                why: format!(
                    "replay must begin with position {from}, and the journal begins with {}: no checkpoint that reaches it can be read",
                    self.first_position()
                ),
            });
        }
        Ok(r)
    }
}

/// Writes a small file whole or not at all: beside, synced, renamed, name synced.
pub(super) fn replace<S: Storage>(s: &S, file: &str, bytes: &[u8]) -> Result<(), LedgerError> {
    let tmp = format!("{file}.tmp");
    let write = || -> std::io::Result<()> {
        if s.list()?.contains(&tmp) {
            s.remove(&tmp)?;
        }
        let mut f = s.create(&tmp)?;
        s.append(&mut f, bytes)?;
        s.sync(&mut f)?;
        s.rename(&tmp, file)?;
        s.sync_dir()
    };
    write().map_err(at(s, "write", file))
}
