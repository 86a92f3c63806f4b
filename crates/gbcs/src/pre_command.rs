//! Pre-Commands (Command Variant 4) and Signed Pre-Commands (5 to 7).
//!
//! A Pre-Command is a Command without MAC header and signature. The User signs the bytes after its
//! leading `DF` to the end of the content, and sends it back with `40`, r and s. Clients accept a
//! Pre-Command that ends with its content and one that ends with `00`; this crate issues the
//! second, which is the specified form.

use crate::{
    build::build,
    error::{ErrorCode, GbcsError},
    limits::SIGNATURE_BYTES,
    message::{Cra, Message, Signature},
    parse::{Parsed, parse},
};

/// The bytes to issue: the Command without MAC, its signature of length zero.
///
/// # Errors
/// `not-pre-command` for a response or an alert; else as [`build`].
pub fn issue(command: &Message<'_>) -> Result<Vec<u8>, GbcsError> {
    if command.cra != Cra::Command {
        return Err(not(0, format!("a {} is no Pre-Command", command.cra)));
    }
    build(&Message { signature: Signature::Empty, mac: None, ..*command })
}

/// The bytes that the User signs.
///
/// # Errors
/// `not-pre-command` where the bytes are no Command, or carry a MAC or a signature already; else as [`parse`].
pub fn to_sign(pre_command: &[u8]) -> Result<&[u8], GbcsError> {
    Ok(unsigned(pre_command)?.signed)
}

/// Appends a signature, in place of the final `00` where there is one.
///
/// # Errors
/// As [`to_sign`].
pub fn sign_with(
    pre_command: &[u8],
    signature: &[u8; SIGNATURE_BYTES],
) -> Result<Vec<u8>, GbcsError> {
    let signed = unsigned(pre_command)?.signed;
    let mut out = pre_command[..1 + signed.len()].to_vec();
    out.push(SIGNATURE_BYTES as u8);
    out.extend(signature);
    Ok(out)
}

/// Takes the signature off: the Pre-Command that was signed, ending with its content.
///
/// # Errors
/// `not-pre-command` where the bytes are no Command or carry a MAC; else as [`parse`].
pub fn without_signature(signed: &[u8]) -> Result<&[u8], GbcsError> {
    let p = command(signed)?;
    Ok(&signed[..1 + p.signed.len()])
}

/// Checks that a Signed Pre-Command is, byte for byte before its signature, the Pre-Command that
/// was issued, and that it is signed. The signature itself is not verified here.
///
/// # Errors
/// `not-as-issued` with the first byte that differs; `signature-missing`; else as [`parse`].
pub fn check_as_issued<'a>(issued: &[u8], signed: &'a [u8]) -> Result<Parsed<'a>, GbcsError> {
    let before = without_signature(issued)?;
    let found = without_signature(signed)?;
    if before != found {
        let at = before
            .iter()
            .zip(found)
            .position(|(a, b)| a != b)
            .unwrap_or(before.len().min(found.len()));
        return Err(GbcsError::new(
            ErrorCode::NotAsIssued,
            at,
            "differs from the Pre-Command that was issued for this RequestID",
        ));
    }
    let p = parse(signed)?;
    match p.message.signature {
        Signature::Signed(_) => Ok(p),
        Signature::Absent | Signature::Empty => Err(GbcsError::new(
            ErrorCode::SignatureMissing,
            found.len(),
            "a Signed Pre-Command ends with 40 and 64 bytes of signature",
        )),
    }
}

fn not(offset: usize, detail: impl Into<String>) -> GbcsError {
    GbcsError::new(ErrorCode::NotPreCommand, offset, detail)
}

fn command(bytes: &[u8]) -> Result<Parsed<'_>, GbcsError> {
    let p = parse(bytes)?;
    if p.message.mac.is_some() {
        return Err(not(0, "it carries a MAC; a Pre-Command begins with DF"));
    }
    if p.message.cra != Cra::Command {
        return Err(not(2, format!("a {} is no Pre-Command", p.message.cra)));
    }
    Ok(p)
}

fn unsigned(bytes: &[u8]) -> Result<Parsed<'_>, GbcsError> {
    let p = command(bytes)?;
    match p.message.signature {
        Signature::Signed(_) => Err(not(1 + p.signed.len(), "it is signed already")),
        Signature::Absent | Signature::Empty => Ok(p),
    }
}
