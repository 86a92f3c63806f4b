//! Finds the messages in a file that holds several, one after the other or one on each line.
//!
//! Not a parser: it only follows tags, comments, CDATA and quotes far enough to see where a root
//! element ends. Where a message is damaged, the next `<?xml` or the next opening tag named Request
//! or Response with a `schemaVersion` starts the next one, so that one bad message costs one reject.
//! The name alone is not enough: an answer about the WAN matrix holds an element named Request.

use std::ops::Range;

/// Bytes examined to recognise text: no XML in UTF-8 holds a zero byte.
const TEXT_LOOKED_AT: usize = 4_096;

/// The byte ranges of the messages, in order, without the white space around them; one at a time, since
/// the shortest have four bytes.
pub(crate) fn messages(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> {
    // Not text (an image, UTF-16): one piece, so one reject.
    let mut whole = bytes.iter().take(TEXT_LOOKED_AT).any(|&b| b == 0).then_some(0..bytes.len());
    let mut at = if whole.is_some() { bytes.len() } else { 0 };
    std::iter::from_fn(move || {
        if let Some(all) = whole.take() {
            return Some(all);
        }
        let start = next_solid(bytes, at)?;
        at = end_of_message(bytes, start).max(start + 1);
        let mut trimmed = at;
        while trimmed > start && bytes[trimmed - 1].is_ascii_whitespace() {
            trimmed -= 1;
        }
        Some(start..trimmed)
    })
}

fn next_solid(bytes: &[u8], from: usize) -> Option<usize> {
    const BOM: &[u8] = b"\xEF\xBB\xBF";
    let mut at = from;
    while at < bytes.len() {
        if bytes[at].is_ascii_whitespace() {
            at += 1
        } else if bytes[at..].starts_with(BOM) {
            at += BOM.len()
        } else {
            return Some(at);
        }
    }
    None
}

/// Where the message that starts here ends: after its root element, or before the next message.
fn end_of_message(bytes: &[u8], start: usize) -> usize {
    // Text before a message (a line of a log, say) is a piece of its own, and a reject.
    if bytes[start] != b'<' {
        return find(bytes, start, b"<").unwrap_or(bytes.len());
    }
    let (mut at, mut depth, mut opened) = (start, 0usize, false);
    while let Some(tag) = find(bytes, at, b"<") {
        let rest = &bytes[tag..];
        // A second declaration or root before the first message is closed: it was cut short.
        if tag > start && (rest.starts_with(b"<?xml ") || (is_root(rest) && (opened || depth > 0)))
        {
            return tag;
        }
        at = if rest.starts_with(b"<!--") {
            past(bytes, tag + 4, b"-->")
        } else if rest.starts_with(b"<![CDATA[") {
            past(bytes, tag + 9, b"]]>")
        } else if rest.starts_with(b"<?") {
            past(bytes, tag + 2, b"?>")
        } else if rest.starts_with(b"<!") {
            past(bytes, tag + 2, b">")
        } else {
            let end = end_of_tag(bytes, tag + 1);
            let closing = rest.starts_with(b"</");
            let empty = end >= 2 && bytes[..end].ends_with(b"/>");
            if closing {
                depth = depth.saturating_sub(1)
            } else if !empty {
                depth += 1
            }
            opened |= !closing;
            if depth == 0 && opened {
                return end;
            }
            end
        };
    }
    bytes.len()
}

/// An opening tag whose local name is Request or Response, with the attribute that every root has.
fn is_root(tag: &[u8]) -> bool {
    let name: &[u8] = tag[1..]
        .split(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/' | b'<'))
        .next()
        .unwrap_or(b"");
    let local = name.rsplit(|&b| b == b':').next().unwrap_or(b"");
    (local == b"Request" || local == b"Response") && {
        let attributes = &tag[..end_of_tag(tag, 1)];
        find(attributes, 0, b"schemaVersion").is_some_and(|at| at < attributes.len())
    }
}

/// After the '>' of a tag, quotes respected; a '<' (which no tag has) means that it was cut short.
fn end_of_tag(bytes: &[u8], from: usize) -> usize {
    let mut quote = None;
    for (i, &b) in bytes[from..].iter().enumerate() {
        match (quote, b) {
            (_, b'<') => return from + i,
            (Some(q), b) if q == b => quote = None,
            (None, b'"' | b'\'') => quote = Some(b),
            (None, b'>') => return from + i + 1,
            _ => {}
        }
    }
    bytes.len()
}

fn past(bytes: &[u8], from: usize, mark: &[u8]) -> usize {
    find(bytes, from, mark).map_or(bytes.len(), |i| i + mark.len())
}

fn find(bytes: &[u8], from: usize, mark: &[u8]) -> Option<usize> {
    let first = *mark.first()?;
    let mut at = from.min(bytes.len());
    while let Some(i) = bytes[at..].iter().position(|&b| b == first) {
        if bytes[at + i..].starts_with(mark) {
            return Some(at + i);
        }
        at += i + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<&str> {
        messages(text.as_bytes()).map(|r| &text[r]).collect()
    }

    const GOOD: &str = "<s:Request schemaVersion='5.4'><s:Header/></s:Request>";

    #[test]
    fn concatenated_and_one_per_line() {
        let a = "<r:Request schemaVersion='>'><x/><!-- </r:Request> --><![CDATA[</r:Request>]]></r:Request>";
        let b = "<?xml version='1.0'?><Response schemaVersion='5.4'/>";
        assert_eq!(pieces(&format!("{a}{b}")), [a, b]);
        assert_eq!(pieces(&format!("\u{FEFF}\n{a}\n{b}\r\n{b}\n")), [a, b, b]);
        assert!(pieces(" \n").is_empty());
    }

    #[test]
    fn an_element_named_request_inside_an_answer_is_no_new_message() {
        let answer = "<s:Response schemaVersion='5.4'><s:DSPWANMatrix><s:Request><s:Postcode/></s:Request></s:DSPWANMatrix></s:Response>";
        assert_eq!(pieces(&format!("{answer}{GOOD}")), [answer, GOOD]);
    }

    #[test]
    fn a_damaged_message_costs_only_itself() {
        for cut in [
            "<s:Request schemaVersion='5.4'><s:Header>",
            "<s:Request a=\"5>",
            "<s:Request schemaVersion='5.4'><s:He",
            "noise",
            "<a>",
        ] {
            assert_eq!(pieces(&format!("{cut}\n{GOOD}")), [cut, GOOD]);
            assert_eq!(pieces(&format!("{GOOD}{cut}{GOOD}")), [GOOD, cut, GOOD]);
        }
        let declared = format!("<?xml version='1.0'?>{GOOD}");
        assert_eq!(pieces(&format!("<s:Request><s:He{declared}")), ["<s:Request><s:He", &declared]);
    }

    #[test]
    fn what_is_not_text_is_one_piece() {
        assert_eq!(
            messages(b"<a>\0<b><c>").collect::<Vec<_>>(),
            std::iter::once(0..10).collect::<Vec<_>>()
        );
    }
}
