//! Bytes to a message.

use crate::{
    error::{ErrorCode, GbcsError},
    length::Cursor,
    limits::{DATE_TIME_BYTES, MAC_BYTES, MAX_MESSAGE_BYTES, MAX_OTHER_BYTES, SIGNATURE_BYTES},
    message::{Cra, Message, Signature, Supplementary},
};
use northbound_types::Eui64;

/// `DD` and the six zeros of an unsegmented message.
pub(crate) const MAC_START: [u8; 7] = [0xDD, 0, 0, 0, 0, 0, 0];
/// Security byte and invocation counter, after the MAC header's length.
pub(crate) const SECURITY: [u8; 5] = [0x11, 0, 0, 0, 0];
/// First byte of the message proper, which a User's signature does not cover.
pub(crate) const START: u8 = 0xDF;
/// Length byte of the transaction id: CRA and counter.
pub(crate) const TRANSACTION: u8 = 9;

/// A message with the bytes that others sign and authenticate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parsed<'a> {
    /// The message.
    pub message: Message<'a>,
    /// From `DF` to the end of the signature part: what a MAC covers, behind a fixed prefix.
    pub body: &'a [u8],
    /// From after `DF` to the end of the content: what a signature covers.
    pub signed: &'a [u8],
}

/// Reads one message to its last byte.
///
/// # Errors
/// A code and the place; `segmented` for a block of a segmented message, whose format is another.
pub fn parse(bytes: &[u8]) -> Result<Parsed<'_>, GbcsError> {
    let mut c = Cursor::new(bytes);
    if bytes.len() > MAX_MESSAGE_BYTES {
        return Err(c.fail(
            ErrorCode::TooLarge,
            format!("{} bytes, at most {MAX_MESSAGE_BYTES}", bytes.len()),
        ));
    }
    let with_mac = match bytes.first() {
        None => return Err(c.fail(ErrorCode::Truncated, "no bytes")),
        Some(&0xDD) => {
            mac_header(&mut c, bytes)?;
            true
        }
        Some(&START) => false,
        Some(b) => {
            return Err(c.fail(
                ErrorCode::UnknownStart,
                format!("{b:02X}; a message begins with DD or DF"),
            ));
        }
    };
    let from = c.at;
    let mut message = header(&mut c)?;
    let length = c.length("content length")?;
    message.content = c.take(length, "content")?;
    let content_end = c.at;
    message.signature = signature(&mut c, with_mac)?;
    let body = &bytes[from..c.at];
    if with_mac {
        message.mac = Some(c.array::<MAC_BYTES>("MAC")?);
    }
    if c.left() > 0 {
        return Err(c.fail(
            ErrorCode::Trailing,
            format!("{} bytes after the end of the message", c.left()),
        ));
    }
    Ok(Parsed { message, body, signed: &bytes[from + 1..content_end] })
}

fn mac_header(c: &mut Cursor<'_>, bytes: &[u8]) -> Result<(), GbcsError> {
    // A second byte of zero is a title of no length. Segmented messages carry something there.
    if bytes.get(1).is_some_and(|&b| b != 0) {
        return Err(GbcsError::new(
            ErrorCode::Segmented,
            1,
            format!("DD {:02X} begins a block of a segmented message, which is not read", bytes[1]),
        ));
    }
    c.fixed(&MAC_START, "MAC header")?;
    let at = c.at;
    let length = c.length("MAC header's length")?;
    if length > c.left() {
        return Err(GbcsError::new(
            ErrorCode::Truncated,
            bytes.len(),
            format!(
                "the MAC header announces {length} bytes from byte {}, {} are left",
                c.at,
                c.left()
            ),
        ));
    }
    if length < c.left() {
        return Err(GbcsError::new(
            ErrorCode::MacLength,
            at,
            format!("the MAC header announces {length} bytes, {} follow", c.left()),
        ));
    }
    c.fixed(&SECURITY, "security byte and invocation counter")
}

fn header<'a>(c: &mut Cursor<'a>) -> Result<Message<'a>, GbcsError> {
    c.fixed(&[START, TRANSACTION], "header")?;
    let at = c.at;
    let cra = c.byte("CRA")?;
    let cra = Cra::from_byte(cra).ok_or_else(|| {
        GbcsError::new(
            ErrorCode::UnknownCra,
            at,
            format!("{cra:02X}; 01 Command, 02 Response, 03 Alert"),
        )
    })?;
    let counter = c.u64("originator counter")?;
    c.fixed(&[8], "length of the originator")?;
    let originator = Eui64(c.u64("originator")?);
    c.fixed(&[8], "length of the recipient")?;
    let recipient = Eui64(c.u64("recipient")?);
    let date_time = date_time(c)?;
    let (code, supplementary) = other(c)?;
    Ok(Message {
        cra,
        counter,
        originator,
        recipient,
        date_time,
        code,
        supplementary,
        content: &[],
        signature: Signature::Absent,
        mac: None,
    })
}

fn date_time(c: &mut Cursor<'_>) -> Result<Option<[u8; DATE_TIME_BYTES]>, GbcsError> {
    let at = c.at;
    match usize::from(c.byte("length of the date-time")?) {
        0 => Ok(None),
        DATE_TIME_BYTES => Ok(Some(c.array("date-time")?)),
        n => Err(GbcsError::new(
            ErrorCode::PartLength,
            at,
            format!("a date-time of {n} bytes; none or {DATE_TIME_BYTES}"),
        )),
    }
}

fn other<'a>(c: &mut Cursor<'a>) -> Result<(u16, Supplementary<'a>), GbcsError> {
    let at = c.at;
    let length = c.length("length of the other information")?;
    if !(2..=MAX_OTHER_BYTES).contains(&length) {
        return Err(GbcsError::new(
            ErrorCode::PartLength,
            at,
            format!(
                "other information of {length} bytes; from 2 (the message code) to {MAX_OTHER_BYTES}"
            ),
        ));
    }
    // All of it must be there before any of it is read, so that a cut message is reported as cut.
    let mut part = Cursor::new(c.take(length, "other information")?);
    let code = part.u16("message code")?;
    Ok((code, Supplementary::read(part.take(length - 2, "supplementary fields")?)))
}

fn signature<'a>(c: &mut Cursor<'a>, with_mac: bool) -> Result<Signature<'a>, GbcsError> {
    if c.left() == 0 && !with_mac {
        return Ok(Signature::Absent);
    }
    if with_mac && c.left() == MAC_BYTES {
        return Err(c.fail(
            ErrorCode::SignatureMissing,
            "a MAC follows the content at once; the signature part is at least 00",
        ));
    }
    let at = c.at;
    match c.length("length of the signature")? {
        0 => Ok(Signature::Empty),
        SIGNATURE_BYTES => {
            let bytes = c.take(SIGNATURE_BYTES, "signature")?;
            bytes
                .try_into()
                .map(Signature::Signed)
                .map_err(|_| GbcsError::new(ErrorCode::PartLength, at, "signature"))
        }
        n => Err(GbcsError::new(
            ErrorCode::PartLength,
            at,
            format!("a signature of {n} bytes; none or {SIGNATURE_BYTES}"),
        )),
    }
}
