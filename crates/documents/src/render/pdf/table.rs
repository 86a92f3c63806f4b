//! Tables that break over pages and repeat their headings. No text is cut: a word wider than its
//! column is broken, a row taller than a page goes on over pages.

use super::layout::{
    BOTTOM, DEEP, Kind, LEAST, LEFT, Layout, NOTE, NodeId, STRONG, Style, TEXT, TOP, WIDTH,
};
use crate::{
    model::{Band, Cell, Document, Table},
    render::{
        chart::{Drawing, draw, line::band_marker},
        clean::clean,
        metrics, notes,
    },
};

/// Most rows of a table in print; the CSV has them all.
pub const MAX_ROWS_IN_PRINT: usize = 1_000;
/// Text size in tables.
const SIZE: f32 = LEAST;
/// Distance of lines.
const LEADING: f32 = 11.5;
/// Headings with more lines are not repeated on later pages.
const MAX_REPEATED: usize = 8;
/// Room left and right in a cell.
const PAD: f32 = 4.0;
/// Room for the shape of a band.
const SHAPE: f32 = 12.0;
/// A word longer than this may be broken to make room for other columns.
const LONG_WORD: f32 = 110.0;

/// A cell made ready for print.
#[derive(Debug, Clone)]
pub struct Ready {
    /// Words.
    pub text: String,
    /// Set to the right.
    pub right: bool,
    /// Bold.
    pub bold: bool,
    /// Shape before the text.
    pub band: Option<Band>,
}

impl Ready {
    /// Words set to the left.
    pub fn left(text: &str) -> Ready {
        Ready { text: clean(text), right: false, bold: false, band: None }
    }
    /// Words set to the right.
    pub fn right(text: &str) -> Ready {
        Ready { right: true, ..Ready::left(text) }
    }
    /// A cell of the model with its band in words; its marks are explained above the table.
    pub fn of(cell: &Cell, right: bool) -> Ready {
        let parts = [cell.printed(), cell.band.map_or("", Band::words).to_owned()];
        let text = parts
            .iter()
            .filter(|p| !p.is_empty())
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ");
        Ready { text: clean(&text), right, bold: false, band: cell.band }
    }
    fn shape(&self) -> f32 {
        if self.band.is_some() { SHAPE } else { 0.0 }
    }
    fn natural(&self) -> f32 {
        metrics::width(&self.text, SIZE, self.bold) + self.shape() + 2.0 * PAD + 0.5
    }
    fn least(&self) -> f32 {
        let word =
            self.text.split(' ').map(|w| metrics::width(w, SIZE, self.bold)).fold(0.0, f32::max);
        word.min(LONG_WORD) + self.shape() + 2.0 * PAD + 0.5
    }
}

/// A table made ready for print; the first row holds the headings.
pub struct Grid {
    /// Caption.
    pub caption: String,
    /// Headings.
    pub head: Vec<Ready>,
    /// Rows; `true` for a total.
    pub rows: Vec<(bool, Vec<Ready>)>,
}

/// A table of the model, with its shorthand above and its reasons below.
pub fn table(layout: &mut Layout, document: &Document, parent: NodeId, table: &Table) {
    let shorthand: Vec<String> =
        notes::shorthand(document, table).into_iter().map(|(m, w)| format!("{m} {w}.")).collect();
    if !shorthand.is_empty() {
        let text = clean(&shorthand.join(" "));
        let above = metrics::wrap(&text, NOTE.size, false, WIDTH).len() as f32 + 1.0;
        layout.need((above + (table.rows.len() as f32 + 4.0).min(10.0)) * LEADING + 24.0);
        layout.paragraph(parent, &text, NOTE);
    }
    let head = table
        .columns
        .iter()
        .map(|c| {
            let title = if c.unit.is_empty() {
                c.title.clone()
            } else {
                format!("{} ({})", c.title, c.unit)
            };
            Ready {
                bold: true,
                ..if c.kind.is_numeric() { Ready::right(&title) } else { Ready::left(&title) }
            }
        })
        .collect();
    let rows = table
        .rows
        .iter()
        .take(MAX_ROWS_IN_PRINT)
        .map(|r| {
            let cells = r.cells.iter().zip(&table.columns).enumerate().map(|(n, (cell, c))| {
                Ready { bold: n == 0 || r.total, ..Ready::of(cell, c.kind.is_numeric()) }
            });
            (r.total, cells.collect())
        })
        .collect();
    grid(layout, parent, &Grid { caption: clean(&table.caption), head, rows });
    let more = table.rows.len().saturating_sub(MAX_ROWS_IN_PRINT);
    if more > 0 {
        layout.paragraph(parent, &format!("{more} more rows are in csv/{}.csv.", table.id), NOTE);
    }
    for n in notes::notes(table) {
        layout.paragraph(parent, &n.printed(), NOTE);
    }
    layout.y += 6.0;
}

/// How many rows of a table, with its headings, fit in a height, where no cell is higher than
/// `most` lines.
pub fn fit(grid: &Grid, widths: &[f32], room: f32, most: usize) -> usize {
    let lines = |cells: &[Ready]| {
        wrapped(widths, cells).iter().map(|c| c.len().min(most)).max().unwrap_or(1) as f32
    };
    let mut used = lines(&grid.head) * LEADING + 5.0 + 8.0;
    grid.rows
        .iter()
        .take_while(|(_, cells)| {
            used += lines(cells) * LEADING + 4.0;
            used <= room
        })
        .count()
}

/// The first rows of a table with its headings; a longer cell ends with an ellipsis.
pub fn beginning(
    layout: &mut Layout,
    parent: NodeId,
    grid: &Grid,
    widths: &[f32],
    rows: usize,
    most: usize,
) {
    let short = |cells: &[Ready]| -> Vec<Ready> {
        let lines = wrapped(widths, cells);
        let texts = lines.into_iter().map(|l| cut(l, most).join(" "));
        cells.iter().zip(texts).map(|(c, text)| Ready { text, ..c.clone() }).collect()
    };
    let rows = grid.rows.iter().take(rows).map(|(total, cells)| (*total, short(cells))).collect();
    let grid = Grid { caption: String::new(), head: short(&grid.head), rows };
    let node = layout.node(parent, Kind::Table);
    body(layout, node, &grid, widths);
}

/// At most so many lines, with an ellipsis in place of the last word where one was cut.
pub fn cut(mut lines: Vec<String>, most: usize) -> Vec<String> {
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            // The ellipsis takes the place of a word, or of the last letter where the line is one word, so
            // that the line does not grow.
            match last.rfind(' ') {
                Some(at) => last.truncate(at),
                None => drop(last.pop()),
            }
            last.push('…');
        }
    }
    lines
}

/// Prints a table.
pub fn grid(layout: &mut Layout, parent: NodeId, grid: &Grid) {
    let widths = widths(grid);
    let node = layout.node(parent, Kind::Table);
    layout.need((grid.rows.len() as f32 + 4.0).min(10.0) * LEADING + 20.0);
    if !grid.caption.is_empty() {
        let style = Style { size: 9.5, after: 3.0, colour: DEEP, ..STRONG };
        let caption = layout.node(node, Kind::Caption);
        layout.lines(caption, &grid.caption, LEFT, WIDTH, style);
    }
    body(layout, node, grid, &widths);
}

/// The headings and rows of a table.
fn body(layout: &mut Layout, node: NodeId, grid: &Grid, widths: &[f32]) {
    let head = layout.node(node, Kind::Head);
    let row = layout.node(head, Kind::Row);
    let heads: Vec<NodeId> = grid.head.iter().map(|_| layout.node(row, Kind::ColumnHead)).collect();
    let owners: Vec<Option<NodeId>> = heads.into_iter().map(Some).collect();
    head_row(layout, grid, widths, &owners);
    let body = layout.node(node, Kind::Rows);
    for (total, cells) in &grid.rows {
        let row = layout.node(body, Kind::Row);
        let owners: Vec<Option<NodeId>> = (0..cells.len())
            .map(|n| Some(layout.node(row, if n == 0 { Kind::RowHead } else { Kind::Cell })))
            .collect();
        print_row(layout, grid, widths, cells, &owners, *total);
    }
    layout.rule(LEFT, LEFT + WIDTH, layout.y, draw::MUTED, 0.6);
    layout.y += 6.0;
}

/// Column widths that fill the page: all text on one line where it fits, else in proportion to need.
fn widths(grid: &Grid) -> Vec<f32> {
    let of = |f: fn(&Ready) -> f32| -> Vec<f32> {
        (0..grid.head.len())
            .map(|c| {
                grid.rows
                    .iter()
                    .filter_map(|r| r.1.get(c))
                    .chain([&grid.head[c]])
                    .map(f)
                    .fold(0.0, f32::max)
            })
            .collect()
    };
    let (natural, least) = (of(Ready::natural), of(Ready::least));
    let (all, min): (f32, f32) = (natural.iter().sum(), least.iter().sum());
    if all <= WIDTH {
        return natural.iter().map(|w| w * WIDTH / all).collect();
    }
    if min >= WIDTH {
        return least.iter().map(|w| w * WIDTH / min).collect();
    }
    natural.iter().zip(&least).map(|(n, l)| l + (n - l) * (WIDTH - min) / (all - min)).collect()
}

fn wrapped(widths: &[f32], cells: &[Ready]) -> Vec<Vec<String>> {
    cells
        .iter()
        .zip(widths)
        .map(|(c, w)| metrics::wrap(&c.text, SIZE, c.bold, (w - c.shape() - 2.0 * PAD).max(SIZE)))
        .collect()
}

/// The first headings of a table. Overlong ones go over pages like a row.
fn head_row(layout: &mut Layout, grid: &Grid, widths: &[f32], owners: &[Option<NodeId>]) {
    if head_lines(grid, widths) <= MAX_REPEATED {
        repeat_head(layout, grid, widths, owners);
    } else {
        print_row(layout, grid, widths, &grid.head, owners, false);
    }
}

fn head_lines(grid: &Grid, widths: &[f32]) -> usize {
    wrapped(widths, &grid.head).iter().map(Vec::len).max().unwrap_or(1)
}

/// Headings at the top of a page; overlong ones are not repeated.
fn repeat_head(layout: &mut Layout, grid: &Grid, widths: &[f32], owners: &[Option<NodeId>]) {
    let head = &grid.head;
    let lines = wrapped(widths, head);
    let rows = lines.iter().map(Vec::len).max().unwrap_or(1);
    if rows > MAX_REPEATED {
        return;
    }
    let h = rows as f32 * LEADING + 5.0;
    layout.rect(LEFT, layout.y, WIDTH, h, 0xEE_F2_F5);
    part(layout, widths, head, owners, &lines, 0, rows);
    layout.y += h;
    layout.rule(LEFT, LEFT + WIDTH, layout.y, draw::MUTED, 0.8);
}

fn print_row(
    layout: &mut Layout,
    grid: &Grid,
    widths: &[f32],
    cells: &[Ready],
    owners: &[Option<NodeId>],
    total: bool,
) {
    let lines = wrapped(widths, cells);
    let all = lines.iter().map(Vec::len).max().unwrap_or(1);
    let fits = |y: f32| ((BOTTOM - y - 5.0) / LEADING).floor().max(0.0) as usize;
    let mut from = 0;
    while from < all {
        let room = fits(layout.y);
        // A row that fits on one page is not divided.
        if room < (all - from).min(fits(TOP + (MAX_REPEATED + 1) as f32 * LEADING)) || room == 0 {
            layout.break_page();
            repeat_head(layout, grid, widths, &vec![None; grid.head.len()]);
        }
        let count = fits(layout.y).clamp(1, all - from);
        let h = count as f32 * LEADING + 4.0;
        if total {
            layout.rect(LEFT, layout.y, WIDTH, h, 0xEE_F2_F5);
        }
        layout.rule(
            LEFT,
            LEFT + WIDTH,
            layout.y,
            if total { draw::INK } else { 0xD9_DF_E5 },
            if total { 1.0 } else { 0.5 },
        );
        part(layout, widths, cells, owners, &lines, from, count);
        layout.y += h;
        from += count;
    }
}

/// Prints some lines of every cell of a row.
fn part(
    layout: &mut Layout,
    widths: &[f32],
    cells: &[Ready],
    owners: &[Option<NodeId>],
    lines: &[Vec<String>],
    from: usize,
    count: usize,
) {
    let mut x = LEFT;
    for (n, cell) in cells.iter().enumerate() {
        let style = Style { size: SIZE, bold: cell.bold, ..TEXT };
        for (i, line) in lines[n].iter().skip(from).take(count).enumerate() {
            let w = metrics::width(line, SIZE, cell.bold);
            let at = if cell.right { x + widths[n] - PAD - w } else { x + PAD + cell.shape() };
            let y = layout.y + 2.0 + SIZE + i as f32 * LEADING;
            if let (Some(band), 0, 0) = (cell.band, from, i) {
                shape(layout, band, at - SHAPE * 0.6, y - SIZE * 0.33);
            }
            layout.line(owners[n], at, y, style, line);
        }
        x += widths[n];
    }
}

/// The shape of a band. Its word is in the text, so the shape is decoration.
pub fn shape(layout: &mut Layout, band: Band, x: f32, y: f32) {
    let (marker, colour) = band_marker(band);
    let mut one = Drawing::new(0.0, 0.0);
    let (fill, edge) =
        if band == Band::NoFigure { (draw::WHITE, colour) } else { (colour, colour) };
    one.marker(marker, (x, y), 3.0, fill, edge, "");
    for m in one.marks {
        layout.mark(None, m);
    }
}
