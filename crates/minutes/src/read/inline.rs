//! Mark-up inside a line: tags, entities, emphasis and double spaces go, and each stretch of clean text leads back to
//! where it was (G8).

use crate::block::{Style, StyleKind, Text};

/// Entities that are named; others are numbers.
const ENTITIES: [(&str, char); 14] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("pound", '£'),
    ("bull", '•'),
];
/// Longest entity, in bytes.
const ENTITY_BYTES: usize = 10;
/// Longest tag, in bytes: a `<` without an end soon after is a sign.
const TAG_BYTES: usize = 200;

/// Cleans a stretch of a file. `<br>` and ends of paragraphs become line feeds.
pub(super) fn clean(original: &str) -> Text {
    let mut to = Cleaner {
        out: Text { original: original.to_owned(), ..Text::default() },
        ..Cleaner::default()
    };
    let mut at = 0;
    while let Some(rest) = original.get(at..).filter(|r| !r.is_empty()) {
        at += to.step(rest, at);
    }
    to.finish()
}

#[derive(Default)]
struct Cleaner {
    out: Text,
    /// Where each style that is open began, in clean bytes.
    open: Vec<(StyleKind, &'static str, usize)>,
    /// Where the copied stretch goes on, in the original.
    next: Option<usize>,
}

impl Cleaner {
    /// Takes what `rest` begins with and returns its length in bytes.
    fn step(&mut self, rest: &str, at: usize) -> usize {
        if let Some((len, name, ends)) = tag(rest) {
            self.tag(name, ends);
            return len;
        }
        if let Some((len, c)) = entity(rest) {
            self.push(c, at);
            self.next = None;
            return len;
        }
        if let Some((len, text_len)) = link(rest) {
            let inner = &rest[1..=text_len];
            for (i, c) in inner.char_indices() {
                self.push(c, at + 1 + i);
            }
            return len;
        }
        for (mark, kind) in [
            ("**", Some(StyleKind::Bold)),
            ("__", Some(StyleKind::Bold)),
            ("~~", Some(StyleKind::Struck)),
            ("`", None),
        ] {
            if rest.starts_with(mark) {
                match kind {
                    Some(kind) => self.toggle(kind, mark),
                    None => self.next = None,
                }
                return mark.len();
            }
        }
        // A sign after a backslash is text.
        if let Some(sign) = rest.strip_prefix('\\').and_then(|r| r.chars().next())
            && "*_~`|[<".contains(sign)
        {
            self.push(sign, at + 1);
            return 2;
        }
        let c = rest.chars().next().unwrap_or(' ');
        let first = self.out.clean.is_empty();
        if self.is_stray(c, rest) || first && is_stray_at_start(rest) {
            self.next = None;
        } else {
            self.push(c, at);
        }
        c.len_utf8()
    }

    /// A star that marks emphasis or is left over: one that touches a word on at least one side. A star between spaces
    /// or digits is a sign.
    fn is_stray(&self, c: char, rest: &str) -> bool {
        if c != '*' {
            return false;
        }
        let before = self.out.clean.chars().next_back();
        let after = rest.chars().nth(1);
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() || "().,:;".contains(c));
        let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
        (word(before) || word(after)) || (blank(before) && after.is_none())
    }

    fn push(&mut self, c: char, at: usize) {
        // The file breaks its lines where they are full: only a tag starts a new line.
        let c = if matches!(c, '\t' | '\n' | '\u{a0}' | '\u{c}' | '\u{85}') { ' ' } else { c };
        let ends_blank = self.out.clean.chars().next_back().is_none_or(char::is_whitespace);
        if c == ' ' && ends_blank {
            self.next = None;
            return;
        }
        if self.next != Some(at) {
            self.out.offsets.push((self.out.clean.len(), at));
        }
        self.out.clean.push(c);
        self.next = Some(at + c.len_utf8());
    }

    fn tag(&mut self, name: &str, ends: bool) {
        self.next = None;
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "br" => self.line_feed(),
            "p" | "div" | "li" if ends => self.line_feed(),
            "b" | "strong" => self.toggle(StyleKind::Bold, "b"),
            "s" | "del" | "strike" => self.toggle(StyleKind::Struck, "s"),
            _ => {}
        }
    }

    fn line_feed(&mut self) {
        while self.out.clean.ends_with(' ') {
            self.out.clean.pop();
        }
        if !self.out.clean.is_empty() && !self.out.clean.ends_with('\n') {
            self.out.clean.push('\n');
        }
    }

    fn toggle(&mut self, kind: StyleKind, mark: &'static str) {
        self.next = None;
        match self.open.iter().rposition(|o| o.1 == mark) {
            Some(i) => {
                let (kind, _, from) = self.open.remove(i);
                let to = self.out.clean.trim_end().len();
                if from < to {
                    self.out.styles.push(Style { span: from..to, kind });
                }
            }
            None => self.open.push((kind, mark, self.out.clean.len())),
        }
    }

    fn finish(mut self) -> Text {
        let end = self.out.clean.trim_end().len();
        self.out.clean.truncate(end);
        self.out.offsets.retain(|(c, _)| *c < end);
        self.out.styles.retain(|s| s.span.end <= end);
        self.out
    }
}

/// A star before a blank, or an apostrophe that is never closed, at the beginning of a text.
fn is_stray_at_start(rest: &str) -> bool {
    let mut chars = rest.chars();
    match chars.next() {
        Some('*') => chars.next().is_some_and(char::is_whitespace),
        Some('\'') => {
            let after: Vec<char> = chars.collect();
            let closes = |i: &usize| after.get(i + 1).is_none_or(|c| !c.is_alphanumeric());
            after.first().is_some_and(|c| c.is_alphanumeric())
                && !(0..after.len()).filter(|i| after[*i] == '\'').any(|i| closes(&i))
        }
        _ => false,
    }
}

/// Length, name, and whether it ends something, of a tag at the beginning.
fn tag(rest: &str) -> Option<(usize, &str, bool)> {
    let inner = rest.strip_prefix('<')?;
    let ends = inner.starts_with('/');
    let name = inner.trim_start_matches('/');
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) && !inner.starts_with("!--") {
        return None;
    }
    let window = inner.bytes().take(TAG_BYTES).position(|b| b == b'>')?;
    let name_len = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
    // An address in angle brackets is text.
    let body = &inner[..window];
    if body.contains('@') || body.contains("://") && !body.contains('=') {
        return None;
    }
    Some((window + 2, &name[..name_len], ends))
}

fn entity(rest: &str) -> Option<(usize, char)> {
    let inner = rest.strip_prefix('&')?;
    let end = inner.bytes().take(ENTITY_BYTES).position(|b| b == b';')?;
    let name = &inner[..end];
    let number = name.strip_prefix('#').and_then(|n| match n.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => n.parse().ok(),
    });
    let c = match number {
        Some(n) => char::from_u32(n).filter(|c| !c.is_control())?,
        None => ENTITIES.iter().find(|(e, _)| *e == name)?.1,
    };
    Some((end + 2, c))
}

/// Longest link, in bytes: a bracket without an end soon after is a sign.
const LINK_BYTES: usize = 2_000;

/// Length, and length of the words, of a Markdown link `[words](target)` at the beginning.
fn link(rest: &str) -> Option<(usize, usize)> {
    let inner = rest.strip_prefix('[')?;
    let inner = inner.get(..inner.floor_char_boundary(LINK_BYTES)).unwrap_or(inner);
    let words = inner.find(']')?;
    let target = inner[words + 1..].strip_prefix('(')?;
    let end = target.find([')', '\n'])?;
    let sound =
        words > 0 && target[end..].starts_with(')') && !inner[..words].contains(['[', '\n']);
    sound.then_some((1 + words + 2 + end + 1, words))
}
