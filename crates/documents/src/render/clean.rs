//! Text as it may be printed: nothing in it can steer the printer or the reader's eye.

/// Text on one line, with control characters and bidirectional controls as escapes, so that a name
/// with a hidden override reads as what it is.
#[must_use]
pub fn clean(text: &str) -> String {
    northbound_types::printable::one_line(text).into_owned()
}

/// The first `limit` characters, with an ellipsis where something was cut.
#[must_use]
pub fn shorten(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(limit.saturating_sub(1)).collect();
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_become_visible() {
        assert_eq!(clean("a\u{202E}b\0c\nd"), "a\\u{202E}b\\u{0}c d");
        assert_eq!(clean("Zoë – 5 %"), "Zoë – 5 %");
        assert_eq!(shorten("abcdef", 4), "abc…");
        assert_eq!(shorten("abcd", 4), "abcd");
    }
}
