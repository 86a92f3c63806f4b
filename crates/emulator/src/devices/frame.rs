//! What goes over the wire between the service and the devices: a length of four bytes, a byte of
//! kind, and the rest. Big-endian.
//!
//! | kind | from | rest |
//! | --- | --- | --- |
//! | `00` hello | both, first | `NBD` and the version, 1 |
//! | `01` Command | service | pace (0 on demand, 1 relaxed, 2 bulk), GBCS message |
//! | `02` Ask | service | key |
//! | `03` alert taken | service | number 8 |
//! | `81` Answer | devices | key, delivered 8, at 8, GBCS message |
//! | `82` no route | devices | key, at 8 |
//! | `83` CommandStatus | devices | key, 0 unknown, 1 executing, or 2, delivered 8, GBCS message |
//! | `84` device alert | devices | number 8, at 8, GBCS message |
//! | `85` power outage | devices | number 8, at 8, hub 8, since 8 |
//!
//! A key is device 8, recipient 8, counter 8, message code 2. Times are µs UTC.

use crate::interface::{CommandStatus, NetworkAlert, NetworkEvent};
use crate::model::Pace;
use northbound_gbcs::{Correlation, limits::MAX_MESSAGE_BYTES};
use northbound_types::Eui64;

/// Bytes of a frame behind its length: the longest message with what goes before it.
pub const MAX_FRAME_BYTES: usize = MAX_MESSAGE_BYTES + 64;
/// Bytes of the length.
pub const LENGTH_BYTES: usize = 4;
/// What both sides say first.
pub const HELLO: [u8; 4] = *b"NBD\x01";

/// What the service says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// First of all.
    Hello,
    /// A Command to take.
    Command {
        /// How much time it has.
        pace: Pace,
        /// GBCS message.
        bytes: Vec<u8>,
    },
    /// What became of it?
    Ask(Correlation),
    /// An alert and all before it are safe.
    AlertTaken(u64),
}

/// A frame that says nothing known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a frame of kind {kind:02X} with {length} bytes: {detail}")]
pub struct FrameError {
    /// Its kind.
    pub kind: u8,
    /// Its length, without the kind.
    pub length: usize,
    /// The fault, in words.
    pub detail: &'static str,
}

fn frame(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length = 1 + parts.iter().map(|p| p.len()).sum::<usize>();
    let mut out = Vec::with_capacity(LENGTH_BYTES + length);
    out.extend((length as u32).to_be_bytes());
    out.push(kind);
    for p in parts {
        out.extend(*p);
    }
    out
}

fn key_bytes(k: &Correlation) -> [u8; KEY_BYTES] {
    let mut out = [0; KEY_BYTES];
    for (i, word) in [k.device.0, k.recipient.0, k.counter].into_iter().enumerate() {
        out[i * 8..i * 8 + 8].copy_from_slice(&word.to_be_bytes());
    }
    out[24..].copy_from_slice(&k.code.to_be_bytes());
    out
}

const KEY_BYTES: usize = 26;

impl Request {
    /// The frame, with its length.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Request::Hello => frame(0x00, &[&HELLO]),
            Request::Command { pace, bytes } => frame(0x01, &[&[*pace as u8], bytes]),
            Request::Ask(key) => frame(0x02, &[&key_bytes(key)]),
            Request::AlertTaken(number) => frame(0x03, &[&number.to_be_bytes()]),
        }
    }

    /// From a frame without its length.
    ///
    /// # Errors
    /// Not a frame of the service.
    pub fn decode(bytes: &[u8]) -> Result<Request, FrameError> {
        let mut r = Reader::new(bytes)?;
        let said = match r.kind {
            0x00 => r.hello().map(|()| Request::Hello)?,
            0x01 => {
                let [pace] = r.take()?;
                let pace =
                    *Pace::ALL.get(usize::from(pace)).ok_or_else(|| r.bad("no such pace"))?;
                return Ok(Request::Command { pace, bytes: r.rest.to_vec() });
            }
            0x02 => Request::Ask(r.key()?),
            0x03 => Request::AlertTaken(r.number()?),
            _ => return Err(r.bad("not of the service")),
        };
        r.end().map(|()| said)
    }
}

/// The devices' hello.
#[must_use]
pub fn hello() -> Vec<u8> {
    Request::Hello.encode()
}

/// Is it a hello?
///
/// # Errors
/// It is none, or one of another version.
pub fn check_hello(bytes: &[u8]) -> Result<(), FrameError> {
    let mut r = Reader::new(bytes)?;
    if r.kind != 0 {
        return Err(r.bad("a connection begins with a hello"));
    }
    r.hello()?;
    r.end()
}

/// The frame of an event, with its length; `None` for those that belong to the connection itself.
#[must_use]
pub fn encode_event(e: &NetworkEvent) -> Option<Vec<u8>> {
    Some(match e {
        NetworkEvent::Connected | NetworkEvent::Disconnected => return None,
        NetworkEvent::Answer { correlation, delivered, at, bytes } => frame(
            0x81,
            &[&key_bytes(correlation), &delivered.to_be_bytes(), &at.to_be_bytes(), bytes],
        ),
        NetworkEvent::NoRoute { correlation, at } => {
            frame(0x82, &[&key_bytes(correlation), &at.to_be_bytes()])
        }
        NetworkEvent::Status { correlation, status } => match status {
            CommandStatus::Unknown => frame(0x83, &[&key_bytes(correlation), &[0]]),
            CommandStatus::Executing => frame(0x83, &[&key_bytes(correlation), &[1]]),
            CommandStatus::Known { delivered, bytes } => {
                frame(0x83, &[&key_bytes(correlation), &[2], &delivered.to_be_bytes(), bytes])
            }
        },
        NetworkEvent::Alert { number, at, alert: NetworkAlert::Device(bytes) } => {
            frame(0x84, &[&number.to_be_bytes(), &at.to_be_bytes(), bytes])
        }
        NetworkEvent::Alert { number, at, alert: NetworkAlert::PowerOutage { hub, since } } => {
            frame(
                0x85,
                &[
                    &number.to_be_bytes(),
                    &at.to_be_bytes(),
                    &hub.0.to_be_bytes(),
                    &since.to_be_bytes(),
                ],
            )
        }
    })
}

/// An event from a frame without its length.
///
/// # Errors
/// Not a frame of the devices.
pub fn decode_event(bytes: &[u8]) -> Result<NetworkEvent, FrameError> {
    let mut r = Reader::new(bytes)?;
    Ok(match r.kind {
        0x81 => NetworkEvent::Answer {
            correlation: r.key()?,
            delivered: r.time()?,
            at: r.time()?,
            bytes: r.rest.to_vec(),
        },
        0x82 => {
            let e = NetworkEvent::NoRoute { correlation: r.key()?, at: r.time()? };
            r.end()?;
            e
        }
        0x83 => {
            let correlation = r.key()?;
            let status = match r.take()? {
                [0] => {
                    r.end()?;
                    CommandStatus::Unknown
                }
                [1] => {
                    r.end()?;
                    CommandStatus::Executing
                }
                [2] => CommandStatus::Known { delivered: r.time()?, bytes: r.rest.to_vec() },
                _ => return Err(r.bad("no known status")),
            };
            NetworkEvent::Status { correlation, status }
        }
        0x84 => NetworkEvent::Alert {
            number: r.number()?,
            at: r.time()?,
            alert: NetworkAlert::Device(r.rest.to_vec()),
        },
        0x85 => {
            let e = NetworkEvent::Alert {
                number: r.number()?,
                at: r.time()?,
                alert: NetworkAlert::PowerOutage { hub: Eui64(r.number()?), since: r.time()? },
            };
            r.end()?;
            e
        }
        _ => return Err(r.bad("not of the devices")),
    })
}

struct Reader<'a> {
    kind: u8,
    length: usize,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Result<Reader<'a>, FrameError> {
        match bytes.split_first() {
            Some((&kind, rest)) => Ok(Reader { kind, length: rest.len(), rest }),
            None => Err(FrameError { kind: 0, length: 0, detail: "an empty frame" }),
        }
    }
    fn bad(&self, detail: &'static str) -> FrameError {
        FrameError { kind: self.kind, length: self.length, detail }
    }
    fn take<const N: usize>(&mut self) -> Result<[u8; N], FrameError> {
        let (piece, rest) =
            self.rest.split_first_chunk::<N>().ok_or_else(|| self.bad("it is cut"))?;
        self.rest = rest;
        Ok(*piece)
    }
    fn number(&mut self) -> Result<u64, FrameError> {
        self.take().map(u64::from_be_bytes)
    }
    fn time(&mut self) -> Result<i64, FrameError> {
        self.take().map(i64::from_be_bytes)
    }
    fn key(&mut self) -> Result<Correlation, FrameError> {
        Ok(Correlation {
            device: Eui64(self.number()?),
            recipient: Eui64(self.number()?),
            counter: self.number()?,
            code: self.take().map(u16::from_be_bytes)?,
        })
    }
    fn hello(&mut self) -> Result<(), FrameError> {
        if self.take()? == HELLO {
            Ok(())
        } else {
            Err(self.bad("not these devices, or another version of them"))
        }
    }
    fn end(&self) -> Result<(), FrameError> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.bad("bytes after its end")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Correlation =
        Correlation { device: Eui64(1), recipient: Eui64(2), counter: 3, code: 0x8004 };

    #[test]
    fn what_the_service_says_is_read_back() {
        for said in [
            Request::Hello,
            Request::Command { pace: Pace::Relaxed, bytes: vec![1, 2] },
            Request::Ask(KEY),
            Request::AlertTaken(7),
        ] {
            let f = said.encode();
            assert_eq!(
                f.len() - LENGTH_BYTES,
                u32::from_be_bytes([f[0], f[1], f[2], f[3]]) as usize
            );
            assert_eq!(Request::decode(&f[LENGTH_BYTES..]), Ok(said.clone()));
            if !matches!(said, Request::Command { .. }) {
                assert!(Request::decode(&f[LENGTH_BYTES..f.len() - 1]).is_err());
                assert!(Request::decode(&[&f[LENGTH_BYTES..], &[0]].concat()).is_err());
            }
        }
        for odd in [&[][..], &[1], &[1, 3], &[9], &[0x81], &[0, b'N', b'B', b'D', 2]] {
            assert!(Request::decode(odd).is_err(), "{odd:?}");
        }
        assert!(
            check_hello(&hello()[LENGTH_BYTES..]).is_ok()
                && check_hello(&Request::AlertTaken(1).encode()[LENGTH_BYTES..]).is_err()
        );
    }

    #[test]
    fn events_are_read_back() {
        for e in [
            NetworkEvent::Answer { correlation: KEY, delivered: -1, at: 5, bytes: vec![9] },
            NetworkEvent::NoRoute { correlation: KEY, at: 5 },
            NetworkEvent::Status { correlation: KEY, status: CommandStatus::Unknown },
            NetworkEvent::Status { correlation: KEY, status: CommandStatus::Executing },
            NetworkEvent::Status {
                correlation: KEY,
                status: CommandStatus::Known { delivered: 4, bytes: vec![] },
            },
            NetworkEvent::Alert {
                number: u64::MAX,
                at: 3,
                alert: NetworkAlert::Device(vec![8; 300]),
            },
            NetworkEvent::Alert {
                number: 1,
                at: 3,
                alert: NetworkAlert::PowerOutage { hub: Eui64(4), since: 2 },
            },
        ] {
            let f = encode_event(&e).unwrap();
            assert_eq!(decode_event(&f[LENGTH_BYTES..]), Ok(e));
            for n in LENGTH_BYTES..LENGTH_BYTES + 16 {
                assert!(decode_event(&f[LENGTH_BYTES..n]).is_err(), "{n}");
            }
        }
        assert_eq!(encode_event(&NetworkEvent::Connected), None);
        assert!(decode_event(&[]).is_err() && decode_event(&[0x01]).is_err());
    }
}
