//! A table as aligned text: cells wrapped where the screen is too narrow, cards where that cannot do.

use crate::{
    card,
    fit::{GAP, widths},
    screen::Look,
    style,
    text::{width, wrapped},
};
use northbound_app::Table;
use northbound_types::printable;
use std::io::{self, Write};

/// The header without the mark of right alignment.
pub(crate) fn header(column: &str) -> &str {
    column.strip_prefix('>').unwrap_or(column)
}

/// Writes the title and the table; a table without rows is one line.
pub(crate) fn write(table: &Table, look: Look, to: &mut dyn Write) -> io::Result<()> {
    let title = printable::one_line(&table.title);
    if table.rows.is_empty() {
        let about = if title.is_empty() { String::new() } else { format!("{title}: ") };
        return writeln!(to, "{about}nothing");
    }
    if !title.is_empty() {
        writeln!(to, "{}", style::heading(&title, look.colour))?;
    }
    let mut without = table.clone();
    let too_wide = look.width.is_some_and(|w| natural(table) > w);
    let table = if too_wide { without_empty(&mut without) } else { table };
    let heads: Vec<&str> = table.columns.iter().map(|c| header(c)).collect();
    let rows: Vec<Vec<String>> = table
        .rows
        .iter()
        .map(|r| {
            let text = |c: &String| printable::one_line(c).into_owned();
            r.iter().map(|c| style::with_symbol(&text(c), look.colour).into_owned()).collect()
        })
        .collect();
    let cell = |r: &'_ [String], i: usize| r.get(i).map_or("", String::as_str).to_owned();
    let shown: Vec<Vec<String>> = (0..heads.len())
        .map(|i| {
            std::iter::once(heads[i].to_owned()).chain(rows.iter().map(|r| cell(r, i))).collect()
        })
        .collect();
    let columns: Vec<Vec<&str>> =
        shown.iter().map(|c| c.iter().map(String::as_str).collect()).collect();
    let Some(widths) = widths(&columns, look.width) else {
        return card::write(&heads, &rows, &table.rows, look, to);
    };
    let grid = Grid { table, widths: &widths, look };
    grid.line(&heads.iter().map(|h| (*h).to_owned()).collect::<Vec<_>>(), None, to)?;
    let rules: Vec<String> = widths.iter().map(|w| "-".repeat(*w)).collect();
    writeln!(to, "{}", style::faint(&rules.join(&" ".repeat(GAP)), look.colour))?;
    for (cells, raw) in rows.iter().zip(&table.rows) {
        grid.line(cells, Some(raw), to)?;
    }
    Ok(())
}

/// The width of the table with each row in one line.
fn natural(table: &Table) -> usize {
    let cells = |i: usize| table.rows.iter().filter_map(move |r| r.get(i)).map(|c| width(c)).max();
    let column = |(i, c): (usize, &String)| cells(i).unwrap_or(0).max(width(header(c))) + GAP;
    table.columns.iter().enumerate().map(column).sum::<usize>().saturating_sub(GAP)
}

/// The table without the columns in which no row has anything.
fn without_empty(table: &mut Table) -> &Table {
    let kept: Vec<bool> = (0..table.columns.len())
        .map(|i| table.rows.iter().any(|r| r.get(i).is_some_and(|c| !c.trim().is_empty())))
        .collect();
    let keep = |list: &mut Vec<String>| {
        let mut n = 0..;
        list.retain(|_| n.next().and_then(|i: usize| kept.get(i)).is_none_or(|k| *k));
    };
    keep(&mut table.columns);
    table.rows.iter_mut().for_each(keep);
    table
}

struct Grid<'a> {
    table: &'a Table,
    widths: &'a [usize],
    look: Look,
}

impl Grid<'_> {
    /// One row, in as many lines as its longest cell needs. `raw`: its texts, which decide their colour.
    fn line(&self, cells: &[String], raw: Option<&[String]>, to: &mut dyn Write) -> io::Result<()> {
        let lines: Vec<Vec<String>> = self
            .widths
            .iter()
            .enumerate()
            .map(|(i, w)| {
                let text = cells.get(i).map_or("", String::as_str);
                if self.look.width.is_none() || width(text) <= *w {
                    vec![text.to_owned()]
                } else {
                    wrapped(text, *w)
                }
            })
            .collect();
        for n in 0..lines.iter().map(Vec::len).max().unwrap_or(1) {
            let mut text = String::new();
            for (i, w) in self.widths.iter().enumerate() {
                let part = lines[i].get(n).map_or("", String::as_str);
                let pad = " ".repeat(w.saturating_sub(width(part)));
                let right = self.table.columns[i].starts_with('>');
                let padded = if right { format!("{pad}{part}") } else { format!("{part}{pad}") };
                if i > 0 {
                    text.push_str(&" ".repeat(GAP));
                }
                match raw {
                    None => text.push_str(&padded),
                    Some(raw) => {
                        let said = raw.get(i).map_or("", String::as_str);
                        text.push_str(&style::coloured(&padded, said, self.look.colour));
                    }
                }
            }
            let text = text.trim_end();
            match raw {
                None => writeln!(to, "{}", style::heading(text, self.look.colour))?,
                Some(_) => writeln!(to, "{text}")?,
            }
        }
        Ok(())
    }
}
