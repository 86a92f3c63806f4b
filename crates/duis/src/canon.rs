//! Canonical XML 1.0 without comments, inclusive for the message and exclusive for SignedInfo,
//! written while the message is read. The element's own text is what counts: nothing is built.
//!
//! Sources: Canonical XML 1.0 and Exclusive XML Canonicalization 1.0 (W3C). Proved against
//! libxml2 on the same messages by `tests/signatures.py`.

use crate::scan::reference;
use quick_xml::events::BytesStart;

const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

/// A namespace declaration in scope.
#[derive(Debug)]
struct Binding {
    depth: usize,
    prefix: String,
    uri: String,
}

/// An attribute that is no declaration.
struct Attribute<'t> {
    uri: String,
    local: &'t str,
    name: &'t str,
    raw: &'t str,
}

/// The namespaces in scope, and what was found that has no canonical form.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    bindings: Vec<Binding>,
    /// Why the message has no canonical form, where it has none.
    pub odd: Option<String>,
}

/// The namespaces that an exclusive canonical form has rendered.
#[derive(Debug, Default)]
pub(crate) struct Rendered(Vec<Binding>);

fn has_attributes(tag: &BytesStart<'_>) -> bool {
    !tag.attributes_raw().trim_ascii().is_empty()
}

/// Prefix and local name; no prefix is the empty one.
fn split(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or(("", name))
}

impl Scope {
    /// The value of a prefix in elements above `depth`.
    fn find(&self, prefix: &str, depth: usize) -> Option<&str> {
        self.bindings
            .iter()
            .rev()
            .find(|b| b.depth < depth && b.prefix == prefix)
            .map(|b| b.uri.as_str())
    }

    /// Takes the declarations of the element into scope; returns its other attributes in canonical order.
    fn enter<'t>(&mut self, depth: usize, tag: &'t BytesStart<'_>) -> Vec<Attribute<'t>> {
        let mut attributes = Vec::new();
        // Attributes borrow from the tag's text; the reader has checked their form.
        let text: &'t str = tag.attributes_raw();
        for (name, raw) in attribute_parts(text) {
            let declared = match split(name) {
                ("", "xmlns") => Some(""),
                ("xmlns", prefix) => Some(prefix),
                _ => None,
            };
            let Some(prefix) = declared else {
                attributes.push(Attribute { uri: String::new(), local: split(name).1, name, raw });
                continue;
            };
            let uri = plain_value(raw);
            if uri.is_empty() && !prefix.is_empty() {
                self.odd.get_or_insert_with(|| format!("xmlns:{prefix} declares nothing"));
            }
            if !uri.is_empty() && !absolute(&uri) {
                self.odd.get_or_insert_with(|| "a namespace that is not an absolute URI".into());
            }
            self.bindings.push(Binding { depth, prefix: prefix.to_owned(), uri });
        }
        for attribute in &mut attributes {
            attribute.uri = match split(attribute.name).0 {
                "" => String::new(),
                "xml" => XML_NAMESPACE.to_owned(),
                prefix => self.find(prefix, depth + 1).unwrap_or_default().to_owned(),
            };
        }
        attributes.sort_by(|a, b| (a.uri.as_str(), a.local).cmp(&(b.uri.as_str(), b.local)));
        if attributes.windows(2).any(|w| (&w[0].uri, w[0].local) == (&w[1].uri, w[1].local)) {
            self.odd.get_or_insert_with(|| "one attribute under two prefixes".into());
        }
        attributes
    }

    /// The element at this depth closes.
    pub fn leave(&mut self, depth: usize) {
        while self.bindings.last().is_some_and(|b| b.depth >= depth) {
            self.bindings.pop();
        }
    }

    /// Takes the declarations into scope and writes nothing: for elements that are left out.
    pub fn pass(&mut self, depth: usize, tag: &BytesStart<'_>) {
        if has_attributes(tag) {
            self.enter(depth, tag);
        }
    }

    /// The start tag in the inclusive form, where all elements above are written too.
    pub fn inclusive(&mut self, depth: usize, tag: &BytesStart<'_>, out: &mut Vec<u8>) {
        out.push(b'<');
        out.extend_from_slice(tag.name().0.as_bytes());
        if has_attributes(tag) {
            let attributes = self.enter(depth, tag);
            let mut own: Vec<&Binding> =
                self.bindings.iter().filter(|b| b.depth == depth && b.prefix != "xml").collect();
            own.sort_by(|a, b| a.prefix.cmp(&b.prefix));
            for b in own {
                // What the element above has already is superfluous; so is undeclaring what was not there.
                if self.find(&b.prefix, depth).unwrap_or_default() != b.uri {
                    declaration(&b.prefix, &b.uri, out);
                }
            }
            write_attributes(&attributes, out);
        }
        out.push(b'>');
    }

    /// The start tag in the exclusive form: only namespaces that its own names use.
    pub fn exclusive(
        &mut self,
        depth: usize,
        tag: &BytesStart<'_>,
        rendered: &mut Rendered,
        out: &mut Vec<u8>,
    ) {
        let name = tag.name().0;
        out.push(b'<');
        out.extend_from_slice(name.as_bytes());
        let attributes = if has_attributes(tag) { self.enter(depth, tag) } else { Vec::new() };
        if attributes.iter().all(|a| split(a.name).0.is_empty()) {
            self.render(split(name).0, depth, rendered, out);
        } else {
            let mut used = vec![split(name).0];
            used.extend(attributes.iter().map(|a| split(a.name).0).filter(|p| !p.is_empty()));
            used.sort_unstable();
            used.dedup();
            for prefix in used {
                self.render(prefix, depth, rendered, out);
            }
        }
        write_attributes(&attributes, out);
        out.push(b'>');
    }

    /// Declares a prefix that is used, unless what is written above has declared it so.
    fn render(&self, prefix: &str, depth: usize, rendered: &mut Rendered, out: &mut Vec<u8>) {
        if prefix == "xml" {
            return;
        }
        let uri = self.find(prefix, depth + 1).unwrap_or_default();
        let above =
            rendered.0.iter().rev().find(|r| r.prefix == prefix).map_or("", |r| r.uri.as_str());
        if above == uri {
            return;
        }
        declaration(prefix, uri, out);
        rendered.0.push(Binding { depth, prefix: prefix.to_owned(), uri: uri.to_owned() });
    }
}

impl Rendered {
    /// The element at this depth closes.
    pub fn leave(&mut self, depth: usize) {
        while self.0.last().is_some_and(|b| b.depth >= depth) {
            self.0.pop();
        }
    }
}

fn declaration(prefix: &str, uri: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b" xmlns");
    if !prefix.is_empty() {
        out.push(b':');
    }
    out.extend_from_slice(prefix.as_bytes());
    out.extend_from_slice(b"=\"");
    if uri.bytes().any(|b| matches!(b, b'&' | b'<' | b'"' | b'\t' | b'\n' | b'\r')) {
        for c in uri.chars() {
            attribute_char(c, out);
        }
    } else {
        out.extend_from_slice(uri.as_bytes());
    }
    out.push(b'"');
}

fn write_attributes(attributes: &[Attribute<'_>], out: &mut Vec<u8>) {
    for a in attributes {
        out.push(b' ');
        out.extend_from_slice(a.name.as_bytes());
        out.extend_from_slice(b"=\"");
        // Most values are written as they stand.
        if a.raw.bytes().any(|b| matches!(b, b'&' | b'"' | b'\t' | b'\n' | b'\r')) {
            value(a.raw, |c| attribute_char(c, out));
        } else {
            out.extend_from_slice(a.raw.as_bytes());
        }
        out.push(b'"');
    }
}

/// Name and raw value of each attribute of a start tag that was found well-formed.
pub(crate) fn attribute_parts(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_ascii_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (raw, after) = after[1..].split_once(quote)?;
        rest = after;
        Some((name.trim_ascii(), raw))
    })
}

/// The characters of an attribute's value after XML's own normalisation: line ends and tabs are
/// spaces, unless they were written as references.
fn value(raw: &str, mut each: impl FnMut(char)) {
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        let mut next = &rest[c.len_utf8()..];
        match c {
            '&' => {
                let Some((name, after)) = next.split_once(';') else { return };
                if let Ok(c) = reference(name) {
                    each(c);
                }
                next = after;
            }
            '\r' => {
                each(' ');
                next = next.strip_prefix('\n').unwrap_or(next);
            }
            '\n' | '\t' => each(' '),
            c => each(c),
        }
        rest = next;
    }
}

/// The value as a program reads it.
pub(crate) fn plain_value(raw: &str) -> String {
    if !raw.bytes().any(|b| matches!(b, b'&' | b'\t' | b'\n' | b'\r')) {
        return raw.to_owned();
    }
    let mut text = String::with_capacity(raw.len());
    value(raw, |c| text.push(c));
    text
}

fn attribute_char(c: char, out: &mut Vec<u8>) {
    match c {
        '&' => out.extend_from_slice(b"&amp;"),
        '<' => out.extend_from_slice(b"&lt;"),
        '"' => out.extend_from_slice(b"&quot;"),
        '\t' => out.extend_from_slice(b"&#x9;"),
        '\n' => out.extend_from_slice(b"&#xA;"),
        '\r' => out.extend_from_slice(b"&#xD;"),
        c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

/// Text as it was written, without references: line ends become LF.
pub(crate) fn text(raw: &str, out: &mut Vec<u8>) {
    let bytes = raw.as_bytes();
    // Without a branch in it, this looks at many bytes at once; nearly all texts end here.
    if !bytes.iter().fold(false, |d, &b| d | (b == b'&') | (b == b'<') | (b == b'>') | (b == b'\r'))
    {
        return out.extend_from_slice(bytes);
    }
    let mut from = 0;
    for (i, &b) in bytes.iter().enumerate() {
        let instead: &[u8] = match b {
            b'&' => b"&amp;",
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            b'\r' if bytes.get(i + 1) == Some(&b'\n') => b"",
            b'\r' => b"\n",
            _ => continue,
        };
        out.extend_from_slice(&bytes[from..i]);
        out.extend_from_slice(instead);
        from = i + 1;
    }
    out.extend_from_slice(&bytes[from..]);
}

/// A character that was written as a reference.
pub(crate) fn text_char(c: char, out: &mut Vec<u8>) {
    match c {
        '&' => out.extend_from_slice(b"&amp;"),
        '<' => out.extend_from_slice(b"&lt;"),
        '>' => out.extend_from_slice(b"&gt;"),
        '\r' => out.extend_from_slice(b"&#xD;"),
        c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

/// An end tag.
pub(crate) fn close(name: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"</");
    out.extend_from_slice(name.as_bytes());
    out.push(b'>');
}

/// A processing instruction; outside the root it has a line of its own.
pub(crate) fn instruction(target: &str, content: &str, place: Place, out: &mut Vec<u8>) {
    if place == Place::After {
        out.push(b'\n');
    }
    out.extend_from_slice(b"<?");
    out.extend_from_slice(target.as_bytes());
    let content = content.trim_start_matches([' ', '\t', '\r', '\n']);
    if !content.is_empty() {
        out.push(b' ');
        // Only line ends are normalised in it; nothing is escaped.
        out.extend_from_slice(content.replace("\r\n", "\n").replace('\r', "\n").as_bytes());
    }
    out.extend_from_slice(b"?>");
    if place == Place::Before {
        out.push(b'\n');
    }
}

/// Where a processing instruction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Before,
    Inside,
    After,
}

/// Has the URI a scheme? Canonical XML knows no relative namespaces.
fn absolute(uri: &str) -> bool {
    uri.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}
