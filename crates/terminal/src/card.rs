//! Rows as cards: a block of `name: value` lines each, for a screen that is too narrow for the table.

use crate::{
    fit::GAP,
    screen::Look,
    style,
    text::{width, wrapped},
};
use std::io::{self, Write};

/// Names are at most this wide; a longer one has its value in the next line.
const NAME: usize = 24;

/// One card a row, a blank line between two; empty cells are left out. `raw` are the texts of the cells,
/// which decide their colour.
pub(crate) fn write(
    heads: &[&str],
    rows: &[Vec<String>],
    raw: &[Vec<String>],
    look: Look,
    to: &mut dyn Write,
) -> io::Result<()> {
    let names = heads.iter().map(|h| width(h)).filter(|w| *w <= NAME).max().unwrap_or(0) + 1;
    for (n, (cells, texts)) in rows.iter().zip(raw).enumerate() {
        if n > 0 {
            writeln!(to)?;
        }
        for ((head, cell), text) in heads.iter().zip(cells).zip(texts) {
            if cell.is_empty() {
                continue;
            }
            let most = look.width.map_or(usize::MAX, |w| w.saturating_sub(names + GAP).max(1));
            let name = format!("{head}:");
            let pad = " ".repeat((names + GAP).saturating_sub(width(&name)));
            let first = style::faint(&name, look.colour);
            if width(&name) > names {
                writeln!(to, "{first}")?;
            } else {
                write!(to, "{first}{pad}")?;
            }
            for (i, line) in wrapped(cell, most).iter().enumerate() {
                let indent = if i == 0 && width(&name) <= names { 0 } else { names + GAP };
                writeln!(to, "{:indent$}{}", "", style::coloured(line, text, look.colour))?;
            }
        }
    }
    Ok(())
}
