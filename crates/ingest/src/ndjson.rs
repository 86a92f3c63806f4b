//! JSON as a stream of flat objects. Values stay as they are written, so that a number is never read as
//! a float.

use crate::{
    cell::{Cell, RawRow},
    error::{IngestError, Reason},
    json_rows::{Found, JsonRows},
    limits::{MAX_JSON_KEYS, MAX_LINE, MAX_SHOWN},
    mapping::{Encoding, Mapping},
    session::{Load, Session},
    source,
};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::{borrow::Cow, fmt, io::Read};

/// The values of one line, by the slot that its key has.
struct Line<'l> {
    slots: [Option<Cow<'l, str>>; MAX_JSON_KEYS],
    text: &'l str,
}

impl RawRow for Line<'_> {
    #[inline]
    fn cell(&self, at: usize) -> Cell<'_> {
        self.slots[at].as_deref().map_or(Cell::Empty, Cell::Text)
    }
    fn raw(&self) -> String {
        self.text.to_owned()
    }
}

/// The keys that are looked for: the layout's own and what the mapping names.
fn wanted(session: &Session<'_>) -> Vec<String> {
    let m: &Mapping = session.mapping;
    let mapped = m
        .columns
        .values()
        .chain(m.keys.values())
        .chain(m.readings.values())
        .chain(m.durations.values().map(|d| &d.column))
        .chain(m.times_of_day.values())
        .chain(m.events.values())
        .chain(m.computed.values().flat_map(|c| [&c.first, &c.second]));
    let mut names: Vec<String> =
        session.layout().columns().iter().map(|c| c.name.to_owned()).collect();
    for name in mapped {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// Finds the slot of a key; objects mostly have their keys in the order of the line before.
struct Keys {
    names: Vec<String>,
    order: Vec<usize>,
    at: usize,
}

impl Keys {
    fn find(&mut self, key: &str) -> Option<usize> {
        if let Some(&slot) = self.order.get(self.at)
            && self.names[slot] == key
        {
            self.at += 1;
            return Some(slot);
        }
        let slot = self.names.iter().position(|n| n == key)?;
        self.order.truncate(self.at);
        self.order.push(slot);
        self.at += 1;
        Some(slot)
    }
}

struct Key<'k>(&'k mut Keys);
impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<usize>;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        d.deserialize_str(self)
    }
}
impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }
    fn visit_str<E>(self, key: &str) -> Result<Option<usize>, E> {
        Ok(self.0.find(key))
    }
}

/// A fault inside a line that is JSON: a key twice, or a nested value.
enum Inner {
    Twice(usize),
    Nested(usize),
}

struct Object<'s, 'de> {
    keys: &'s mut Keys,
    slots: &'s mut [Option<Cow<'de, str>>; MAX_JSON_KEYS],
    inner: &'s mut Option<Inner>,
}
impl<'de> Visitor<'de> for Object<'_, 'de> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one flat object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = 0u64;
        self.keys.at = 0;
        while let Some(slot) = map.next_key_seed(Key(self.keys))? {
            let raw: &'de RawValue = map.next_value()?;
            let Some(slot) = slot else { continue };
            if seen & 1 << slot != 0 {
                *self.inner = Some(Inner::Twice(slot));
            }
            seen |= 1 << slot;
            let text = raw.get();
            self.slots[slot] = match text.as_bytes().first() {
                Some(b'"') if !text.contains('\\') => Some(Cow::Borrowed(&text[1..text.len() - 1])),
                Some(b'"') => {
                    Some(Cow::Owned(serde_json::from_str(text).map_err(serde::de::Error::custom)?))
                }
                Some(b'n') => None,
                Some(b'{' | b'[') => {
                    *self.inner = Some(Inner::Nested(slot));
                    None
                }
                _ => Some(Cow::Borrowed(text)),
            };
        }
        Ok(())
    }
}

/// Reads a whole file.
pub(crate) fn read<L: Load>(session: &mut Session<'_>, loader: &mut L) -> Result<(), IngestError> {
    let from = source::open_text(session.path(), session.mapping.encoding, &session.done)?;
    read_from(session, loader, from)
}

/// Reads a stream of bytes as a file.
pub(crate) fn read_from<L: Load>(
    session: &mut Session<'_>,
    loader: &mut L,
    from: Box<dyn Read>,
) -> Result<(), IngestError> {
    let path = session.path();
    let names = wanted(session);
    if names.len() > MAX_JSON_KEYS {
        return Err(IngestError::Header {
            path: path.to_owned(),
            why: format!(
                "layout and mapping name {} keys; the limit is {MAX_JSON_KEYS}",
                names.len()
            ),
        });
    }
    let unreadable =
        |line: i64, e| IngestError::unreadable_by(path, &format!("after line {line}: "), e);
    let mut rows = JsonRows::new(from).map_err(|e| unreadable(0, e))?;
    let mut keys = Keys { names, order: Vec::new(), at: 0 };
    let mut object = Vec::new();
    loop {
        let found = rows.next(&mut object).map_err(|e| unreadable(rows.place(), e))?;
        let place = rows.place();
        let bytes = object.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&object);
        match found {
            Found::End => return Ok(()),
            Found::Object if bytes.trim_ascii().is_empty() => continue,
            _ => {}
        }
        if session.plan().is_none() {
            session.header(&keys.names, true)?;
        }
        let raw = || String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_SHOWN)]).into_owned();
        match (found, std::str::from_utf8(bytes)) {
            (Found::TooLong, _) => {
                let why = format!("over {MAX_LINE} bytes");
                session.malformed(place, Reason::LineTooLong, why, &raw())?;
            }
            (_, Err(_)) => session.malformed(place, Reason::NotUtf8, "not UTF-8", &raw())?,
            (Found::Other, _) => {
                let why = "JSON, but no object: each row should be one";
                session.malformed(place, Reason::NotJson, why, &raw())?;
            }
            (_, Ok(text)) => one(session, loader, &mut keys, text, place)?,
        }
    }
}

fn one<L: Load>(
    session: &mut Session<'_>,
    loader: &mut L,
    keys: &mut Keys,
    text: &str,
    number: i64,
) -> Result<(), IngestError> {
    let mut parsed = Line { slots: [const { None }; MAX_JSON_KEYS], text };
    let mut inner = None;
    let mut json = serde_json::Deserializer::from_str(text);
    let outcome = json
        .deserialize_map(Object { keys, slots: &mut parsed.slots, inner: &mut inner })
        .and_then(|()| json.end());
    match (outcome, inner) {
        (Err(e), _) => session.malformed(
            number,
            Reason::NotJson,
            format!("not one flat JSON object: {e}"),
            text,
        ),
        (Ok(()), Some(Inner::Twice(slot))) => session.malformed(
            number,
            Reason::DuplicateKey,
            format!("`{}` is there twice", keys.names[slot]),
            text,
        ),
        (Ok(()), Some(Inner::Nested(slot))) => session.malformed(
            number,
            Reason::NotJson,
            format!("`{}` should be a text or number", keys.names[slot]),
            text,
        ),
        (Ok(()), None) => session.row(loader, &parsed, number),
    }
}

/// The keys of the first line, for finding the layout and for a proposal; and the first rows.
pub(crate) fn sample(
    path: &std::path::Path,
    rows: usize,
) -> Result<Vec<serde_json::Map<String, serde_json::Value>>, IngestError> {
    let from = source::open_text(path, Encoding::Utf8, &source::Done::default())?;
    let unreadable = |e| IngestError::unreadable_by(path, "", e);
    let mut objects = JsonRows::new(from).map_err(unreadable)?;
    let mut object = Vec::new();
    let mut found = Vec::new();
    while found.len() < rows {
        match objects.next(&mut object).map_err(unreadable)? {
            Found::End => break,
            Found::TooLong | Found::Other => continue,
            Found::Object => {}
        }
        let bytes = object.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&object);
        if let Ok(serde_json::Value::Object(map)) = serde_json::from_slice(bytes) {
            found.push(map);
        }
    }
    Ok(found)
}
