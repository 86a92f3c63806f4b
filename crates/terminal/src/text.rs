//! Widths of texts in columns of a terminal, and lines of a given width.

use unicode_width::UnicodeWidthStr;

/// An id that is longer is divided at its separators where it does not fit.
const DIVISIBLE: usize = 30;

/// Columns that a text takes.
pub(crate) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The text in lines of at most `most` columns, divided between words. A word that is longer is divided after
/// `:` or `/` if it is long (the id of a request); else it stays whole and its line is longer.
#[must_use]
pub fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    let glued = with_units(text);
    for word in glued.split(' ') {
        for (n, part) in parts(word, most).into_iter().enumerate() {
            let space = usize::from(n == 0);
            match lines.last_mut() {
                Some(last) if last.is_empty() => last.push_str(part),
                Some(last) if width(last) + space + width(part) <= most => {
                    last.push_str(&" "[..space]);
                    last.push_str(part);
                }
                _ => lines.push(part.to_owned()),
            }
        }
    }
    lines.iter().map(|l| l.replace(GLUE, " ")).collect()
}

/// Stands for a space that no line may end at.
const GLUE: char = '\u{a0}';
/// Units that stay in the line of their number.
const UNITS: [&str; 6] = ["%", "ms", "µs", "s", "min", "h"];

/// The text with units joined to the numbers before them.
fn with_units(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (n, word) in text.split(' ').enumerate() {
        let unit = UNITS.contains(&word.trim_end_matches([',', ';', '.', ':', ')']));
        if n > 0 {
            out.push(if unit && out.ends_with(|c: char| c.is_ascii_digit()) { GLUE } else { ' ' });
        }
        out.push_str(word);
    }
    out
}

/// The word whole, or what is between its separators where it is longer than a line.
fn parts(word: &str, most: usize) -> Vec<&str> {
    if width(word) <= most.max(DIVISIBLE) { vec![word] } else { divided(word) }
}

fn divided(word: &str) -> Vec<&str> {
    word.split_inclusive([':', '/']).collect()
}

/// The narrowest column in which every word of the text is as whole as [`wrapped`] leaves it.
pub(crate) fn narrowest(text: &str) -> usize {
    let word = |w: &str| match width(w) {
        0..=DIVISIBLE => width(w),
        _ => divided(w).into_iter().map(width).max().unwrap_or(0),
    };
    with_units(text).split(' ').map(word).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_between_words_and_ids_stay_whole() {
        assert_eq!(wrapped("a mast failed in the north", 10), ["a mast", "failed in", "the north"]);
        assert_eq!(wrapped("to 0123456789abcdef in", 8), ["to", "0123456789abcdef", "in"]);
        assert_eq!(wrapped("", 10), [""]);
        let hash = "0".repeat(64);
        assert_eq!(wrapped(&hash, 20), std::slice::from_ref(&hash));
        assert_eq!(narrowest(&hash), 64);
    }

    #[test]
    fn the_id_of_a_request_is_divided_between_its_parts() {
        let id = "90-B3-D5-1F-30-02-00-01:00-DB-12-34-03-00-07-23:1775001617241";
        assert_eq!(narrowest(id), 24);
        let lines = wrapped(id, 24);
        assert_eq!(lines.len(), 3);
        assert_eq!(lines.concat(), id);
        assert_eq!(wrapped(id, 62), [id]);
    }

    #[test]
    fn a_unit_stays_with_its_number() {
        assert_eq!(
            wrapped("target of 99 %, within 25 s", 12),
            ["target of", "99 %, within", "25 s"]
        );
        assert_eq!(narrowest("99.38 %"), 7);
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!((width("电表"), wrapped("电表 电表", 8).len()), (4, 2));
    }
}
