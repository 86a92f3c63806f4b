//! Reads one message: bytes to pieces to the fields of a request or a response.

use crate::message::Message;
use crate::refusal::{Fault, Refusal, RefusalCode, quoted};
use crate::request::RequestFields;
use crate::response::ResponseFields;
use crate::scan::{Ns, Observer, Piece, Scan, is_xml_char};
use crate::values::trimmed;
use crate::{Limits, Services};

/// An open element.
#[derive(Debug)]
pub(crate) struct Step<'a> {
    pub ns: Ns,
    pub name: &'a str,
}

/// What is wanted of an element that opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    /// Its children, nothing of its text (there must be none).
    Children,
    /// Its text, up to so many bytes; there must be no children.
    Text(usize),
    /// Nothing: whatever is inside is passed over.
    Nothing,
}

/// Takes the elements of one kind of message. `path` holds the open elements, the root first.
pub(crate) trait Fields {
    fn open(&mut self, path: &[Step<'_>], limits: &Limits) -> Result<Want, Fault>;
    fn value(&mut self, path: &[Step<'_>], text: &str, limits: &Limits) -> Result<(), Fault>;
    /// The bytes of the signature.
    fn signature(&mut self, from: usize, to: usize);
    /// The most bytes that the message may have, as far as is known by now; `None` while unknown.
    fn most_bytes(&self, limits: &Limits) -> Option<usize>;
}

/// The fields of a whole message.
pub(crate) trait MessageFields: Fields {
    fn finish(self: Box<Self>, services: &Services) -> Result<Message, Fault>;
}

/// Reads one message.
///
/// # Errors
/// A [`Refusal`] with a stable code and its place, for anything that is not a message of the
/// interface within `limits` or does not fit the catalogue `services`.
pub fn read(bytes: &[u8], limits: &Limits, services: &Services) -> Result<Message, Refusal> {
    let (text, skipped) = decode(bytes, limits)?;
    read_message(&mut Scan::new(text, limits, ()), bytes, skipped, limits, services)
}

/// Reads the pieces of `scan`, which are in `bytes` after the first `skipped` of them, as one message.
pub(crate) fn read_message<T: Observer>(
    scan: &mut Scan<'_, T>,
    bytes: &[u8],
    skipped: usize,
    limits: &Limits,
    services: &Services,
) -> Result<Message, Refusal> {
    let make = |root: Root, version: String| -> Box<dyn MessageFields> {
        match root {
            Root::Request => Box::new(RequestFields::new(version)),
            Root::Response => Box::new(ResponseFields::new(version)),
        }
    };
    let mut start = 0;
    drive(scan, &mut start, bytes.len(), limits, make)
        .and_then(|fields| fields.finish(services))
        .map_err(|fault| refused(bytes, skipped, scan, start, fault))
}

/// The refusal of what began at `start`.
pub(crate) fn refused<T: Observer>(
    bytes: &[u8],
    skipped: usize,
    scan: &Scan<'_, T>,
    start: usize,
    fault: Fault,
) -> Refusal {
    // The reader knows the place of what is ill-formed better than the start of the piece.
    let offset = if fault.code == RefusalCode::NotWellFormed {
        scan.error_offset().max(start)
    } else {
        start
    };
    Refusal::at(bytes, offset + skipped, fault)
}

/// The text without its byte order mark, and how many bytes that mark had.
pub(crate) fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<(&'a str, usize), Refusal> {
    let largest = limits.largest();
    if bytes.len() > largest {
        return Err(Refusal::at(
            bytes,
            largest,
            Fault::new(
                RefusalCode::TooLarge,
                format!("{} bytes; no message has more than {largest}", bytes.len()),
            ),
        ));
    }
    let text = std::str::from_utf8(bytes).map_err(|e| {
        Refusal::at(bytes, e.valid_up_to(), Fault::new(RefusalCode::NotUtf8, "only UTF-8 is read"))
    })?;
    // In ASCII only control characters are not allowed; of the rest, only some that begin with EF.
    let doubtful = bytes.iter().fold(false, |d, &b| {
        d | ((b < 0x20) & (b != b'\n') & (b != b'\r') & (b != b'\t')) | (b == 0xEF)
    });
    if doubtful && let Some((at, c)) = text.char_indices().find(|&(_, c)| !is_xml_char(c)) {
        let fault = Fault::new(
            RefusalCode::NotWellFormed,
            format!("character U+{:04X} is not allowed in XML", u32::from(c)),
        );
        return Err(Refusal::at(bytes, at, fault));
    }
    Ok(text.strip_prefix('\u{FEFF}').map_or((text, 0), |t| (t, bytes.len() - t.len())))
}

/// Text being collected, for the element at this depth.
struct Keeping {
    depth: usize,
    most: usize,
    text: String,
}

/// Where the reading of a message is: open elements, what is wanted of each, and the fields so far.
struct Progress<'s, F: Fields + ?Sized> {
    path: Vec<Step<'s>>,
    wants: Vec<Want>,
    fields: Option<Box<F>>,
    keeping: Option<Keeping>,
    signature_from: Option<usize>,
}

impl<'s, F: Fields + ?Sized> Progress<'s, F> {
    fn open(
        &mut self,
        (ns, name, version): (Ns, &'s str, Option<String>),
        from: usize,
        limits: &Limits,
        make: impl Fn(Root, String) -> Box<F>,
    ) -> Result<(), Fault> {
        if self.keeping.is_some() {
            return Err(Fault::new(
                RefusalCode::UnexpectedElement,
                format!("{} inside a field", quoted(name)),
            ));
        }
        if self.path.is_empty() {
            let (kind, version) = root(ns, name, version.as_deref(), limits)?;
            self.fields = Some(make(kind, version));
        }
        let is_signature = self.path.len() == 1 && ns == Ns::Signature;
        self.path.push(Step { ns, name });
        let want = match &mut self.fields {
            Some(f) if self.wants.last() != Some(&Want::Nothing) => f.open(&self.path, limits)?,
            _ => Want::Nothing,
        };
        self.wants.push(want);
        if let Want::Text(most) = want {
            self.keeping = Some(Keeping { depth: self.path.len(), most, text: String::new() });
        }
        if is_signature {
            self.signature_from = Some(from);
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Fault> {
        match (&mut self.keeping, self.wants.last()) {
            (Some(k), _) => {
                if k.text.len() + text.len() > k.most {
                    return Err(Fault::new(
                        RefusalCode::FieldTooLong,
                        format!("more than {} bytes", k.most),
                    ));
                }
                k.text.push_str(text);
                Ok(())
            }
            (None, Some(Want::Children)) if !trimmed(text).is_empty() => {
                Err(Fault::new(RefusalCode::UnexpectedText, quoted(trimmed(text))))
            }
            _ => Ok(()),
        }
    }

    /// `end` is the offset behind the closing tag.
    fn close(&mut self, end: usize, limits: &Limits) -> Result<(), Fault> {
        if let Some(k) = self.keeping.take_if(|k| k.depth == self.path.len())
            && let Some(f) = self.fields.as_mut()
        {
            f.value(&self.path, &k.text, limits)?;
        }
        self.path.pop();
        self.wants.pop();
        if self.path.len() == 1
            && let (Some(from), Some(f)) = (self.signature_from.take(), self.fields.as_mut())
        {
            f.signature(from, end);
        }
        Ok(())
    }
}

/// Reads to the end and returns the fields, made for the root that was found. `start` is the offset
/// of the piece that was read last.
pub(crate) fn drive<F: Fields + ?Sized, T: Observer>(
    scan: &mut Scan<'_, T>,
    start: &mut usize,
    size: usize,
    limits: &Limits,
    make: impl Fn(Root, String) -> Box<F>,
) -> Result<Box<F>, Fault> {
    let mut progress = Progress {
        path: Vec::with_capacity(16),
        wants: Vec::with_capacity(16),
        fields: None,
        keeping: None,
        signature_from: None,
    };
    let mut fits = false;
    loop {
        *start = scan.offset();
        match scan.next()? {
            Piece::Open(ns, name, version) => {
                progress.open((ns, name, version), *start, limits, &make)?
            }
            Piece::Text(text) => progress.text(&text)?,
            Piece::Close => progress.close(scan.offset(), limits)?,
            Piece::End => {
                return progress
                    .fields
                    .ok_or_else(|| Fault::new(RefusalCode::NotWellFormed, "no element at all"));
            }
        }
        if !fits {
            fits = size_fits(progress.fields.as_deref(), size, *start, limits)?;
        }
    }
}

/// The limit of a request is known with its Service Reference, near the start; until then the limit
/// of an ordinary request holds. `true` once it is known that the message fits.
fn size_fits<F: Fields + ?Sized>(
    fields: Option<&F>,
    size: usize,
    offset: usize,
    limits: &Limits,
) -> Result<bool, Fault> {
    let Some(fields) = fields else { return Ok(false) };
    match fields.most_bytes(limits) {
        Some(most) if size > most => Err(Fault::new(
            RefusalCode::TooLarge,
            format!("{size} bytes; this message may have {most}"),
        )),
        None if offset > limits.body_bytes => Err(Fault::new(
            RefusalCode::TooLarge,
            format!("no Service Reference within {} bytes", limits.body_bytes),
        )),
        known => Ok(known.is_some()),
    }
}

/// Which kind of message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Root {
    Request,
    Response,
}

/// The kind of message, and its `schemaVersion`.
fn root(
    ns: Ns,
    name: &str,
    version: Option<&str>,
    limits: &Limits,
) -> Result<(Root, String), Fault> {
    let known = matches!(name, "Request" | "Response");
    if known && ns != Ns::Duis {
        return Err(Fault::new(
            RefusalCode::WrongNamespace,
            format!("{name} is not in {}", crate::NAMESPACE),
        ));
    }
    if !known || ns != Ns::Duis {
        return Err(Fault::new(
            RefusalCode::UnknownRoot,
            format!("{}: neither Request nor Response", quoted(name)),
        ));
    }
    let version =
        version.ok_or_else(|| Fault::new(RefusalCode::SchemaVersion, "no schemaVersion"))?;
    if !limits.accepts_version(version) {
        let accepted: Vec<&str> = limits.versions.iter().map(String::as_str).collect();
        return Err(Fault::new(
            RefusalCode::SchemaVersion,
            format!("schemaVersion {}: accepted are {}", quoted(version), accepted.join(", ")),
        ));
    }
    Ok((
        if name == "Request" { Root::Request } else { Root::Response },
        trimmed(version).to_owned(),
    ))
}

/// The parts of both kinds of message: Header, Body, Signature, in that order and once each.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    next: usize,
}

/// A part of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Header,
    Body,
    Signature,
}

impl Parts {
    pub fn open(&mut self, step: &Step<'_>) -> Result<Part, Fault> {
        let part = match (step.ns, step.name) {
            (Ns::Duis, "Header") => Part::Header,
            (Ns::Duis, "Body") => Part::Body,
            (Ns::Signature, "Signature") => Part::Signature,
            (_, name @ ("Header" | "Body" | "Signature")) => {
                return Err(Fault::new(
                    RefusalCode::WrongNamespace,
                    format!("{name} is in another namespace"),
                ));
            }
            (_, name) => {
                return Err(Fault::new(
                    RefusalCode::UnexpectedElement,
                    format!("{} beside Header and Body", quoted(name)),
                ));
            }
        };
        in_order(&mut self.next, part as usize, step.name)?;
        Ok(part)
    }

    pub fn has_body(&self) -> bool {
        self.next > Part::Body as usize
    }
    pub fn has_header(&self) -> bool {
        self.next > Part::Header as usize
    }
}

/// Fields of a sequence come in order and once: `next` is the first place still free. Which of
/// them must be there is checked at the end.
pub(crate) fn in_order(next: &mut usize, place: usize, name: &str) -> Result<(), Fault> {
    if place + 1 == *next {
        return Err(Fault::new(RefusalCode::DuplicateField, format!("{name} is there twice")));
    }
    if place < *next {
        return Err(Fault::new(
            RefusalCode::FieldOrder,
            format!("{name} comes too late, or twice"),
        ));
    }
    *next = place + 1;
    Ok(())
}

/// The place of a DUIS field in its sequence.
pub(crate) fn place(step: &Step<'_>, fields: &[&str], of: &str) -> Result<usize, Fault> {
    let at = fields.iter().position(|&f| f == step.name);
    match (step.ns, at) {
        (Ns::Duis, Some(at)) => Ok(at),
        (_, Some(_)) => Err(Fault::new(
            RefusalCode::WrongNamespace,
            format!("{} is in another namespace", step.name),
        )),
        (_, None) => Err(Fault::new(
            RefusalCode::UnexpectedElement,
            format!("{} in {of}", quoted(step.name)),
        )),
    }
}

/// A field that must be there.
pub(crate) fn required<T>(field: Option<T>, name: &str) -> Result<T, Fault> {
    field.ok_or_else(|| Fault::new(RefusalCode::MissingField, format!("no {name}")))
}
