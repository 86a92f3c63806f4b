//! Text as it may be printed: nothing in it can steer the printer or the reader's eye.

use super::metrics;

/// Text on one line, with control characters and bidirectional controls as escapes, so that a name
/// with a hidden override reads as what it is.
#[must_use]
pub fn clean(text: &str) -> String {
    northbound_types::printable::one_line(text).into_owned()
}

/// The same with a no-break space between a number and its unit: `96 %` is never on two lines.
#[must_use]
pub fn tied(text: &str) -> String {
    let clean = clean(text);
    let mut out = String::with_capacity(clean.len());
    let mut before = "";
    for (n, word) in clean.split(' ').enumerate() {
        if n > 0 {
            let tie = metrics::is_number(before) && metrics::is_unit(word);
            out.push(if tie { '\u{a0}' } else { ' ' });
        }
        out.push_str(word);
        before = word;
    }
    out
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
        assert_eq!(tied("96 % in 25 s, at  5 o"), "96\u{a0}% in 25\u{a0}s, at  5 o");
        assert_eq!(clean("Zoë – 5 %"), "Zoë – 5 %");
        assert_eq!(shorten("abcdef", 4), "abc…");
        assert_eq!(shorten("abcd", 4), "abcd");
    }
}
