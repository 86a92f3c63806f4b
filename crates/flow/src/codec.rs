//! The binary form of inputs, effects and state in journal and checkpoints: a byte of version, then
//! postcard. A member of a closed set is written as its index, so new ones come last.

use crate::{core::Core, effect::Effect, event::Event};

/// Version of the form of inputs and effects.
pub const EVENT_VERSION: u8 = 2;
/// Version of the form of the state. A checkpoint of another version is skipped, and the journal
/// replayed.
pub const STATE_VERSION: u8 = 4;

/// Why bytes could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// There are no bytes.
    #[error("no bytes: an input has at least its version")]
    Empty,
    /// A version that this program does not know.
    #[error(
        "version {found} of the binary form; this program reads version {known}: use the program that wrote it"
    )]
    Version {
        /// The version found.
        found: u8,
        /// The version that this program reads.
        known: u8,
    },
    /// The bytes are not of that version's form.
    #[error("damaged: {0}")]
    Damaged(#[source] postcard::Error),
    /// There are more bytes than the value takes.
    #[error("damaged: {0} bytes are left over")]
    LeftOver(usize),
    /// The value cannot be written.
    #[error("cannot be written: {0}")]
    Write(#[source] postcard::Error),
}

fn encode<T: serde::Serialize>(
    version: u8,
    value: &T,
    mut into: Vec<u8>,
) -> Result<Vec<u8>, CodecError> {
    into.push(version);
    postcard::to_extend(value, into).map_err(CodecError::Write)
}

fn decode<'b, T: serde::Deserialize<'b>>(known: u8, bytes: &'b [u8]) -> Result<T, CodecError> {
    let (&found, rest) = bytes.split_first().ok_or(CodecError::Empty)?;
    if found != known {
        return Err(CodecError::Version { found, known });
    }
    let (value, left) = postcard::take_from_bytes(rest).map_err(CodecError::Damaged)?;
    if left.is_empty() { Ok(value) } else { Err(CodecError::LeftOver(left.len())) }
}

/// Appends an input in the journal's form to `into`.
///
/// # Errors
/// [`CodecError::Write`].
pub fn encode_event(event: &Event, into: Vec<u8>) -> Result<Vec<u8>, CodecError> {
    encode(EVENT_VERSION, event, into)
}

/// Reads an input.
///
/// # Errors
/// Where the bytes are not of this version.
pub fn decode_event(bytes: &[u8]) -> Result<Event, CodecError> {
    decode(EVENT_VERSION, bytes)
}

/// Appends an effect in binary form to `into`.
///
/// # Errors
/// [`CodecError::Write`].
pub fn encode_effect(effect: &Effect, into: Vec<u8>) -> Result<Vec<u8>, CodecError> {
    encode(EVENT_VERSION, effect, into)
}

/// Reads an effect.
///
/// # Errors
/// Where the bytes are not of this version.
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
/// Where the bytes are not of this version.
pub fn decode_state(bytes: &[u8]) -> Result<Core, CodecError> {
    decode(STATE_VERSION, bytes)
}
