//! One record as bytes. All numbers are little-endian.

use super::RECORD_BYTES;
use crate::tables::file::hex;
use northbound_types::Utc;
use sha2::{Digest, Sha256};

/// Bytes before a record's payload.
pub const RECORD_HEAD: usize = 36;
/// Begins a record.
pub(super) const RECORD_MARK: [u8; 4] = *b"NREC";
/// Begins the seal of a full segment.
pub(super) const SEAL_MARK: [u8; 4] = *b"NEND";

/// One input of the live core.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Position, from 1, without a gap.
    pub position: u64,
    /// The time that its writer gave it.
    pub at: Utc,
    /// What was appended.
    pub payload: Vec<u8>,
}

impl Record {
    /// SHA-256 of the payload in lower-case hexadecimal: what is shown of a record whose bytes are not opened.
    #[must_use]
    pub fn sha256(&self) -> String {
        hex(&Sha256::digest(&self.payload))
    }
}

/// The header before a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) seal: bool,
    pub(super) position: u64,
    pub(super) at: Utc,
    /// Bytes of the segment that were on the disk when the record was appended: the proof, should
    /// the disk be damaged before this offset, that it was no torn tail.
    pub(super) synced: u64,
    pub(super) length: u32,
    crc: u32,
}

/// Appends a record's bytes. `salt` belongs to the segment, so that a record of another one, or a
/// record made up inside a payload, is none here.
pub(super) fn encode(out: &mut Vec<u8>, salt: u32, head: (bool, u64, Utc, u64), payload: &[u8]) {
    let (seal, position, at, synced) = head;
    let start = out.len();
    out.extend_from_slice(if seal { &SEAL_MARK } else { &RECORD_MARK });
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&position.to_le_bytes());
    out.extend_from_slice(&at.0.to_le_bytes());
    out.extend_from_slice(&synced.to_le_bytes());
    out.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    out.extend_from_slice(payload);
    let crc = sum(salt, &out[start + 8..]);
    out[start + 4..start + 8].copy_from_slice(&crc.to_le_bytes());
}

/// The checksum of a record: CRC-32 over the salt and everything after the checksum's own field.
fn sum(salt: u32, bytes: &[u8]) -> u32 {
    let mut h = crc32fast::Hasher::new_with_initial(salt);
    h.update(bytes);
    h.finalize()
}

/// Reads the head, or says why there is none.
pub(super) fn head(bytes: &[u8; RECORD_HEAD]) -> Result<Head, &'static str> {
    let seal = match &bytes[..4] {
        m if *m == RECORD_MARK => false,
        m if *m == SEAL_MARK => true,
        _ => return Err("no record begins here"),
    };
    let length = u32_at(bytes, 32);
    if length as usize > RECORD_BYTES {
        return Err("the record claims to be longer than any can be");
    }
    Ok(Head {
        seal,
        position: u64_at(bytes, 8),
        at: Utc(u64_at(bytes, 16) as i64),
        synced: u64_at(bytes, 24),
        length,
        crc: u32_at(bytes, 4),
    })
}

/// Does the checksum of a whole record (head and payload) hold?
pub(super) fn holds(head: &Head, salt: u32, whole: &[u8]) -> bool {
    whole.len() == RECORD_HEAD + head.length as usize && sum(salt, &whole[8..]) == head.crc
}

pub(super) fn u32_at(b: &[u8], at: usize) -> u32 {
    b.get(at..at + 4).and_then(|s| s.try_into().ok()).map_or(0, u32::from_le_bytes)
}
pub(super) fn u64_at(b: &[u8], at: usize) -> u64 {
    b.get(at..at + 8).and_then(|s| s.try_into().ok()).map_or(0, u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_of_a_record_is_seen() {
        let mut whole = Vec::new();
        encode(&mut whole, 7, (false, 3, Utc(-5), 64), b"payload");
        let parse = |b: &[u8], salt: u32| {
            b.first_chunk::<RECORD_HEAD>().and_then(|h| head(h).ok()).filter(|h| holds(h, salt, b))
        };
        let h = parse(&whole, 7).unwrap();
        assert_eq!((h.seal, h.position, h.at, h.synced, h.length), (false, 3, Utc(-5), 64, 7));
        assert!(parse(&whole, 8).is_none(), "another segment's salt");
        for i in 0..whole.len() * 8 {
            let mut bad = whole.clone();
            bad[i / 8] ^= 1 << (i % 8);
            assert!(parse(&bad, 7).is_none(), "bit {i}");
        }
    }
}
