//! One segment file: its name, its head, its seal, and the walk over its records.

use super::{
    Storage,
    record::{self, Head, RECORD_HEAD, u32_at, u64_at},
};
use crate::error::LedgerError;
use northbound_types::Utc;
use sha2::Sha256;
use std::ops::Range;

/// Bytes before a segment's first record.
pub const SEGMENT_HEAD: usize = 64;
const MAGIC: [u8; 8] = *b"NBJOURNL";
const VERSION: u32 = 1;
/// Bytes of the seal at the end of a full segment: a record whose payload is a SHA-256.
pub(super) const SEAL: usize = RECORD_HEAD + 32;
/// Bytes read at a time.
const CHUNK: usize = 256 * 1024;

/// SHA-256 of a segment up to its seal; zeros before the first segment of all.
pub(super) type Hash = [u8; 32];

/// The name of a segment says its first position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SegmentName(pub u64);

impl SegmentName {
    /// The first position that a file name says, `None` where it is no segment.
    #[must_use]
    pub fn parse(name: &str) -> Option<SegmentName> {
        let digits = name.strip_suffix(".segment")?;
        (digits.len() == 20 && digits.bytes().all(|b| b.is_ascii_digit()))
            .then(|| digits.parse().ok().map(SegmentName))?
    }
}

impl std::fmt::Display for SegmentName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:020}.segment", self.0)
    }
}

/// A full segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sealed {
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) last_at: Utc,
    pub(super) bytes: u64,
    pub(super) hash: Hash,
    pub(super) salt: u32,
}

/// The segment that grows.
pub(super) struct Active<F> {
    pub(super) file: F,
    pub(super) first: u64,
    pub(super) salt: u32,
    /// Bytes on the disk.
    pub(super) bytes: u64,
    /// Hash of these bytes.
    pub(super) hash: Sha256,
    /// Full and sealed, but the next could not be made.
    pub(super) sealed: Option<Sealed>,
}

/// The head of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SegmentHead {
    pub(super) first: u64,
    pub(super) made: Utc,
    pub(super) previous: Hash,
    pub(super) salt: u32,
}

impl SegmentHead {
    pub(super) fn encode(first: u64, made: Utc, previous: &Hash) -> [u8; SEGMENT_HEAD] {
        let mut b = [0; SEGMENT_HEAD];
        b[..8].copy_from_slice(&MAGIC);
        b[8..12].copy_from_slice(&VERSION.to_le_bytes());
        b[16..24].copy_from_slice(&first.to_le_bytes());
        b[24..32].copy_from_slice(&made.0.to_le_bytes());
        b[32..].copy_from_slice(previous);
        let crc = SegmentHead::sum(&b);
        b[12..16].copy_from_slice(&crc.to_le_bytes());
        b
    }

    /// CRC-32 of everything but the sum itself. It is also the salt of the segment's records.
    fn sum(b: &[u8; SEGMENT_HEAD]) -> u32 {
        let mut h = crc32fast::Hasher::new();
        h.update(&b[..12]);
        h.update(&b[16..]);
        h.finalize()
    }

    /// Reads the head of the segment that should begin with `first`.
    pub(super) fn read(b: &[u8; SEGMENT_HEAD], first: u64) -> Result<SegmentHead, Flaw> {
        if b[..8] != MAGIC {
            return Err(Flaw::NoSegment);
        }
        let version = u32_at(b, 8);
        let crc = SegmentHead::sum(b);
        if crc != u32_at(b, 12) {
            return Err(Flaw::HeadChecksum);
        }
        if version != VERSION {
            return Err(Flaw::Layout(version));
        }
        let mut previous = [0; 32];
        previous.copy_from_slice(&b[32..]);
        let head = SegmentHead {
            first: u64_at(b, 16),
            made: Utc(u64_at(b, 24) as i64),
            previous,
            salt: crc,
        };
        if head.first == first { Ok(head) } else { Err(Flaw::Position(head.first, first)) }
    }
}

/// What comes next in a segment.
#[derive(Debug)]
pub(super) enum Step {
    /// A record; [`Scan::payload`] has its payload.
    Record(Head, Range<usize>),
    /// The seal, with the hash that it states.
    Seal(Head, Hash),
    /// Nothing more.
    End,
    /// Something that is no record of this segment.
    Bad(String),
}

/// A walk over the records of one segment.
pub(super) struct Scan<'s, S: Storage> {
    storage: &'s S,
    pub(super) name: String,
    pub(super) salt: u32,
    /// Where the next record begins.
    pub(super) offset: u64,
    /// Bytes that belong to the walk.
    pub(super) end: u64,
    /// The position that the next record must have.
    pub(super) expect: u64,
    buffer: Vec<u8>,
    /// The buffer's offset in the file.
    start: u64,
}

impl<'s, S: Storage> Scan<'s, S> {
    /// Walks the records of a segment whose head was read, up to `end`.
    pub(super) fn new(storage: &'s S, first: u64, salt: u32, end: u64) -> Scan<'s, S> {
        Scan {
            storage,
            name: SegmentName(first).to_string(),
            salt,
            offset: SEGMENT_HEAD as u64,
            end,
            expect: first,
            buffer: Vec::new(),
            start: SEGMENT_HEAD as u64,
        }
    }

    /// Bytes of the buffer's range.
    pub(super) fn payload(&self, range: &Range<usize>) -> &[u8] {
        self.buffer.get(range.clone()).unwrap_or(&[])
    }

    /// The whole next record's bytes, as last stepped over: from `from` to the walk's offset.
    pub(super) fn since(&self, from: u64) -> &[u8] {
        let at = |o: u64| o.saturating_sub(self.start) as usize;
        self.buffer.get(at(from)..at(self.offset)).unwrap_or(&[])
    }

    /// Has `n` bytes from the offset in the buffer, or says that the file has fewer.
    fn fill(&mut self, n: usize) -> Result<bool, LedgerError> {
        let at = (self.offset - self.start) as usize;
        if self.buffer.len() >= at + n {
            return Ok(true);
        }
        if self.offset + n as u64 > self.end {
            return Ok(false);
        }
        self.buffer.drain(..at);
        self.start = self.offset;
        let have = self.buffer.len();
        let want = n.max(CHUNK).min((self.end - self.start) as usize);
        self.buffer.resize(want, 0);
        let got = self
            .storage
            .read_at(&self.name, self.start + have as u64, &mut self.buffer[have..])
            .map_err(|source| LedgerError::Io {
                what: "read",
                path: self.storage.path_of(&self.name),
                source,
            })?;
        self.buffer.truncate(have + got);
        Ok(self.buffer.len() >= n)
    }

    /// Steps over the next record.
    pub(super) fn step(&mut self) -> Result<Step, LedgerError> {
        if self.offset >= self.end {
            return Ok(Step::End);
        }
        let cut = || Ok(Step::Bad("a record is cut off".into()));
        if !self.fill(RECORD_HEAD)? {
            return cut();
        }
        let at = (self.offset - self.start) as usize;
        let Some(bytes) = self.buffer.get(at..).and_then(|b| b.first_chunk::<RECORD_HEAD>()) else {
            return cut();
        };
        let head = match record::head(bytes) {
            Ok(h) => h,
            Err(why) => return Ok(Step::Bad(why.into())),
        };
        let whole = RECORD_HEAD + head.length as usize;
        if !self.fill(whole)? {
            return cut();
        }
        let at = (self.offset - self.start) as usize;
        let Some(bytes) = self.buffer.get(at..at + whole) else { return cut() };
        if !record::holds(&head, self.salt, bytes) {
            return Ok(Step::Bad("the checksum of the record does not hold".into()));
        }
        let expect = if head.seal { self.expect.wrapping_sub(1) } else { self.expect };
        if head.position != expect {
            return Ok(Step::Bad(format!(
                "found position {} where {expect} was expected",
                head.position
            )));
        }
        let payload = at + RECORD_HEAD..at + whole;
        let seal: Option<Hash> = head.seal.then(|| bytes[RECORD_HEAD..].try_into().ok()).flatten();
        self.offset += whole as u64;
        match (head.seal, seal) {
            (false, _) => {
                self.expect += 1;
                Ok(Step::Record(head, payload))
            }
            (true, Some(hash)) => Ok(Step::Seal(head, hash)),
            (true, None) => Ok(Step::Bad("the seal does not hold a hash".into())),
        }
    }

    /// Is there a whole record after `bad` that was appended when the bytes at `bad` were on the disk
    /// already? Then these bytes were damaged later, and are no torn tail.
    pub(super) fn proof_of_damage(&self, bad: u64) -> Result<Option<u64>, LedgerError> {
        let mut rest = vec![0; (self.end - bad) as usize];
        let got = self.storage.read_at(&self.name, bad, &mut rest).map_err(|source| {
            LedgerError::Io { what: "read", path: self.storage.path_of(&self.name), source }
        })?;
        rest.truncate(got);
        for at in 1..rest.len().saturating_sub(RECORD_HEAD - 1) {
            let Some(bytes) = rest[at..].first_chunk::<RECORD_HEAD>() else { break };
            let Ok(head) = record::head(bytes) else { continue };
            if head.synced <= bad {
                continue;
            }
            if rest
                .get(at..at + RECORD_HEAD + head.length as usize)
                .is_some_and(|whole| record::holds(&head, self.salt, whole))
            {
                return Ok(Some(bad + at as u64));
            }
        }
        Ok(None)
    }
}

/// Why the bytes of a segment or a checkpoint are not what was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Flaw {
    #[error("no segment of a journal begins here")]
    NoSegment,
    #[error("the checksum of the segment's head does not hold")]
    HeadChecksum,
    #[error("layout {0} is not one that this version reads ({VERSION} is)")]
    Layout(u32),
    #[error("the segment begins with position {0}, its name says {1}")]
    Position(u64, u64),
    #[error("the head of the segment is cut off")]
    HeadCutOff,
    #[error("the segment is not sealed, and another follows")]
    NotSealed,
    #[error("{0} bytes are no checkpoint")]
    CheckpointLength(u64),
    #[error("no checkpoint begins here")]
    NoCheckpoint,
    #[error("its checksum does not hold")]
    CheckpointChecksum,
    #[error("layout {0} is not one that this version reads ({expected} is)", expected = super::checkpoint::VERSION)]
    CheckpointLayout(u32),
    #[error("position or length are not those of the file")]
    CheckpointPosition,
}

/// Reads the head of a segment; `Ok(Err)` where it is none.
pub(super) fn read_head<S: Storage>(
    storage: &S,
    name: SegmentName,
) -> Result<Result<SegmentHead, Flaw>, LedgerError> {
    let mut b = [0; SEGMENT_HEAD];
    let file = name.to_string();
    let got = storage.read_at(&file, 0, &mut b).map_err(|source| LedgerError::Io {
        what: "read",
        path: storage.path_of(&file),
        source,
    })?;
    if got < SEGMENT_HEAD {
        return Ok(Err(Flaw::HeadCutOff));
    }
    Ok(SegmentHead::read(&b, name.0))
}

/// Reads the seal at the end of a full segment; `Ok(Err)` where it has none.
pub(super) fn read_seal<S: Storage>(
    storage: &S,
    head: &SegmentHead,
) -> Result<Result<Sealed, Flaw>, LedgerError> {
    let file = SegmentName(head.first).to_string();
    let at = |source| LedgerError::Io { what: "read", path: storage.path_of(&file), source };
    let bytes = storage.len(&file).map_err(at)?;
    let mut b = [0; SEAL];
    let start = bytes.saturating_sub(SEAL as u64);
    let got = storage.read_at(&file, start, &mut b).map_err(at)?;
    let seal = b
        .first_chunk::<RECORD_HEAD>()
        .and_then(|h| record::head(h).ok())
        .filter(|h| got == SEAL && h.seal && record::holds(h, head.salt, &b));
    let (Some(seal), Ok(hash)) = (seal, b[RECORD_HEAD..].try_into()) else {
        return Ok(Err(Flaw::NotSealed));
    };
    Ok(Ok(Sealed {
        first: head.first,
        last: seal.position,
        last_at: seal.at,
        bytes,
        hash,
        salt: head.salt,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_says_what_was_written_and_sees_every_flipped_bit() {
        let b = SegmentHead::encode(9, Utc(5), &[3; 32]);
        let h = SegmentHead::read(&b, 9).unwrap();
        assert_eq!((h.first, h.made, h.previous), (9, Utc(5), [3; 32]));
        assert!(SegmentHead::read(&b, 8).is_err(), "a renamed segment");
        for i in 0..b.len() * 8 {
            let mut bad = b;
            bad[i / 8] ^= 1 << (i % 8);
            assert!(SegmentHead::read(&bad, 9).is_err(), "bit {i}");
        }
    }

    #[test]
    fn names_sort_by_position_and_others_are_none() {
        assert_eq!(SegmentName::parse(&SegmentName(42).to_string()), Some(SegmentName(42)));
        assert!(SegmentName(9).to_string() < SegmentName(10).to_string());
        for n in [
            "lock",
            "42.segment",
            "0000000000000000004x.segment",
            "00000000000000000042.segment.tmp",
            "99999999999999999999.segment",
        ] {
            assert_eq!(SegmentName::parse(n), None, "{n}");
        }
    }
}
