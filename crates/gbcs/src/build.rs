//! A message to bytes.

use crate::{
    error::{ErrorCode, GbcsError},
    length::{length_bytes, write_length},
    limits::{DATE_TIME_BYTES, MAC_BYTES, MAX_LENGTH, MAX_MESSAGE_BYTES, SIGNATURE_BYTES},
    message::{Message, Signature},
    parse::{MAC_START, SECURITY, START, TRANSACTION},
};

/// Writes a message, with its MAC header where it has a MAC. [`crate::parse()`] reads the same back.
///
/// # Errors
/// `too-large` or `part-length` for parts beyond [`crate::limits`]; `signature-missing` for a MAC
/// without a signature part.
pub fn build(m: &Message<'_>) -> Result<Vec<u8>, GbcsError> {
    m.supplementary.check()?;
    if m.content.len() > MAX_LENGTH {
        return Err(GbcsError::new(
            ErrorCode::TooLarge,
            0,
            format!("content of {} bytes, at most {MAX_LENGTH}", m.content.len()),
        ));
    }
    let Some(mac) = m.mac else {
        if body_bytes(m) > MAX_MESSAGE_BYTES {
            return Err(GbcsError::new(
                ErrorCode::TooLarge,
                0,
                format!("a message of {} bytes, at most {MAX_MESSAGE_BYTES}", body_bytes(m)),
            ));
        }
        let mut out = Vec::with_capacity(body_bytes(m));
        body(m, &mut out)?;
        return Ok(out);
    };
    if m.signature == Signature::Absent {
        return Err(GbcsError::new(
            ErrorCode::SignatureMissing,
            0,
            "a message with a MAC has a signature part, at least 00",
        ));
    }
    let rest = SECURITY.len() + body_bytes(m) + MAC_BYTES;
    let mut out = Vec::with_capacity(MAC_START.len() + length_bytes(rest) + rest);
    out.extend(MAC_START);
    write_length(&mut out, rest, "message with its MAC")?;
    out.extend(SECURITY);
    body(m, &mut out)?;
    out.extend(mac);
    Ok(out)
}

/// Bytes from `DF` to the end of the signature part.
fn body_bytes(m: &Message<'_>) -> usize {
    let other = 2 + m.supplementary.len();
    let signature = match m.signature {
        Signature::Absent => 0,
        Signature::Empty => 1,
        Signature::Signed(_) => 1 + SIGNATURE_BYTES,
    };
    2 + 9
        + 9
        + 9
        + 1
        + m.date_time.map_or(0, |d| d.len())
        + length_bytes(other)
        + other
        + length_bytes(m.content.len())
        + m.content.len()
        + signature
}

fn body(m: &Message<'_>, out: &mut Vec<u8>) -> Result<(), GbcsError> {
    out.extend([START, TRANSACTION, m.cra.byte()]);
    out.extend(m.counter.to_be_bytes());
    for eui in [m.originator, m.recipient] {
        out.push(8);
        out.extend(eui.0.to_be_bytes());
    }
    match m.date_time {
        None => out.push(0),
        Some(d) => {
            out.push(DATE_TIME_BYTES as u8);
            out.extend(d);
        }
    }
    write_length(out, 2 + m.supplementary.len(), "other information")?;
    out.extend(m.code.to_be_bytes());
    m.supplementary.write(out);
    write_length(out, m.content.len(), "content")?;
    out.extend(m.content);
    match m.signature {
        Signature::Absent => {}
        Signature::Empty => out.push(0),
        Signature::Signed(s) => {
            out.push(SIGNATURE_BYTES as u8);
            out.extend(s);
        }
    }
    Ok(())
}
