//! The content of a body, field by field: for the few services whose content the gateway
//! needs (inventory, pre-notification, Signed Pre-Commands) beyond what [`crate::read()`] returns.

use crate::Limits;
use crate::read::{decode, refused};
use crate::refusal::{Fault, Refusal, RefusalCode};
use crate::scan::{Ns, Piece, Scan};
use crate::values::trimmed;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Bytes of one field's text, base64 included: more than any Command but a firmware image.
pub const DEFAULT_PAYLOAD_BYTES: usize = 64 * 1024;

/// A field of a body: an element without elements inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyField {
    /// The names from the element in the body on, such as `ReadInventory/DeviceID`.
    pub path: String,
    /// Its text, as XML has it: references resolved, white space unchanged.
    pub text: String,
}

/// Where a message holds a GBCS payload.
const PAYLOADS: [&str; 8] = [
    "SignedPreCommand/GBCSPayload",
    "DeviceAlertMessage/GBCSPayload",
    "ResponseMessage/GBCSPayload",
    "ResponseMessage/PreCommand/GBCSPayload",
    "ResponseMessage/LocalCommand/GBCSPayload",
    "ResponseMessage/DSPScheduledMessage/GBCSPayload",
    "ResponseMessage/FutureDatedDeviceAlertMessage/GBCSPayload",
    "ResponseMessage/CINMessage/GBCSPayload",
];

/// An element that is open.
struct Open {
    /// Bytes of the path before this element's name.
    before: usize,
    text: String,
    inner: bool,
    counts: bool,
}

/// The fields of a message's body in order. Only those of the interface's namespace; the message
/// is one that [`crate::read()`] accepts, or an empty list comes back for what is no body.
///
/// # Errors
/// What is not well-formed or beyond `limits`, and a field of more than `most` bytes.
pub fn body_fields(bytes: &[u8], limits: &Limits, most: usize) -> Result<Vec<BodyField>, Refusal> {
    let (text, skipped) = decode(bytes, limits)?;
    let mut scan = Scan::new(text, limits, ());
    let mut start = 0;
    let mut fields = Vec::new();
    collect(&mut scan, &mut start, most, &mut fields)
        .map_err(|fault| refused(bytes, skipped, &scan, start, fault))?;
    Ok(fields)
}

/// Depth of the element in the body; the root has 1.
const BODY_ELEMENT: usize = 3;

fn collect(
    scan: &mut Scan<'_, ()>,
    start: &mut usize,
    most: usize,
    fields: &mut Vec<BodyField>,
) -> Result<(), Fault> {
    let mut path = String::new();
    let mut open: Vec<Open> = Vec::new();
    loop {
        *start = scan.offset();
        match scan.next()? {
            Piece::Open(ns, name, _) => {
                let depth = open.len() + 1;
                let above = open.last().is_none_or(|o| o.counts);
                let counts =
                    above && ns == Ns::Duis && (depth != BODY_ELEMENT - 1 || name == "Body");
                if let Some(o) = open.last_mut() {
                    o.inner = true;
                }
                let before = path.len();
                if counts && depth >= BODY_ELEMENT {
                    if !path.is_empty() {
                        path.push('/');
                    }
                    path.push_str(name);
                }
                open.push(Open { before, text: String::new(), inner: false, counts });
            }
            Piece::Text(text) => {
                if open.len() >= BODY_ELEMENT
                    && let Some(o) = open.last_mut().filter(|o| o.counts)
                {
                    if o.text.len() + text.len() > most {
                        return Err(Fault::new(
                            RefusalCode::FieldTooLong,
                            format!("more than {most} bytes"),
                        ));
                    }
                    o.text.push_str(&text);
                }
            }
            Piece::Close => {
                if let Some(o) = open.pop() {
                    if o.counts && !o.inner && open.len() + 1 >= BODY_ELEMENT {
                        fields.push(BodyField { path: path.clone(), text: o.text });
                    }
                    path.truncate(o.before);
                }
            }
            Piece::End => return Ok(()),
        }
    }
}

/// The GBCS payload of a message: of a Signed Pre-Command, a device's answer or alert, a
/// Pre-Command, a Command for local delivery; `None` where it has none.
///
/// # Errors
/// As [`body_fields`], and a payload that is not base64 (of `most` bytes of base64 at most).
pub fn gbcs_payload(
    bytes: &[u8],
    limits: &Limits,
    most: usize,
) -> Result<Option<Vec<u8>>, Refusal> {
    let Some(field) =
        body_fields(bytes, limits, most)?.into_iter().find(|f| PAYLOADS.contains(&f.path.as_str()))
    else {
        return Ok(None);
    };
    let bad = || {
        Refusal::at(
            bytes,
            0,
            Fault::new(RefusalCode::BadPayload, format!("{}: not base64", field.path)),
        )
    };
    payload_bytes(&field.text).map(Some).ok_or_else(bad)
}

/// The bytes of a payload's text: base64, which may be broken into lines. `None` where it is not base64.
#[must_use]
pub fn payload_bytes(text: &str) -> Option<Vec<u8>> {
    let joined: Vec<u8> =
        trimmed(text).bytes().filter(|b| !matches!(b, b' ' | b'\t' | b'\r' | b'\n')).collect();
    STANDARD.decode(joined).ok()
}
