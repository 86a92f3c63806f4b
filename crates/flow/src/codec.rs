//! The binary form of inputs, effects and state: a byte of version, then postcard. Journal and
//! checkpoints hold it. A member of a closed set stands by its place, so new ones come last.

use crate::{core::Core, effect::Effect, event::Event};

/// Version of the form of inputs and effects.
pub const EVENT_VERSION: u8 = 2;
/// Version of the form of the state. A checkpoint of another version is not read: the journal is.
pub const STATE_VERSION: u8 = 2;

/// Bytes that are not what they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// Nothing at all.
    #[error("no bytes: an input has at least its version")]
    Empty,
    /// A version that this program does not know.
    #[error(
        "version {found} of the binary form; this program reads version {known}: use the program that wrote it"
    )]
    Version {
        /// As found.
        found: u8,
        /// As known.
        known: u8,
    },
    /// Not the form of that version.
    #[error("damaged: {0}")]
    Damaged(String),
    /// Could not be written; a length that postcard cannot hold.
    #[error("cannot be written: {0}")]
    Write(String),
}

fn encode<T: serde::Serialize>(
    version: u8,
    value: &T,
    mut into: Vec<u8>,
) -> Result<Vec<u8>, CodecError> {
    into.push(version);
    postcard::to_extend(value, into).map_err(|e| CodecError::Write(e.to_string()))
}

fn decode<'b, T: serde::Deserialize<'b>>(known: u8, bytes: &'b [u8]) -> Result<T, CodecError> {
    let (&found, rest) = bytes.split_first().ok_or(CodecError::Empty)?;
    if found != known {
        return Err(CodecError::Version { found, known });
    }
    let (value, left) =
        postcard::take_from_bytes(rest).map_err(|e| CodecError::Damaged(e.to_string()))?;
    if left.is_empty() {
        Ok(value)
    } else {
        Err(CodecError::Damaged(format!("{} bytes are left over", left.len())))
    }
}

/// An input as it stands in the journal, appended to `into`.
///
/// # Errors
/// [`CodecError::Write`].
pub fn encode_event(event: &Event, into: Vec<u8>) -> Result<Vec<u8>, CodecError> {
    encode(EVENT_VERSION, event, into)
}

/// Reads an input.
///
/// # Errors
/// Where the bytes are none of this version.
pub fn decode_event(bytes: &[u8]) -> Result<Event, CodecError> {
    decode(EVENT_VERSION, bytes)
}

/// An effect in binary form, appended to `into`.
///
/// # Errors
/// [`CodecError::Write`].
pub fn encode_effect(effect: &Effect, into: Vec<u8>) -> Result<Vec<u8>, CodecError> {
    encode(EVENT_VERSION, effect, into)
}

/// Reads an effect.
///
/// # Errors
/// Where the bytes are none of this version.
pub fn decode_effect(bytes: &[u8]) -> Result<Effect, CodecError> {
    decode(EVENT_VERSION, bytes)
}

/// The whole state, for a checkpoint.
///
/// # Errors
/// [`CodecError::Write`].
pub fn encode_state(flow: &Core) -> Result<Vec<u8>, CodecError> {
    encode(STATE_VERSION, flow, Vec::new())
}

/// Reads a state.
///
/// # Errors
/// Where the bytes are none of this version.
pub fn decode_state(bytes: &[u8]) -> Result<Core, CodecError> {
    decode(STATE_VERSION, bytes)
}
