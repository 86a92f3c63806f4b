//! The pieces of a message in order: elements with their namespace, and text. What is not
//! well-formed, declares a document type, names an entity or exceeds a limit never gets past here.

use crate::refusal::{Fault, RefusalCode, quoted};
use crate::values::trimmed;
use crate::{Limits, NAMESPACE, SIGNATURE_NAMESPACE};
use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use std::borrow::Cow;

/// Whose element it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ns {
    Duis,
    Signature,
    Other,
}

/// One piece. Names and texts are those of the message itself.
#[derive(Debug)]
pub(crate) enum Piece<'a> {
    /// An element opens: namespace, local name, and `schemaVersion` where it has that attribute.
    Open(Ns, &'a str, Option<String>),
    /// Text of the open element.
    Text(Cow<'a, str>),
    /// The open element closes.
    Close,
    /// The end.
    End,
}

/// Namespaces declared at one time.
const BINDINGS: usize = 128;

/// Receives every event of the reader as written: what canonicalisation and signatures need beyond
/// the pieces. A fault that it finds never stops the reading.
pub(crate) trait Observer {
    /// An element opens, at this depth (the root's is 1).
    fn open(&mut self, _depth: usize, _ns: Ns, _tag: &BytesStart<'_>) {}
    /// Text as it is between two pieces of markup, without references; `cdata` where in CDATA.
    fn text(&mut self, _raw: &str, _cdata: bool) {}
    /// A character that was written as a reference.
    fn reference(&mut self, _c: char) {}
    /// The open element, whose depth this is, closes.
    fn close(&mut self, _depth: usize, _name: &str) {}
    /// A processing instruction, inside so many elements.
    fn instruction(&mut self, _depth: usize, _target: &str, _content: &str) {}
}

/// Observes nothing.
impl Observer for () {}

pub(crate) struct Scan<'a, T: Observer> {
    reader: NsReader<&'a [u8]>,
    text: &'a str,
    limits: &'a Limits,
    observer: T,
    depth: usize,
    elements: usize,
    seen_root: bool,
}

fn not_well_formed(detail: impl Into<String>) -> Fault {
    Fault::new(RefusalCode::NotWellFormed, detail)
}

impl<'a, T: Observer> Scan<'a, T> {
    pub fn new(text: &'a str, limits: &'a Limits, observer: T) -> Scan<'a, T> {
        let mut reader = NsReader::from_str(text);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_comments = true;
        config.check_end_names = true;
        config.allow_dangling_amp = false;
        config.allow_unmatched_ends = false;
        reader.resolver_mut().set_max_namespace_bindings(BINDINGS);
        Scan { reader, text, limits, observer, depth: 0, elements: 0, seen_root: false }
    }

    /// The observer of the message.
    pub fn into_observer(self) -> T {
        self.observer
    }

    /// Byte offset of what comes next.
    pub fn offset(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX)
    }

    /// Byte offset of the last error.
    pub fn error_offset(&self) -> usize {
        usize::try_from(self.reader.error_position()).unwrap_or(usize::MAX)
    }

    /// The next piece; comments and processing instructions are passed over.
    pub fn next(&mut self) -> Result<Piece<'a>, Fault> {
        loop {
            let from = self.offset();
            let event = self.reader.read_event().map_err(|e| not_well_formed(e.to_string()))?;
            match event {
                Event::Start(tag) | Event::Empty(tag) => return self.open(from, &tag),
                Event::End(tag) => {
                    self.observer.close(self.depth, tag.name().0);
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Piece::Close);
                }
                Event::Text(text) => {
                    if let Some(piece) = self.plain(text.into_inner())? {
                        return Ok(piece);
                    }
                }
                Event::CData(text) => {
                    let text = text.into_inner();
                    self.inside_root()?;
                    self.observer.text(&text, true);
                    if let Some(piece) = self.text(text)? {
                        return Ok(piece);
                    }
                }
                Event::GeneralRef(name) => {
                    let c = reference(&name.into_inner())?;
                    self.inside_root()?;
                    self.observer.reference(c);
                    return Ok(Piece::Text(Cow::Owned(c.to_string())));
                }
                Event::DocType(_) => {
                    return Err(Fault::new(
                        RefusalCode::Doctype,
                        "a document type declaration is never accepted",
                    ));
                }
                Event::Comment(_) => {}
                Event::Decl(decl) => {
                    declaration(decl.encoding().transpose().ok().flatten().as_deref())?
                }
                Event::PI(pi) => {
                    if pi.target().eq_ignore_ascii_case("xml") {
                        return Err(not_well_formed("an XML declaration that is not at the start"));
                    }
                    self.observer.instruction(self.depth, pi.target(), pi.content());
                }
                Event::Eof => return self.end(),
            }
        }
    }

    fn plain(&mut self, text: Cow<'a, str>) -> Result<Option<Piece<'a>>, Fault> {
        if text.contains("]]>") {
            return Err(not_well_formed("']]>' in text"));
        }
        if self.depth > 0 {
            self.observer.text(&text, false);
        }
        self.text(text)
    }

    fn inside_root(&self) -> Result<(), Fault> {
        if self.depth == 0 { Err(not_well_formed("text outside the root")) } else { Ok(()) }
    }

    fn end(&self) -> Result<Piece<'a>, Fault> {
        if self.depth > 0 {
            return Err(not_well_formed(format!(
                "the message ends with {} elements open",
                self.depth
            )));
        }
        if !self.seen_root {
            return Err(not_well_formed("no element at all"));
        }
        Ok(Piece::End)
    }

    fn text(&self, text: Cow<'a, str>) -> Result<Option<Piece<'a>>, Fault> {
        if self.depth > 0 {
            return Ok(Some(Piece::Text(text)));
        }
        if trimmed(&text).is_empty() {
            return Ok(None);
        }
        Err(Fault::new(
            RefusalCode::NotWellFormed,
            format!("text outside the root: {}", quoted(trimmed(&text))),
        ))
    }

    fn open(&mut self, from: usize, tag: &BytesStart<'_>) -> Result<Piece<'a>, Fault> {
        if self.depth == 0 {
            if self.seen_root {
                return Err(Fault::new(RefusalCode::NotWellFormed, "a second root element"));
            }
            self.seen_root = true;
        }
        self.depth += 1;
        self.elements += 1;
        if self.depth > self.limits.depth {
            return Err(Fault::new(
                RefusalCode::TooDeep,
                format!("more than {} elements inside each other", self.limits.depth),
            ));
        }
        if self.elements > self.limits.elements {
            return Err(Fault::new(
                RefusalCode::TooManyElements,
                format!("more than {} elements", self.limits.elements),
            ));
        }
        let version = self.attributes(tag)?;
        let name = tag.name();
        qualified_name(name.0)?;
        let (bound, local) = self.reader.resolver().resolve_element(name);
        let ns = match bound {
            ResolveResult::Bound(Namespace(NAMESPACE)) => Ns::Duis,
            ResolveResult::Bound(Namespace(SIGNATURE_NAMESPACE)) => Ns::Signature,
            ResolveResult::Bound(_) | ResolveResult::Unbound => Ns::Other,
            ResolveResult::Unknown(prefix) => {
                return Err(Fault::new(
                    RefusalCode::NotWellFormed,
                    format!("prefix {} is not declared", quoted(&prefix)),
                ));
            }
        };
        // The name is in the message right after the bracket; the piece borrows it from there.
        let (end, length) = (from + 1 + name.0.len(), local.as_ref().len());
        let local = self
            .text
            .get(end - length..end)
            .ok_or_else(|| Fault::new(RefusalCode::NotWellFormed, "the name of an element"))?;
        self.observer.open(self.depth, ns, tag);
        Ok(Piece::Open(ns, local, version))
    }

    /// Checks the attributes; returns `schemaVersion` where it is one of them.
    fn attributes(&self, tag: &BytesStart<'_>) -> Result<Option<String>, Fault> {
        let ill = |detail: String| Fault::new(RefusalCode::NotWellFormed, detail);
        let mut version = None;
        for (n, attribute) in tag.attributes().enumerate() {
            if n == self.limits.attributes {
                return Err(Fault::new(
                    RefusalCode::TooManyAttributes,
                    format!("more than {} attributes on one element", self.limits.attributes),
                ));
            }
            let attribute = attribute.map_err(|e| ill(e.to_string()))?;
            qualified_name(attribute.key.0)?;
            let plain = !attribute.value.bytes().any(|b| matches!(b, b'&' | b'<'));
            let value = if plain { None } else { Some(attribute_value(&attribute.value)?) };
            if let (ResolveResult::Unknown(prefix), _) =
                self.reader.resolver().resolve_attribute(attribute.key)
            {
                return Err(ill(format!("prefix {} is not declared", quoted(&prefix))));
            }
            if attribute.key.0 == "schemaVersion" {
                version = Some(value.unwrap_or_else(|| attribute.value.into_owned()));
            }
        }
        Ok(version)
    }
}

/// Only UTF-8 is read, so a declaration of anything else is a lie or a surprise.
fn declaration(encoding: Option<&str>) -> Result<(), Fault> {
    match encoding {
        None => Ok(()),
        Some(e) if e.eq_ignore_ascii_case("utf-8") || e.eq_ignore_ascii_case("us-ascii") => Ok(()),
        Some(e) => Err(Fault::new(
            RefusalCode::NotUtf8,
            format!("encoding {}: only UTF-8 is read", quoted(e)),
        )),
    }
}

/// A name, or two with one colon between.
fn qualified_name(name: &str) -> Result<(), Fault> {
    // Nearly all names are letters and digits around one colon at most.
    let plain = |p: &str| {
        p.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
            && p.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    if plain(name.split_once(':').map_or(name, |(p, l)| if plain(p) { l } else { "" })) {
        return Ok(());
    }
    let part = |p: &str| {
        let mut chars = p.chars();
        chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii())
            && chars
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') || !c.is_ascii())
    };
    let good = name.split_once(':').map_or_else(|| part(name), |(p, l)| part(p) && part(l));
    if good {
        Ok(())
    } else {
        Err(Fault::new(RefusalCode::NotWellFormed, format!("{} is not a name", quoted(name))))
    }
}

/// The value with its references resolved.
fn attribute_value(raw: &str) -> Result<String, Fault> {
    if raw.contains('<') {
        return Err(Fault::new(RefusalCode::NotWellFormed, "'<' in the value of an attribute"));
    }
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('&') {
        let (name, after) = after.split_once(';').ok_or_else(|| {
            Fault::new(RefusalCode::NotWellFormed, "'&' without ';' in the value of an attribute")
        })?;
        value.push_str(before);
        value.push(reference(name)?);
        rest = after;
    }
    value.push_str(rest);
    Ok(value)
}

/// One of the five predefined entities or a character reference; nothing else exists without a
/// document type, and those are refused.
pub(crate) fn reference(name: &str) -> Result<char, Fault> {
    let bad = || {
        Fault::new(
            RefusalCode::Entity,
            format!(
                "&{name};: only the five predefined entities and character references are read",
                name = name.chars().take(40).collect::<String>()
            ),
        )
    };
    if let Some(number) = name.strip_prefix('#') {
        let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |hex| (hex, 16));
        if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
            return Err(bad());
        }
        return u32::from_str_radix(digits, radix)
            .ok()
            .and_then(char::from_u32)
            .filter(|&c| is_xml_char(c))
            .ok_or_else(bad);
    }
    match name {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        _ => Err(bad()),
    }
}

/// Whether the character is allowed in an XML 1.0 document.
pub(crate) fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}
