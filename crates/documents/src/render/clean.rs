//! Text as it may be printed: nothing in it can steer the printer or the reader's eye.

/// Text with control characters and bidirectional controls made visible.
///
/// Line breaks and tabs become spaces. What cannot be seen is written as its code point, so that
/// a name with a hidden override reads as what it is.
#[must_use]
pub fn clean(text: &str) -> String {
    if text.chars().all(|c| !is_hidden(c) && !c.is_control()) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            c if c.is_control() || is_hidden(c) => {
                out.push_str(&format!("[U+{:04X}]", u32::from(c)))
            }
            c => out.push(c),
        }
    }
    out
}

/// Characters that change the order or presence of others without being seen.
const fn is_hidden(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}' | '\u{E0000}'..='\u{E007F}')
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
        assert_eq!(clean("a\u{202E}b\0c\nd"), "a[U+202E]b[U+0000]c d");
        assert_eq!(clean("Zoë – 5 %"), "Zoë – 5 %");
        assert_eq!(shorten("abcdef", 4), "abc…");
        assert_eq!(shorten("abcd", 4), "abcd");
    }
}
