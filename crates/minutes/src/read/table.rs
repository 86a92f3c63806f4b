//! Tables of text: pipes, tabs, and columns under dashes.

use super::inline::clean;
use crate::block::{Cell, Row, Text};

/// A row of plain cells.
pub(super) fn row<'a>(cells: impl IntoIterator<Item = &'a str>, header: bool) -> Row {
    let cell = |(column, text): (usize, &str)| Cell {
        column,
        columns: 1,
        rows: 1,
        header,
        text: clean(text.trim()),
    };
    Row { cells: cells.into_iter().enumerate().map(cell).collect() }
}

/// Columns of a table.
pub(super) fn width(rows: &[Row]) -> usize {
    rows.iter().flat_map(|r| &r.cells).map(|c| c.column + c.columns).max().unwrap_or(0)
}

/// Have two rows the same words?
pub(super) fn same(a: &Row, b: &Row) -> bool {
    let words =
        |r: &Row| -> Vec<String> { r.cells.iter().map(|c| c.text.clean.to_lowercase()).collect() };
    let (a, b) = (words(a), words(b));
    a == b && a.iter().any(|c| !c.is_empty())
}

/// Adds rows of the next page. A first row that begins with an empty cell goes on with the row before it.
pub(super) fn append(to: &mut Vec<Row>, mut rows: Vec<Row>, broken: bool) {
    let goes_on = |r: &Row| r.cells.len() > 1 && r.cells[0].text.clean.is_empty();
    if broken && rows.first().is_some_and(goes_on) {
        let first = rows.remove(0);
        if let Some(last) = to.last_mut() {
            for cell in first.cells.into_iter().filter(|c| !c.text.clean.is_empty()) {
                match last.cells.iter_mut().find(|c| c.column == cell.column) {
                    Some(before) => join(&mut before.text, &cell.text),
                    None => last.cells.push(cell),
                }
            }
        }
    }
    to.extend(rows);
}

fn join(to: &mut Text, more: &Text) {
    if to.clean.is_empty() {
        to.clone_from(more);
        return;
    }
    to.clean.push(' ');
    to.original.push('\n');
    let (clean, original) = (to.clean.len(), to.original.len());
    to.clean.push_str(&more.clean);
    to.original.push_str(&more.original);
    to.offsets.extend(more.offsets.iter().map(|(c, o)| (c + clean, o + original)));
    let moved = more.styles.iter().cloned().map(|mut s| {
        s.span = s.span.start + clean..s.span.end + clean;
        s
    });
    to.styles.extend(moved);
}

/// Lines with `|` between cells: two or more in a row. A row of dashes makes those before it the header.
pub(super) fn pipes(lines: &[&str]) -> Option<(Vec<Row>, usize)> {
    let used = lines.iter().take_while(|l| split(l).is_some()).count();
    if used < 2 {
        return None;
    }
    let cells: Vec<Vec<&str>> = lines[..used].iter().filter_map(|l| split(l)).collect();
    let dashes = cells.iter().position(|c| c.iter().all(|c| is_dashes(c)));
    let rows = cells
        .iter()
        .enumerate()
        .filter(|(_, c)| !c.iter().all(|c| is_dashes(c)))
        .map(|(i, c)| row(c.iter().copied(), dashes.is_some_and(|d| i < d)))
        .collect::<Vec<_>>();
    (!rows.is_empty()).then_some((rows, used))
}

fn is_dashes(cell: &str) -> bool {
    let cell = cell.trim();
    !cell.is_empty() && cell.contains('-') && cell.chars().all(|c| matches!(c, '-' | ':' | '='))
}

/// The cells of a line with pipes; a pipe after `\` is text.
fn split(line: &str) -> Option<Vec<&str>> {
    let line = line.trim();
    let inner = line.strip_prefix('|').unwrap_or(line);
    let mut cells = Vec::new();
    let (mut from, mut escaped) = (0, false);
    for (i, c) in inner.char_indices() {
        match c {
            '|' if !escaped => {
                cells.push(&inner[from..i]);
                from = i + 1;
            }
            _ => escaped = c == '\\' && !escaped,
        }
    }
    if !inner[from..].trim().is_empty() || !line.ends_with('|') {
        cells.push(&inner[from..]);
    }
    (cells.len() > 1 || line.starts_with('|') && line.ends_with('|') && !cells.is_empty())
        .then_some(cells)
}

/// Lines with tabs between cells: two or more in a row.
pub(super) fn tabs(lines: &[&str]) -> Option<(Vec<Row>, usize)> {
    // Indented text begins with a tab and has none between words.
    let used = lines.iter().take_while(|l| l.trim().contains('\t')).count();
    (used > 1).then(|| {
        (lines[..used].iter().map(|l| row(l.trim_end().split('\t'), false)).collect(), used)
    })
}

/// A header, a line of groups of dashes, and rows in the columns of the groups until a blank line. A row that is empty in
/// its first column goes on with the row before it.
pub(super) fn dashes(lines: &[&str]) -> Option<(Vec<Row>, usize)> {
    let (head, ruler) = (lines.first()?, lines.get(1)?.trim_end());
    if ruler.is_empty()
        || !ruler.chars().all(|c| matches!(c, '-' | '=' | ' '))
        || head.trim().is_empty()
    {
        return None;
    }
    let chars: Vec<char> = ruler.chars().collect();
    let starts: Vec<usize> = (0..chars.len())
        .filter(|i| chars[*i] != ' ' && (*i == 0 || chars[*i - 1] == ' '))
        .collect();
    if starts.len() < 2 {
        return None;
    }
    let used = 2 + lines[2..].iter().take_while(|l| !l.trim().is_empty()).count();
    let cut = |line: &str| -> Vec<String> {
        let chars: Vec<char> = line.chars().collect();
        let end = |n: usize| starts.get(n + 1).copied().unwrap_or(chars.len()).min(chars.len());
        let one = |(n, from): (usize, &usize)| {
            chars.get(*from..end(n).max(*from)).unwrap_or_default().iter().collect::<String>()
        };
        starts.iter().enumerate().map(one).collect()
    };
    let mut rows = vec![row(cut(head).iter().map(String::as_str), true)];
    for line in &lines[2..used] {
        let next = row(cut(line).iter().map(String::as_str), false);
        append(&mut rows, vec![next], true);
    }
    Some((rows, used))
}
