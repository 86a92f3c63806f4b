//! A message, read or to be written.

use crate::{
    error::{ErrorCode, GbcsError},
    limits,
};
use northbound_types::{Eui64, text_enum};

text_enum! {
    /// What a message is.
    pub enum Cra("kind of GBCS message") {
        /// To a device.
        Command = "command",
        /// A device's answer to a Command.
        Response = "response",
        /// A device's own message.
        Alert = "alert",
    }
}

impl Cra {
    /// The byte of the header.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Cra::Command => 1,
            Cra::Response => 2,
            Cra::Alert => 3,
        }
    }
    /// From the byte of the header.
    #[must_use]
    pub const fn from_byte(b: u8) -> Option<Cra> {
        match b {
            1 => Some(Cra::Command),
            2 => Some(Cra::Response),
            3 => Some(Cra::Alert),
            _ => None,
        }
    }
}

/// What follows the message code. A response returns it unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Supplementary<'a> {
    /// Nothing: by far the most common.
    None,
    /// A remote party.
    Party {
        /// Its EUI-64.
        id: Eui64,
    },
    /// A remote party and its counter: how the service's own Commands name the User and the
    /// RequestID's counter.
    PartyCounter {
        /// Its EUI-64.
        id: Eui64,
        /// Its counter.
        counter: u64,
    },
    /// Both, and the originator's counter.
    PartyCounters {
        /// Its EUI-64.
        id: Eui64,
        /// Its counter.
        counter: u64,
        /// The originator's counter.
        originator_counter: u64,
    },
    /// Anything else (a key-agreement certificate, say), carried as bytes. Never of the length of
    /// one of the above.
    Opaque(&'a [u8]),
}

impl<'a> Supplementary<'a> {
    /// From the bytes after the message code.
    #[must_use]
    pub fn read(bytes: &'a [u8]) -> Supplementary<'a> {
        let word =
            |i: usize| bytes[i * 8..i * 8 + 8].iter().fold(0u64, |n, &b| n << 8 | u64::from(b));
        match bytes.len() {
            0 => Supplementary::None,
            8 => Supplementary::Party { id: Eui64(word(0)) },
            16 => Supplementary::PartyCounter { id: Eui64(word(0)), counter: word(1) },
            24 => Supplementary::PartyCounters {
                id: Eui64(word(0)),
                counter: word(1),
                originator_counter: word(2),
            },
            _ => Supplementary::Opaque(bytes),
        }
    }

    /// How many bytes it takes.
    #[must_use]
    pub fn len(self) -> usize {
        match self {
            Supplementary::None => 0,
            Supplementary::Party { .. } => 8,
            Supplementary::PartyCounter { .. } => 16,
            Supplementary::PartyCounters { .. } => 24,
            Supplementary::Opaque(b) => b.len(),
        }
    }

    /// Is there nothing?
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    pub(crate) fn write(self, out: &mut Vec<u8>) {
        match self {
            Supplementary::None => {}
            Supplementary::Party { id } => out.extend(id.0.to_be_bytes()),
            Supplementary::PartyCounter { id, counter } => {
                [id.0, counter].map(u64::to_be_bytes).iter().for_each(|b| out.extend(b))
            }
            Supplementary::PartyCounters { id, counter, originator_counter } => {
                [id.0, counter, originator_counter]
                    .map(u64::to_be_bytes)
                    .iter()
                    .for_each(|b| out.extend(b))
            }
            Supplementary::Opaque(b) => out.extend(b),
        }
    }

    /// An opaque part of the length of a known one would be read back as that one.
    pub(crate) fn check(self) -> Result<(), GbcsError> {
        let bad = |detail: String| Err(GbcsError::new(ErrorCode::PartLength, 0, detail));
        if 2 + self.len() > limits::MAX_OTHER_BYTES {
            return bad(format!(
                "supplementary fields of {} bytes, at most {}",
                self.len(),
                limits::MAX_OTHER_BYTES - 2
            ));
        }
        match self {
            Supplementary::Opaque(b) if matches!(b.len(), 0 | 8 | 16 | 24) => bad(format!(
                "opaque supplementary fields of {} bytes: use the variant of that length",
                b.len()
            )),
            _ => Ok(()),
        }
    }
}

/// The signature part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature<'a> {
    /// The message ends with its content: one of the two forms of a Pre-Command.
    Absent,
    /// A length of zero.
    Empty,
    /// r and s, 64 bytes.
    Signed(&'a [u8; limits::SIGNATURE_BYTES]),
}

/// A message without its MAC header, which follows from the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    /// Command, response or alert.
    pub cra: Cra,
    /// The originator's counter.
    pub counter: u64,
    /// The sender.
    pub originator: Eui64,
    /// Whom it is for.
    pub recipient: Eui64,
    /// Date and time in the twelve bytes of DLMS, where given. Not opened.
    pub date_time: Option<[u8; limits::DATE_TIME_BYTES]>,
    /// Message code: which use case.
    pub code: u16,
    /// What follows the message code.
    pub supplementary: Supplementary<'a>,
    /// The use case's content.
    pub content: &'a [u8],
    /// The signature part.
    pub signature: Signature<'a>,
    /// The MAC; with it goes the MAC header.
    pub mac: Option<[u8; limits::MAC_BYTES]>,
}
