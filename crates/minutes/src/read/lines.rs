//! Lines of text and Markdown into blocks.

use super::{html, inline::clean, table};
use crate::block::{Block, Check, Content, Place, Row};
use std::collections::{BTreeMap, BTreeSet};

/// Longest heading without a mark of its own, in characters.
const HEADING_CHARS: usize = 80;
/// Lines beside a page number that may repeat on each page.
const NEAR: usize = 3;
/// What months begin with: `2 June 2020` has no number of a heading.
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// Most lines of front matter.
const FRONT_MATTER_LINES: usize = 60;
/// Signs that begin an item.
const BULLETS: [char; 9] = ['-', '*', '+', '•', '–', '▪', '◦', '·', '‣'];
/// Roman numerals that begin an item.
const ROMAN: [&str; 12] =
    ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"];

/// The blocks of a text, in reading order; one more than `most` at the most.
pub(super) fn blocks(text: &str, markdown: bool, most: usize) -> Vec<Block> {
    let mut r = Reader {
        lines: text.split('\n').collect(),
        markdown,
        at: 0,
        broken: false,
        indents: Vec::new(),
        running: running(text),
        seen: BTreeSet::new(),
        no_table_before: 0,
        out: Vec::new(),
    };
    r.front_matter();
    while r.at < r.lines.len() && r.out.len() <= most {
        r.block();
    }
    let mut out = r.out;
    for (index, b) in out.iter_mut().enumerate() {
        b.index = index;
    }
    out
}

struct Reader<'a> {
    lines: Vec<&'a str>,
    markdown: bool,
    at: usize,
    /// Did a page end since the last block?
    broken: bool,
    /// Indents of the items around the present one.
    indents: Vec<usize>,
    /// Lines that each page repeats.
    running: BTreeSet<&'a str>,
    /// Those of them that are in the blocks; all page numbers are one.
    seen: BTreeSet<String>,
    /// The line before which no table of HTML is: each search for an end is made once.
    no_table_before: usize,
    out: Vec<Block>,
}

impl<'a> Reader<'a> {
    fn line(&self, at: usize) -> &'a str {
        self.lines.get(at).copied().unwrap_or_default()
    }

    fn blank(&self, at: usize) -> bool {
        self.line(at).trim().is_empty()
    }

    fn put(&mut self, from: usize, content: Content) {
        if !matches!(content, Content::Item { .. }) {
            self.indents.clear();
        }
        let line = u32::try_from(from + 1).ok();
        let place = Place { line };
        self.out.push(Block { index: 0, place, content });
        self.broken = false;
    }

    /// `---`, keys and values, `---` at the beginning of a file.
    fn front_matter(&mut self) {
        if self.line(0).trim_end() != "---" {
            return;
        }
        let end = (1..self.lines.len().min(FRONT_MATTER_LINES))
            .find(|i| matches!(self.line(*i).trim_end(), "---" | "..."));
        let Some(end) = end else { return };
        let keyed = |l: &&str| l.trim().is_empty() || l.contains(':') || l.starts_with([' ', '-']);
        if end < 2 || !self.lines[1..end].iter().all(keyed) {
            return;
        }
        let text = clean(&self.lines[1..end].join("\n"));
        self.put(1, Content::FrontMatter { text });
        self.at = end + 1;
    }

    fn block(&mut self) {
        let (from, line) = (self.at, self.line(self.at));
        if line.contains('\u{c}') {
            self.broken = true;
        }
        if line.trim().is_empty() || is_rule(line) {
            self.at += 1;
            return;
        }
        if self.is_running(line) {
            self.at += 1;
            self.running_line(from, line);
            return;
        }
        if let Some((rows, used)) = self.table(self.at) {
            self.at += used;
            self.put_table(from, rows);
            return;
        }
        if self.heading() {
            return;
        }
        match item(line) {
            Some(found) => self.item(found),
            None => self.paragraph(),
        }
    }

    fn is_running(&self, line: &str) -> bool {
        is_page_number(line) || self.running.contains(line.trim())
    }

    /// Page numbers and the lines around them are in the blocks once, however many pages there are.
    fn running_line(&mut self, from: usize, line: &str) {
        let text = clean(line);
        let number = is_page_number(line);
        let name = if number { String::new() } else { text.clean.clone() };
        if self.seen.insert(name) {
            self.put(from, Content::Running { top: !number, text });
        }
        // The first line of a file repeats below, and no page ended before it.
        self.broken = self.out.len() > 1;
    }

    fn table_at(&mut self, at: usize) -> bool {
        self.table(at).is_some()
    }

    /// The table that begins on a line, and how many lines it takes.
    fn table(&mut self, at: usize) -> Option<(Vec<Row>, usize)> {
        let rest = self.lines.get(at..)?;
        let first = rest.first()?;
        if !html::begins(first) {
            let tabs = || if item(first).is_some() { None } else { table::tabs(rest) };
            return table::pipes(rest).or_else(|| table::dashes(rest)).or_else(tabs);
        }
        if at < self.no_table_before {
            return None;
        }
        let end = html::end(rest);
        let used = end.unwrap_or(rest.len());
        let rows = end.and_then(|used| html::table(&rest[..used]));
        if rows.is_none() {
            self.no_table_before = at + used;
        }
        rows.map(|rows| (rows, used))
    }

    /// A table that goes on after the end of a page, or that repeats the header of the table before it, is part of
    /// that table (A10).
    fn put_table(&mut self, from: usize, mut rows: Vec<Row>) {
        let broken = self.broken;
        let before = self
            .out
            .iter_mut()
            .rev()
            .find(|b| !matches!(b.content, Content::Running { .. }))
            .and_then(|b| match &mut b.content {
                Content::Table { rows } => Some(rows),
                _ => None,
            });
        if let Some(before) = before
            && table::width(before) == table::width(&rows)
        {
            let repeated = rows.first().zip(before.first()).is_some_and(|(a, b)| table::same(a, b));
            if repeated {
                rows.remove(0);
            }
            if repeated || broken {
                table::append(before, rows, broken);
                self.broken = false;
                return;
            }
        }
        self.put(from, Content::Table { rows });
    }

    fn heading(&mut self) -> bool {
        let (from, line) = (self.at, self.line(self.at).trim());
        let hashes = line.bytes().take_while(|b| *b == b'#').count();
        let after = line.get(hashes..).unwrap_or_default();
        if (1..=6).contains(&hashes) && after.starts_with([' ', '\t']) {
            self.at += 1;
            self.put_heading(from, hashes, after.trim().trim_end_matches('#').trim_end());
            return true;
        }
        let alone = from == 0 || self.blank(from - 1);
        if alone
            && item(line).is_none()
            && let Some(level) = underline(self.line(from + 1))
        {
            self.at += 2;
            self.put_heading(from, level, line);
            return true;
        }
        // A numbered line above a list of another kind, or above a table, is a heading as well.
        let next = self.line(from + 1);
        let other = item(next).is_some() && numbered(next.trim()).is_none();
        let above = numbered(line).is_some() && (other || self.table_at(from + 1));
        if alone && (self.blank(from + 1) || above) && line.chars().count() <= HEADING_CHARS {
            let level = self.unmarked(line);
            if let Some(level) = level {
                self.at += 1;
                self.put_heading(from, level, line);
                return true;
            }
        }
        false
    }

    /// The level of a line alone that is a heading by its look: numbered, in capitals, or bold.
    fn unmarked(&self, line: &str) -> Option<usize> {
        if line.ends_with(['.', ';', ',']) {
            return None;
        }
        let bold = line
            .strip_prefix("**")
            .and_then(|l| l.strip_suffix("**"))
            .filter(|l| !l.contains("**") && !l.ends_with([':', '.']));
        if let Some(bold) = bold {
            let level = numbered(bold).map_or(2, |(n, _)| n.split('.').count());
            return Some(level);
        }
        if !self.markdown
            && let Some((number, words)) = numbered(line)
        {
            let month = words.get(..3).is_some_and(|m| MONTHS.contains(&m.to_lowercase().as_str()));
            let title = words.chars().next().is_some_and(char::is_uppercase) && !month;
            return title.then(|| number.split('.').count());
        }
        let letters: Vec<char> = line.chars().filter(|c| c.is_alphabetic()).collect();
        let capitals = letters.len() > 2 && letters.iter().all(|c| c.is_uppercase());
        (capitals && !line.contains(": ") && item(line).is_none()).then_some(2)
    }

    fn put_heading(&mut self, from: usize, level: usize, words: &str) {
        let bold = words.strip_prefix("**").and_then(|l| l.strip_suffix("**")).unwrap_or(words);
        let (number, words) = numbered(bold).unwrap_or(("", bold));
        let level = u8::try_from(level).unwrap_or(u8::MAX);
        let number = number.to_owned();
        self.put(from, Content::Heading { level, number, text: clean(words) });
    }

    fn item(&mut self, found: Item<'_>) {
        let from = self.at;
        let indent = indent(self.line(from));
        self.at += 1;
        let mut text = found.words.to_owned();
        while !self.blank(self.at) && self.goes_on(indent) {
            text.push('\n');
            text.push_str(self.line(self.at));
            self.at += 1;
        }
        while self.indents.last().is_some_and(|i| *i >= indent) {
            self.indents.pop();
        }
        let depth = u8::try_from(self.indents.len()).unwrap_or(u8::MAX);
        self.indents.push(indent);
        let (marker, check) = (found.marker.to_owned(), found.check);
        self.put(from, Content::Item { marker, depth, check, text: clean(&text) });
    }

    /// Does the present line go on with an item of that indent?
    fn goes_on(&self, of: usize) -> bool {
        let line = self.line(self.at);
        indent(line) > of && item(line).is_none() && !line.trim_start().starts_with('|')
    }

    fn paragraph(&mut self) {
        let from = self.at;
        self.at += 1;
        while !self.blank(self.at) && !self.begins() {
            self.at += 1;
        }
        let text = clean(&self.lines[from..self.at].join("\n"));
        if !text.clean.is_empty() {
            self.put(from, Content::Paragraph { text });
        }
    }

    /// Does another block begin on the present line, without a blank line before it?
    fn begins(&mut self) -> bool {
        let line = self.line(self.at);
        item(line).is_some()
            || line.trim_start().starts_with('#')
            || self.is_running(line)
            || is_rule(line)
            || self.table_at(self.at)
    }
}

/// Lines beside page numbers that are in the text more than once, such as its reference and its marking.
fn running(text: &str) -> BTreeSet<&str> {
    let lines: Vec<&str> = text.split('\n').map(str::trim).collect();
    let mut times = BTreeMap::<&str, usize>::new();
    for line in &lines {
        *times.entry(line).or_default() += 1;
    }
    let mut out = BTreeSet::new();
    for (i, _) in lines.iter().enumerate().filter(|(_, l)| is_page_number(l)) {
        let near = i.saturating_sub(NEAR)..(i + NEAR + 1).min(lines.len());
        out.extend(lines[near].iter().copied().filter(|l| {
            let plain = !l.is_empty() && !l.contains(['|', '\t', '<']) && !is_rule(l);
            plain && !is_page_number(l) && times.get(l).is_some_and(|n| *n > 1)
        }));
    }
    out
}

/// An item of a list: marker, check box, words.
struct Item<'a> {
    marker: &'a str,
    check: Option<Check>,
    words: &'a str,
}

fn item(line: &str) -> Option<Item<'_>> {
    let line = line.trim();
    let (marker, words) = marker(line).unwrap_or(("", line));
    let (check, words) = match checked(words) {
        Some((check, words)) => (Some(check), words),
        None => (None, words),
    };
    (!words.is_empty() && !(marker.is_empty() && check.is_none())).then_some(Item {
        marker,
        check,
        words,
    })
}

fn marker(line: &str) -> Option<(&str, &str)> {
    let (first, rest) = line.split_once([' ', '\t'])?;
    let rest = rest.trim_start();
    let bullet = first.chars().count() == 1 && first.starts_with(BULLETS);
    let inner = first.strip_prefix('(').and_then(|f| f.strip_suffix(')'));
    let ended = first.strip_suffix(['.', ')']);
    let number = |t: &str| (1..=3).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit());
    let letter = |t: &str| t.len() == 1 && t.bytes().all(|b| b.is_ascii_lowercase());
    let counted = |t: &str| number(t) || letter(t) || ROMAN.contains(&t);
    (bullet || inner.is_some_and(counted) || ended.is_some_and(counted)).then_some((first, rest))
}

fn checked(words: &str) -> Option<(Check, &str)> {
    let open = ["[ ]", "[]", "☐"].iter().find_map(|m| words.strip_prefix(m));
    let ticked = ["[x]", "[X]", "☑", "☒", "✓", "✔"].iter().find_map(|m| words.strip_prefix(m));
    let found = open.map(|w| (Check::Open, w)).or(ticked.map(|w| (Check::Ticked, w)))?;
    // A Markdown link begins with a bracket, too.
    (!found.1.starts_with('(')).then(|| (found.0, found.1.trim_start()))
}

/// The number before a heading, such as `3.1`, and its words.
fn numbered(line: &str) -> Option<(&str, &str)> {
    let (first, words) = line.split_once([' ', '\t'])?;
    let number = first.trim_end_matches(['.', ')']);
    let sound = number
        .split('.')
        .all(|p| (1..=2).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()));
    sound.then(|| (number, words.trim_start()))
}

/// The level of a heading that a line underlines.
fn underline(line: &str) -> Option<usize> {
    let line = line.trim();
    let all = |c: char| line.len() > 2 && line.chars().all(|x| x == c);
    if all('=') {
        Some(1)
    } else if all('-') || all('~') {
        Some(2)
    } else {
        None
    }
}

/// A line of nothing but strokes.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.len() > 2 && line.chars().all(|c| matches!(c, '-' | '=' | '_' | '*' | '~' | ' '))
}

/// `Page 3`, `Page 3 of 9`, `3 / 9`.
fn is_page_number(line: &str) -> bool {
    let plain = line.trim().trim_matches(['-', '–', ' ', '\u{c}']).to_lowercase();
    let digits = |t: &str| !t.trim().is_empty() && t.trim().bytes().all(|b| b.is_ascii_digit());
    let of = |t: &str| {
        let parts: Vec<&str> = t.split(" of ").collect();
        parts.len() <= 2 && parts.iter().all(|p| digits(p))
    };
    plain.strip_prefix("page ").is_some_and(of)
        || plain.split_once(" / ").is_some_and(|(a, b)| digits(a) && digits(b))
}

/// Columns of white space before a line; a tab is four.
fn indent(line: &str) -> usize {
    line.chars().take_while(|c| c.is_whitespace()).map(|c| if c == '\t' { 4 } else { 1 }).sum()
}
