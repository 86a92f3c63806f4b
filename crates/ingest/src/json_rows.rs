//! The objects of a JSON file, one at a time in bounded memory: one a line, or in a document that is an
//! array of objects, an object with a list of objects (`{"records": [...]}`), or objects over several
//! lines, as service desks and scripts export them.

use crate::{limits::MAX_LINE, source};
use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

/// What came of one call for an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    Object,
    /// Over [`MAX_LINE`] bytes; the rest of it was skipped.
    TooLong,
    /// Something else where an object should begin.
    Other,
    End,
}

type Bytes = BufReader<Chain<Cursor<Vec<u8>>, Box<dyn Read>>>;

/// Where in a document the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Outside of everything.
    Top,
    /// In the list whose elements are the rows; is it inside of an object?
    List { wrapped: bool },
    /// In the object around the list, after the list.
    AfterList,
}

/// The objects of a file, and where each begins.
pub(crate) struct JsonRows {
    from: Bytes,
    /// `None` where each line is one object.
    document: Option<Place>,
    /// A document on a single line counts its objects instead of its lines.
    counts_objects: bool,
    line: i64,
    objects: i64,
    place: i64,
}

impl JsonRows {
    /// Looks at the first part of the file for its form.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub(crate) fn new(mut from: Box<dyn Read>) -> io::Result<JsonRows> {
        let mut head = vec![0; MAX_LINE];
        let length = source::prefix(&mut from, &mut head)?;
        let whole = length < head.len();
        head.truncate(length);
        let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&head);
        let document = is_document(text, whole).then_some(Place::Top);
        let counts_objects = document.is_some() && !text.trim_ascii().contains(&b'\n');
        let from = BufReader::with_capacity(1 << 18, Cursor::new(head).chain(from));
        Ok(JsonRows { from, document, counts_objects, line: 0, objects: 0, place: 0 })
    }

    /// The line on which the last object began; its number in a document on a single line.
    pub(crate) fn place(&self) -> i64 {
        self.place
    }

    /// The bytes of the next object.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub(crate) fn next(&mut self, object: &mut Vec<u8>) -> io::Result<Found> {
        object.clear();
        match self.document {
            None => self.next_line(object),
            Some(place) => self.next_of_document(place, object),
        }
    }

    fn next_line(&mut self, line: &mut Vec<u8>) -> io::Result<Found> {
        let (mut any, mut long) = (false, false);
        loop {
            let chunk = match self.from.fill_buf() {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if chunk.is_empty() {
                break;
            }
            any = true;
            let end = chunk.iter().position(|&b| b == b'\n');
            let part = &chunk[..end.unwrap_or(chunk.len())];
            let fits = part.len().min(MAX_LINE - line.len());
            long |= fits < part.len();
            line.extend_from_slice(&part[..fits]);
            let used = end.map_or(chunk.len(), |e| e + 1);
            self.from.consume(used);
            if end.is_some() {
                break;
            }
        }
        self.line += 1;
        self.place = self.line;
        Ok(match (any, long) {
            (false, _) => Found::End,
            (true, true) => Found::TooLong,
            (true, false) => Found::Object,
        })
    }

    /// The next byte of a document, its line counted.
    fn byte(&mut self) -> io::Result<Option<u8>> {
        let chunk = loop {
            match self.from.fill_buf() {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        let byte = chunk.first().copied();
        self.from.consume(usize::from(byte.is_some()));
        self.line += i64::from(byte == Some(b'\n'));
        Ok(byte)
    }

    fn begin(&mut self, object: &mut Vec<u8>) {
        object.clear();
        object.push(b'{');
        self.objects += 1;
        self.place = if self.counts_objects { self.objects } else { self.line + 1 };
    }

    fn next_of_document(&mut self, place: Place, object: &mut Vec<u8>) -> io::Result<Found> {
        let mut place = place;
        let mut scan = Scan::default();
        loop {
            let Some(byte) = self.byte()? else { return Ok(Found::End) };
            match (place, byte) {
                (_, b) if b.is_ascii_whitespace() => {}
                (Place::Top, 0xEF | 0xBB | 0xBF) | (Place::List { .. }, b',') => {}
                (Place::Top, b'[') => place = Place::List { wrapped: false },
                (Place::Top | Place::List { .. }, b'{') => {
                    self.document = Some(place);
                    return self.object(place == Place::Top, object);
                }
                (Place::List { wrapped: false }, b']') => place = Place::Top,
                (Place::List { wrapped: true }, b']') => {
                    place = Place::AfterList;
                    scan = Scan { depth: 1, ..Scan::default() };
                }
                (Place::AfterList, b) => {
                    scan.byte(b);
                    if scan.depth == 0 {
                        place = Place::Top;
                    }
                }
                (Place::Top | Place::List { .. }, b) => {
                    object.push(b);
                    return self.other(place, object);
                }
            }
            self.document = Some(place);
        }
    }

    /// The rest of an object, after its first brace. One at the top may turn out to be around a list of
    /// objects: then the first of these is read.
    fn object(&mut self, may_wrap: bool, object: &mut Vec<u8>) -> io::Result<Found> {
        self.begin(object);
        let mut scan = Scan { depth: 1, ..Scan::default() };
        let (mut may_wrap, mut list, mut long) = (may_wrap, false, false);
        while let Some(byte) = self.byte()? {
            let outside = !scan.string;
            if may_wrap && list && byte == b'{' {
                self.document = Some(Place::List { wrapped: true });
                self.objects -= 1;
                self.begin(object);
                (may_wrap, long) = (false, false);
                scan = Scan { depth: 1, ..Scan::default() };
                continue;
            }
            if outside && !byte.is_ascii_whitespace() {
                list = byte == b'[' && scan.depth == 1;
            }
            scan.byte(byte);
            if object.len() < MAX_LINE {
                object.push(byte)
            } else {
                long = true
            }
            if scan.depth == 0 {
                break;
            }
        }
        Ok(if long { Found::TooLong } else { Found::Object })
    }

    /// Something that is no object, up to the next comma or line end, so that it can be shown.
    fn other(&mut self, place: Place, text: &mut Vec<u8>) -> io::Result<Found> {
        self.document = Some(place);
        self.objects += 1;
        self.place = if self.counts_objects { self.objects } else { self.line + 1 };
        while let Some(byte) = self.byte()? {
            if matches!(byte, b',' | b'\n') {
                break;
            }
            if text.len() < MAX_LINE {
                text.push(byte);
            }
        }
        Ok(Found::Other)
    }
}

/// How deep in braces and brackets a byte is, and whether it is in a text.
#[derive(Debug, Clone, Copy, Default)]
struct Scan {
    depth: u64,
    string: bool,
    escaped: bool,
}

impl Scan {
    fn byte(&mut self, byte: u8) {
        if self.string {
            let ends = byte == b'"' && !self.escaped;
            self.escaped = byte == b'\\' && !self.escaped;
            self.string = !ends;
            return;
        }
        match byte {
            b'"' => self.string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

/// Does the file hold its objects as a document, by its first part? `whole` says that this is all.
fn is_document(text: &[u8], whole: bool) -> bool {
    let text = text.trim_ascii();
    if text.first() == Some(&b'[') {
        return true;
    }
    let end = text.iter().position(|&b| b == b'\n').unwrap_or(text.len());
    let (first, rest) = (text[..end].trim_ascii_end(), text[end..].trim_ascii_start());
    let next = rest.first();
    // Printed over several lines: the first line ends where no object can.
    match first.last() {
        Some(b'[') if next.is_some() => return true,
        Some(b'{' | b',' | b':') if next.is_some() => return next != Some(&b'{'),
        _ => {}
    }
    // One line that is the whole file, or does not end: a list of objects in it has the rows.
    next.is_none() && (whole || end == text.len()) && has_list_of_objects(first)
}

fn has_list_of_objects(object: &[u8]) -> bool {
    let mut scan = Scan::default();
    let mut list = false;
    for &byte in object {
        if list && byte == b'{' {
            return true;
        }
        if !scan.string && !byte.is_ascii_whitespace() {
            list = byte == b'[' && scan.depth == 1;
        }
        scan.byte(byte);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(i64, String, Found)> {
        let mut rows = JsonRows::new(Box::new(Cursor::new(text.as_bytes().to_vec()))).unwrap();
        let (mut found, mut object) = (Vec::new(), Vec::new());
        loop {
            match rows.next(&mut object).unwrap() {
                Found::End => return found,
                kind => {
                    found.push((rows.place(), String::from_utf8(object.clone()).unwrap(), kind))
                }
            }
        }
    }

    fn objects(text: &str) -> Vec<(i64, String)> {
        let rows = rows(text).into_iter();
        rows.inspect(|r| assert_eq!(r.2, Found::Object)).map(|r| (r.0, r.1)).collect()
    }

    #[test]
    fn the_same_objects_are_found_in_every_form() {
        let (a, b) = (r#"{"a":"]}\\\"{","b":[1,{"c":2}]}"#, r#"{"a":1}"#);
        let both = |place: [i64; 2]| vec![(place[0], a.to_owned()), (place[1], b.to_owned())];
        assert_eq!(objects(&format!("{a}\n{b}\n")), both([1, 2]));
        assert_eq!(objects(&format!("[{a},{b}]")), both([1, 2]));
        assert_eq!(objects(&format!("\u{FEFF}[\n{a},\n\n{b}\n]\n")), both([2, 4]));
        assert_eq!(
            objects(&format!("{{\"n\":[2],\"records\":[{a},{b}],\"x\":[\"}}\"]}}")),
            both([1, 2])
        );
        assert_eq!(objects(&format!("{{\n \"records\": [\n{a},\n{b}\n]\n}}\n")), both([3, 4]));
        let pretty = "{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n";
        assert_eq!(objects(pretty).iter().map(|r| r.0).collect::<Vec<_>>(), [1, 4]);
    }

    #[test]
    fn lines_with_nested_lists_and_broken_lines_stay_lines() {
        let nested = r#"{"a":1,"events":[{"b":2}]}"#;
        assert_eq!(objects(&format!("{nested}\n{nested}\n")).len(), 2);
        assert_eq!(rows("{\n{\"a\":1}\n").len(), 2);
        assert_eq!(rows("{\"a\":1\n{\"a\":1}\n").len(), 2);
    }

    #[test]
    fn what_is_no_object_is_found_and_long_objects_are_cut() {
        let found: Vec<Found> = rows("[{\"a\":1}, 7, {\"a\":2}]").iter().map(|r| r.2).collect();
        assert_eq!(found, [Found::Object, Found::Other, Found::Object]);
        let long = format!("[{{\"a\":\"{}\"}},\n{{\"b\":1}}]", "x".repeat(MAX_LINE));
        let found = rows(&long);
        assert_eq!((found[0].2, found[1].2), (Found::TooLong, Found::Object));
        assert_eq!((found[0].1.len(), found[1].0), (MAX_LINE, 2));
    }
}
