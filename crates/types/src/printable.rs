//! Text from input as it may be printed: nothing in it steers a terminal, a reader's eye or a
//! spreadsheet.

use std::borrow::Cow;

/// Characters that change the order or presence of others without being seen, and control characters.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}' | '\u{E0000}'..='\u{E007F}')
}

/// On one line: line breaks and tabs become spaces, hidden characters escapes such as `\u{202E}`.
#[must_use]
pub fn one_line(text: &str) -> Cow<'_, str> {
    replaced(text, |c, out| match c {
        '\n' | '\r' | '\t' => out.push(' '),
        c => out.push_str(&escape(c)),
    })
}

/// Hidden characters as escapes; line breaks and tabs stay.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    replaced(text, |c, out| match c {
        '\n' | '\r' | '\t' => out.push(c),
        c => out.push_str(&escape(c)),
    })
}

/// JSON text with hidden characters as `\u` escapes. It reads as the same value: serializers leave such
/// characters only within strings, and line breaks only between them.
#[must_use]
pub fn json(text: &str) -> Cow<'_, str> {
    replaced(text, |c, out| match c {
        '\n' | '\r' | '\t' => out.push(c),
        c => {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    })
}

/// A text cell that no spreadsheet takes for a formula: an apostrophe goes before what could be one.
/// Numbers, such as `-1.5` and `-1,234`, stay as they are.
#[must_use]
pub fn cell(text: &str) -> Cow<'_, str> {
    let formula = text.starts_with(['\t', '\r'])
        || text.trim_start().starts_with(['=', '+', '-', '@', '|', '%']);
    if formula && !is_number(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// `-12.50`, `-1,234`.
fn is_number(text: &str) -> bool {
    let t = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = t.split_once('.').unwrap_or((t, "0"));
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    whole.split(',').all(digits) && digits(part)
}

fn escape(c: char) -> String {
    format!("\\u{{{:X}}}", u32::from(c))
}

fn replaced(text: &str, mut put: impl FnMut(char, &mut String)) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) { put(c, &mut out) } else { out.push(c) }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_become_visible() {
        assert_eq!(one_line("a\u{202E}b\0c\nd"), "a\\u{202E}b\\u{0}c d");
        assert_eq!(visible("a\u{1b}[31m\nb\u{9b}"), "a\\u{1B}[31m\nb\\u{9B}");
        assert!(matches!(one_line("Zoë – 5 %"), Cow::Borrowed("Zoë – 5 %")));
    }

    #[test]
    fn escaped_json_is_the_same_value() {
        let text = "{\n  \"a\u{202E}\": \"\u{7f}\u{E0001}\"\n}";
        assert_eq!(json(text), "{\n  \"a\\u202e\": \"\\u007f\\udb40\\udc01\"\n}");
    }

    #[test]
    fn formulas_are_marked_as_text_and_numbers_are_not() {
        for t in [
            "=cmd|' /C calc'!A0",
            "+1+1",
            "-2+3",
            "@SUM(A1)",
            "  =1",
            "|x",
            "%x",
            "\tx",
            "\rx",
            "-",
            "+44",
            "-1.5.2",
            "-1e5",
        ] {
            assert_eq!(cell(t), format!("'{t}"));
        }
        for t in ["-1.5", "-12.50", "-1,234", "-7", "North", "", "99.49 %"] {
            assert_eq!(cell(t), t);
        }
    }
}
