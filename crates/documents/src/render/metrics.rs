//! Widths of printed text, from the fonts that the PDF embeds. Charts use them too, so that a
//! label never runs into its neighbour.

use skrifa::{
    FontRef, MetadataProvider,
    instance::{LocationRef, Size},
};
use std::sync::OnceLock;

/// Liberation Sans Regular.
pub const REGULAR: &[u8] = include_bytes!("../../assets/fonts/LiberationSans-Regular.ttf");
/// Liberation Sans Bold.
pub const BOLD: &[u8] = include_bytes!("../../assets/fonts/LiberationSans-Bold.ttf");

/// Characters below this one are looked up in a table; the fonts hold few above it.
const TABLE: u32 = 0x2700;
/// Width of a character that the font lacks, as a share of the size.
const MISSING: f32 = 0.6;

struct Widths([Vec<Option<f32>>; 2]);

fn widths() -> &'static Widths {
    static WIDTHS: OnceLock<Widths> = OnceLock::new();
    WIDTHS.get_or_init(|| Widths([read(REGULAR), read(BOLD)]))
}

fn read(font: &[u8]) -> Vec<Option<f32>> {
    let Ok(font) = FontRef::new(font) else { return Vec::new() };
    let (map, metrics) =
        (font.charmap(), font.glyph_metrics(Size::new(1.0), LocationRef::default()));
    (0..TABLE)
        .map(|c| char::from_u32(c).and_then(|c| map.map(c)).and_then(|g| metrics.advance_width(g)))
        .collect()
}

/// Does the font have the character?
#[must_use]
pub fn has(c: char, bold: bool) -> bool {
    advance(c, bold).is_some()
}

fn advance(c: char, bold: bool) -> Option<f32> {
    *widths().0[usize::from(bold)].get(u32::from(c) as usize)?
}

/// Width of a text at a size, in the unit of the size.
#[must_use]
pub fn width(text: &str, size: f32, bold: bool) -> f32 {
    text.chars().map(|c| advance(c, bold).unwrap_or(MISSING)).sum::<f32>() * size
}

/// As much of the text as fits, with an ellipsis where something was cut: between words, or inside the
/// first word where that alone is too wide.
#[must_use]
pub fn fit(text: &str, size: f32, bold: bool, room: f32) -> String {
    if width(text, size, bold) <= room {
        return text.to_owned();
    }
    let mut used = width("…", size, bold);
    let mut end = 0;
    for (at, c) in text.char_indices() {
        used += advance(c, bold).unwrap_or(MISSING) * size;
        if used > room {
            break;
        }
        end = at + c.len_utf8();
    }
    let whole_words = text[end..].starts_with(' ') || !text[..end].contains(' ');
    let end = if whole_words { end } else { text[..end].rfind(' ').unwrap_or(end) };
    format!("{}…", text[..end].trim_end_matches([' ', ',', ';']))
}

/// Lines no wider than `room`; a word wider than that is broken. Never empty.
#[must_use]
pub fn wrap(text: &str, size: f32, bold: bool, room: f32) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    let space = width(" ", size, bold);
    let mut used = 0.0;
    for word in tied(text) {
        let word = word.as_str();
        let w = width(word, size, bold);
        if !line.is_empty() && used + space + w > room {
            lines.push(std::mem::take(&mut line));
            used = 0.0;
        }
        if !line.is_empty() {
            line.push(' ');
            used += space;
        }
        if w <= room {
            line.push_str(word);
            used += w;
            continue;
        }
        for c in word.chars() {
            let w = advance(c, bold).unwrap_or(MISSING) * size;
            if !line.is_empty() && used + w > room {
                lines.push(std::mem::take(&mut line));
                used = 0.0;
            }
            line.push(c);
            used += w;
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// The words of a text; a number and its unit are one word.
fn tied(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        match out.last_mut() {
            Some(last) if is_number(last) && is_unit(word) => {
                last.push(' ');
                last.push_str(word);
            }
            _ => out.push(word.to_owned()),
        }
    }
    out
}

/// Does the word end with a digit, as a number before its unit does?
pub(crate) fn is_number(word: &str) -> bool {
    word.ends_with(|c: char| c.is_ascii_digit())
}

/// A unit, whatever stands after it in the sentence.
pub(crate) fn is_unit(word: &str) -> bool {
    let bare = word.trim_end_matches(['.', ',', ';', ':', ')', '?', '!']);
    ["%", "s", "ms", "µs", "h", "min"].contains(&bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_its_unit_are_on_one_line() {
        for (text, unit) in [("against a minimum of 96 %.", "96 %."), ("within 25 s of it", "25 s")]
        {
            for room in 20..120 {
                let lines = wrap(text, 9.0, false, room as f32);
                if room >= 40 {
                    assert!(lines.iter().any(|l| l.contains(unit)), "{room}: {lines:?}");
                }
            }
        }
        assert_eq!(tied("in 2026 Central % 5"), ["in", "2026", "Central", "%", "5"]);
    }

    #[test]
    fn wrapping_loses_nothing_and_keeps_within_the_room() {
        let word = "x".repeat(10_000);
        let lines = wrap(&format!("two words {word} end"), 9.0, false, 100.0);
        assert!(lines.iter().all(|l| width(l, 9.0, false) <= 100.0));
        assert_eq!(lines.concat().chars().filter(|c| *c == 'x').count(), 10_000);
        assert_eq!(wrap("", 9.0, false, 100.0), [""]);
        assert!(width(&fit("a long label", 9.0, true, 30.0), 9.0, true) <= 30.0);
        assert_eq!(fit("fitters were retrained", 9.0, false, 70.0), "fitters were…");
        assert_eq!(fit("retrained", 9.0, false, 30.0), "retrai…");
        assert_eq!(fit("retrained", 9.0, false, 60.0), "retrained");
    }
}
