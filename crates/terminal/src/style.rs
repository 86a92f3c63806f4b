//! Colours, and the symbols beside words that say how something stands.

use std::borrow::Cow;

/// How a word stands, for its colour and its symbol. Colour alone says nothing: the word stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Good,
    Warning,
    Bad,
}

const STANDINGS: [(Standing, &[&str]); 3] = [
    (Standing::Good, &["met", "well", "in-time", "answered-success", "in time", "supported"]),
    (Standing::Warning, &["below target", "warning", "missing", "late", "due"]),
    (Standing::Bad, &["below minimum", "fault", "error", "overdue", "contradicted"]),
];

/// A word with the symbol of its standing; other texts as they are.
pub(crate) fn with_symbol(text: &str, colour: bool) -> Cow<'_, str> {
    match standing(text).filter(|_| colour) {
        Some(Standing::Good) => Cow::Owned(format!("✓ {text}")),
        Some(Standing::Warning) => Cow::Owned(format!("! {text}")),
        Some(Standing::Bad) => Cow::Owned(format!("✗ {text}")),
        None => Cow::Borrowed(text),
    }
}

/// A padded cell in the colour of its text.
pub(crate) fn coloured(padded: &str, text: &str, colour: bool) -> String {
    let code = match standing(text).filter(|_| colour) {
        Some(Standing::Good) => "32",
        Some(Standing::Warning) => "33",
        Some(Standing::Bad) => "31",
        None => return padded.to_owned(),
    };
    format!("\x1b[{code}m{padded}\x1b[0m")
}

/// A heading: bold.
pub(crate) fn heading(text: &str, colour: bool) -> Cow<'_, str> {
    if colour { Cow::Owned(format!("\x1b[1m{text}\x1b[0m")) } else { Cow::Borrowed(text) }
}

/// A line under a heading: faint.
pub(crate) fn faint(text: &str, colour: bool) -> Cow<'_, str> {
    if colour { Cow::Owned(format!("\x1b[2m{text}\x1b[0m")) } else { Cow::Borrowed(text) }
}

fn standing(text: &str) -> Option<Standing> {
    STANDINGS.iter().find(|(_, words)| words.contains(&text)).map(|(s, _)| *s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_text_and_nothing_is_added_without_colour() {
        assert_eq!(with_symbol("below minimum", true), "✗ below minimum");
        assert_eq!(coloured("met ", "met", true), "\x1b[32mmet \x1b[0m");
        for text in ["met", "below minimum", "CSPN"] {
            assert_eq!(with_symbol(text, false), text);
            assert_eq!(coloured(text, text, false), text);
            assert_eq!((heading(text, false), faint(text, false)), (text.into(), text.into()));
        }
        assert_eq!(with_symbol("CSPN", true), "CSPN");
    }
}
