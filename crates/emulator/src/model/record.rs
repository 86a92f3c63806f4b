//! A record of the execution log, as bytes. Records follow one another:
//!
//! ```text
//! length of the payload, 4 bytes | CRC-32 of the payload, 4 bytes | payload
//! payload: version 1 | flags (1 error, 2 once) | device 8 | recipient 8 | counter 8 | message code 2
//!          | number 8 | delivered 8, µs UTC | due 8, µs UTC or the least number for none | answer, to the end
//! ```
//!
//! Big-endian. The layout does not change: logs of older versions are read.

use northbound_gbcs::{Correlation, limits::MAX_MESSAGE_BYTES};
use northbound_types::Eui64;

/// Bytes before the payload.
pub const FRAME_BYTES: usize = 8;
const FIXED_BYTES: usize = 1 + 1 + 8 + 8 + 8 + 2 + 8 + 8 + 8;
/// Encodes that there is no time.
const NONE: i64 = i64::MIN;
/// Bytes of a payload at most: one with the longest answer.
pub const MAX_PAYLOAD_BYTES: usize = FIXED_BYTES + MAX_MESSAGE_BYTES;
const VERSION: u8 = 1;
const ERROR: u8 = 1;
const ONCE: u8 = 2;

/// One execution of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The Command.
    pub key: Correlation,
    /// The device's running number, from 1.
    pub number: u64,
    /// When the device had it, µs UTC.
    pub delivered: i64,
    /// The device answered with an error.
    pub error: bool,
    /// It must not be done twice.
    pub once: bool,
    /// When the device is to do a future-dated Command and to say so, µs UTC.
    pub due: Option<i64>,
    /// The answer.
    pub answer: Vec<u8>,
}

/// Why bytes are no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// They end before the record does.
    #[error("the record is cut")]
    Cut,
    /// The checksum is another's.
    #[error("the record's checksum does not fit")]
    Checksum,
    /// A length or version that no record has.
    #[error("no record of an execution log (version {VERSION})")]
    Foreign,
}

impl Record {
    /// Appends the bytes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut payload = Vec::with_capacity(FIXED_BYTES + self.answer.len());
        payload.extend([VERSION, (u8::from(self.error) * ERROR) | (u8::from(self.once) * ONCE)]);
        for word in [self.key.device.0, self.key.recipient.0, self.key.counter] {
            payload.extend(word.to_be_bytes());
        }
        payload.extend(self.key.code.to_be_bytes());
        payload.extend(self.number.to_be_bytes());
        payload.extend(self.delivered.to_be_bytes());
        payload.extend(self.due.unwrap_or(NONE).to_be_bytes());
        payload.extend(&self.answer);
        out.extend((payload.len() as u32).to_be_bytes());
        out.extend(crc32fast::hash(&payload).to_be_bytes());
        out.extend(payload);
    }

    /// Reads the record at the start of the bytes, and how many it takes.
    ///
    /// # Errors
    /// The bytes are no whole record.
    pub fn decode(bytes: &[u8]) -> Result<(Record, usize), RecordError> {
        let (length, rest) = bytes.split_first_chunk::<4>().ok_or(RecordError::Cut)?;
        let length = u32::from_be_bytes(*length) as usize;
        if !(FIXED_BYTES..=MAX_PAYLOAD_BYTES).contains(&length) {
            return Err(RecordError::Foreign);
        }
        let (sum, rest) = rest.split_first_chunk::<4>().ok_or(RecordError::Cut)?;
        let payload = rest.get(..length).ok_or(RecordError::Cut)?;
        if crc32fast::hash(payload) != u32::from_be_bytes(*sum) {
            return Err(RecordError::Checksum);
        }
        let word = |at: usize| payload[at..at + 8].iter().fold(0u64, |n, &b| n << 8 | u64::from(b));
        if payload[0] != VERSION || payload[1] > ERROR | ONCE {
            return Err(RecordError::Foreign);
        }
        let key = Correlation {
            device: Eui64(word(2)),
            recipient: Eui64(word(10)),
            counter: word(18),
            code: u16::from(payload[26]) << 8 | u16::from(payload[27]),
        };
        let record = Record {
            key,
            number: word(28),
            delivered: word(36) as i64,
            error: payload[1] & ERROR != 0,
            once: payload[1] & ONCE != 0,
            due: Some(word(44) as i64).filter(|&d| d != NONE),
            answer: payload[FIXED_BYTES..].to_vec(),
        };
        Ok((record, FRAME_BYTES + length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(answer: usize) -> Record {
        let key = Correlation {
            device: Eui64(0x00DB_1234_0100_0001),
            recipient: Eui64(0x90B3_D51F_3001_0000),
            counter: u64::MAX,
            code: 0x8001,
        };
        Record {
            key,
            number: 3,
            delivered: -5,
            error: true,
            once: false,
            due: (answer > 0).then_some(9),
            answer: vec![7; answer],
        }
    }

    #[test]
    fn a_record_is_read_back_and_a_cut_or_changed_one_is_not() {
        let mut bytes = Vec::new();
        record(20).encode(&mut bytes);
        let whole = bytes.len();
        record(0).encode(&mut bytes);
        assert_eq!(Record::decode(&bytes), Ok((record(20), whole)));
        assert_eq!(Record::decode(&bytes[whole..]), Ok((record(0), bytes.len() - whole)));
        for n in 0..whole {
            assert_eq!(Record::decode(&bytes[..n]), Err(RecordError::Cut), "{n}");
        }
        for at in 0..whole {
            let mut odd = bytes[..whole].to_vec();
            odd[at] ^= 0x10;
            assert!(Record::decode(&odd).is_err(), "byte {at}");
        }
    }

    #[test]
    fn the_longest_answer_fits_and_one_more_byte_does_not() {
        for (n, fits) in [(MAX_MESSAGE_BYTES, true), (MAX_MESSAGE_BYTES + 1, false)] {
            let mut bytes = Vec::new();
            record(n).encode(&mut bytes);
            assert_eq!(Record::decode(&bytes).is_ok(), fits);
        }
        assert_eq!(
            Record::decode(&[0; 64]),
            Err(RecordError::Foreign),
            "a block of zeros is no record"
        );
    }
}
