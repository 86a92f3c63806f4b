//! MACs: a key from what two parties have in common and from the message's header, then
//! AES-128-GCM over nothing, with the message as additional data.
//!
//! Whose secret: for a Command that of the Access Control Broker and the device, whoever the
//! originator is; for a response or an alert that of its recipient and the device.

use crate::{
    build::build,
    error::{ErrorCode, GbcsError},
    keys::SharedSecret,
    limits::MAC_BYTES,
    message::{Message, Signature},
    parse::{Parsed, parse},
};
use aws_lc_rs::{aead, constant_time::verify_slices_are_equal, digest};

/// The algorithm's name in the derivation: AES-128-GCM.
const ALGORITHM: [u8; 7] = [0x60, 0x85, 0x74, 0x06, 0x08, 0x03, 0x00];
/// Additional data before the message: the security byte and five zeros.
const PREFIX: [u8; 6] = [0x11, 0, 0, 0, 0, 0];

/// Adds a MAC to a message: the bytes to send.
///
/// # Errors
/// As [`build`].
pub fn with_mac(secret: &SharedSecret, m: &Message<'_>) -> Result<Vec<u8>, GbcsError> {
    let signature = if m.signature == Signature::Absent { Signature::Empty } else { m.signature };
    let plain = Message { signature, mac: None, ..*m };
    let body = build(&plain)?;
    build(&Message { mac: Some(mac(secret, &plain, &body)?), ..plain })
}

/// Verifies the MAC of a message.
///
/// # Errors
/// `bad-mac` where it has none or it does not verify.
pub fn verify(secret: &SharedSecret, p: &Parsed<'_>) -> Result<(), GbcsError> {
    let Some(found) = p.message.mac else {
        return Err(GbcsError::new(ErrorCode::BadMac, 0, "the message has no MAC"));
    };
    let right = mac(secret, &p.message, p.body)?;
    verify_slices_are_equal(&found, &right).map_err(|_| {
        GbcsError::new(ErrorCode::BadMac, 0, "the MAC is not of these keys over this message")
    })
}

/// Reads a message and verifies its MAC.
///
/// # Errors
/// As [`parse`] and [`verify`].
pub fn parse_verified<'a>(secret: &SharedSecret, bytes: &'a [u8]) -> Result<Parsed<'a>, GbcsError> {
    let p = parse(bytes)?;
    verify(secret, &p)?;
    Ok(p)
}

fn mac(secret: &SharedSecret, m: &Message<'_>, body: &[u8]) -> Result<[u8; MAC_BYTES], GbcsError> {
    let failed = |_| GbcsError::new(ErrorCode::BadMac, 0, "the MAC cannot be computed");
    let key = aead::UnboundKey::new(&aead::AES_128_GCM, &key(secret, m)).map_err(failed)?;
    let mut nonce = [0; 12];
    nonce[..8].copy_from_slice(&m.originator.0.to_be_bytes());
    let data = [&PREFIX, body].concat();
    let tag = aead::LessSafeKey::new(key)
        .seal_in_place_separate_tag(
            aead::Nonce::assume_unique_for_key(nonce),
            aead::Aad::from(data),
            &mut [],
        )
        .map_err(failed)?;
    let mut mac = [0; MAC_BYTES];
    // The first twelve of sixteen bytes.
    mac.copy_from_slice(&tag.as_ref()[..MAC_BYTES]);
    Ok(mac)
}

/// The first 16 bytes of SHA-256 over counter 1, the secret, and the header's parties and numbers.
/// A nonce of one originator would repeat; the key does not, since it holds the counter.
fn key(secret: &SharedSecret, m: &Message<'_>) -> [u8; 16] {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(&[0, 0, 0, 1]);
    context.update(&secret.0);
    context.update(&ALGORITHM);
    context.update(&m.originator.0.to_be_bytes());
    context.update(&[9, m.cra.byte()]);
    context.update(&m.counter.to_be_bytes());
    context.update(&m.recipient.0.to_be_bytes());
    let mut key = [0; 16];
    key.copy_from_slice(&context.finish().as_ref()[..16]);
    key
}
