//! One field of bytes that may not be a readable message, such as the RequestID to name in a refusal.

/// The text of the first element of that name, whatever its prefix; none where it has children,
/// entities or no end.
#[must_use]
pub fn text_of<'a>(bytes: &'a [u8], name: &str) -> Option<&'a str> {
    let mut from = 0;
    while let Some(at) = find(&bytes[from..], name.as_bytes()).map(|at| at + from) {
        from = at + name.len();
        let opens = matches!(bytes[..at].last(), Some(b'<' | b':'))
            && bytes[..at]
                .iter()
                .rposition(|b| *b == b'<')
                .is_some_and(|lt| bytes.get(lt + 1) != Some(&b'/'));
        if !opens || !matches!(bytes.get(from), Some(b'>' | b' ' | b'\t' | b'\r' | b'\n')) {
            continue;
        }
        let start = from + find(&bytes[from..], b">")? + 1;
        let end = start + find(&bytes[start..], b"<")?;
        let text = std::str::from_utf8(&bytes[start..end]).ok()?;
        return (bytes.get(end + 1) == Some(&b'/') && !text.contains('&')).then_some(text);
    }
    None
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    let first = *what.first()?;
    let mut from = 0;
    loop {
        from += bytes.get(from..)?.iter().position(|b| *b == first)?;
        if bytes[from..].starts_with(what) {
            return Some(from);
        }
        from += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_element_of_a_name_is_found_whatever_its_prefix() {
        let x = b"<a:R><a:Other>RequestID</a:Other><a:RequestIDs>0</a:RequestIDs><a:RequestID x='1'>7</a:RequestID></a:R>";
        assert_eq!(text_of(x, "RequestID"), Some("7"));
        assert_eq!(text_of(b"<RequestID>8</RequestID>", "RequestID"), Some("8"));
        for none in [
            &b"<RequestID>8"[..],
            b"<RequestID><b/></RequestID>",
            b"<RequestID>&amp;</RequestID>",
            b"</RequestID>8<",
            b"RequestID>8</x>",
        ] {
            assert_eq!(text_of(none, "RequestID"), None, "{}", String::from_utf8_lossy(none));
        }
    }
}
