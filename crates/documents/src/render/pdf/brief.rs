//! The brief: page 1 answers what fell short, what is not known, what changed and what is due; at most
//! three more pages follow. What does not fit is in the annex, and its page is named.

use super::{
    Pages, annex, body, front,
    layout::{BOTTOM, DEEP, Kind, LEFT, Layout, NOTE, NodeId, STRONG, Style, TEXT, TOP, WIDTH},
    table::{self, Grid, Ready},
};
use crate::{
    model::{Band, Block, Document, Shortfall},
    render::{clean::clean, metrics, notes},
};

/// Most pages of the brief.
pub const MOST_PAGES: usize = 4;
/// Where every shortfall is printed in full.
pub const SHORTFALLS: &str = "shortfalls";
/// Most lines of a cell on page 1; the annex has the whole text.
const CELL_LINES: usize = 4;
/// Room for the line below the shortfalls, which says where the rest is.
const BELOW: f32 = 30.0;
/// Most lines of another answer on page 1.
const ANSWER_LINES: usize = 2;
/// Most warnings on page 1.
const WARNINGS: usize = 2;
/// Width of the words before the answers.
const LABEL: f32 = 82.0;
/// Widths of the columns of the shortfalls; together [`WIDTH`].
const COLUMNS: [f32; 6] = [96.0, 52.0, 76.0, 122.0, 88.0, 65.0];
/// Text of page 1.
const SMALL: Style = Style { size: 9.5, after: 2.0, ..TEXT };

/// A piece of the brief after its first page.
pub enum Piece<'a> {
    /// An answer of which page 1 has only the beginning.
    Answer(Answer),
    /// Warnings, those of page 1 again where there are more of them.
    Warnings(&'a Document),
    /// The period in sentences.
    Statements(&'a Document),
    /// Rows by band.
    Bands(&'a Document),
    /// A chart.
    Block(&'a Document, &'a Block),
    /// Where everything is.
    Contents(&'a Document, &'a Pages, bool),
}

/// One question and its answers.
pub struct Answer {
    heading: &'static str,
    place: &'static str,
    items: Vec<String>,
}

/// Prints the brief and returns the pieces that have no room in it.
pub fn brief<'a>(
    layout: &mut Layout,
    document: &'a Document,
    pages: &'a Pages,
    evidence: bool,
) -> Vec<Piece<'a>> {
    let section = layout.node(0, Kind::Section);
    layout.place("front");
    let mut pieces = first_page(layout, document, section, pages);
    pieces.push(Piece::Statements(document));
    pieces.push(Piece::Bands(document));
    pieces.extend(document.front.blocks.iter().map(|b| Piece::Block(document, b)));
    pieces.push(Piece::Contents(document, pages, evidence));
    if document.front.headlines.is_empty() {
        pieces.iter().for_each(|p| piece(layout, section, p));
        return Vec::new();
    }
    layout.break_page();
    let mut left = Vec::new();
    for p in pieces {
        let before = layout.clone();
        piece(layout, section, &p);
        if layout.page() >= MOST_PAGES {
            *layout = before;
            left.push(p);
        }
    }
    left
}

/// Prints a piece.
pub fn piece(layout: &mut Layout, section: NodeId, piece: &Piece<'_>) {
    match piece {
        Piece::Answer(a) => {
            layout.place(a.place);
            layout.heading(section, 3, a.heading);
            layout.list(section, &a.items, false);
        }
        Piece::Warnings(d) => {
            layout.place("warnings");
            layout.heading(section, 3, "Warnings");
            d.front.warnings.iter().for_each(|w| front::warning(layout, section, &w.to_text()));
        }
        Piece::Statements(d) if d.front.statements.is_empty() => {}
        Piece::Statements(d) => {
            if !d.front.headlines.is_empty() {
                layout.heading(section, 2, "At a glance");
            }
            let all: Vec<String> = d.front.statements.iter().map(|s| s.to_text()).collect();
            layout.list(section, &all, false);
        }
        Piece::Bands(d) if d.front.headlines.is_empty() => {}
        Piece::Bands(d) => annex::bands(layout, section, d),
        Piece::Block(d, b) => body::block(layout, d, section, b),
        Piece::Contents(d, pages, evidence) => {
            front::contents(layout, section, d, pages, *evidence)
        }
    }
}

/// The first page; returns the answers that it has only in part.
fn first_page<'a>(
    layout: &mut Layout,
    document: &'a Document,
    section: NodeId,
    pages: &Pages,
) -> Vec<Piece<'a>> {
    let (front, brief) = (&document.front, &document.front.brief);
    for p in &brief.summary {
        layout.paragraph(section, &p.to_text(), STRONG);
    }
    for p in &brief.banner {
        note(layout, section, &p.to_text());
    }
    let mut rest = Vec::new();
    let whole = front.headlines.is_empty();
    for w in front.warnings.iter().take(if whole { usize::MAX } else { WARNINGS }) {
        let most = if whole { usize::MAX } else { 3 };
        front::warning(layout, section, &clipped(&w.to_text(), STRONG, WIDTH - 90.0, most));
    }
    if whole {
        return rest;
    }
    let long = |w: &crate::model::Para| {
        let text = w.to_text();
        clipped(&text, STRONG, WIDTH - 90.0, 3) != clean(&text)
    };
    if front.warnings.len() > WARNINGS || front.warnings.iter().any(long) {
        layout.paragraph(section, &format!("All warnings: page {}.", pages.of("warnings")), SMALL);
        rest.push(Piece::Warnings(document));
    }
    title(layout, section, "What fell short, worst first");
    let grid = Grid {
        caption: String::new(),
        head: head(),
        rows: front.shortfalls.iter().map(row).collect(),
    };
    let most = room_for_answers(layout, document, &grid, pages);
    let bottom = BOTTOM - height(document, most, pages);
    shortfalls(layout, section, &grid, bottom - key_height(document), pages);
    if !front.shortfalls.is_empty() {
        key(layout, section, document);
    }
    rest.extend(answers(layout, section, document, most, pages).into_iter().map(Piece::Answer));
    rest
}

/// How many answers a question gets on page 1: as many as leave room for every shortfall, else few.
fn room_for_answers(layout: &Layout, document: &Document, grid: &Grid, pages: &Pages) -> usize {
    let key = key_height(document);
    let fits = |most: &usize| {
        let room = BOTTOM - height(document, *most, pages) - BELOW - key - layout.y;
        table::fit(grid, &COLUMNS, room, CELL_LINES) == grid.rows.len()
    };
    (3..=6).rev().find(fits).unwrap_or(3)
}

/// How high the answers are.
fn height(document: &Document, most: usize, pages: &Pages) -> f32 {
    let mut trial = Layout::new();
    let section = trial.node(0, Kind::Section);
    answers(&mut trial, section, document, most, pages);
    trial.y - TOP + (trial.page() as f32) * (BOTTOM - TOP)
}

/// A heading of page 1: as high in the structure as a chapter, in less space.
fn title(layout: &mut Layout, section: NodeId, text: &str) {
    layout.y += 3.0;
    layout.bookmarks.push((2, text.to_owned(), layout.page(), layout.y));
    let node = layout.node(section, Kind::Heading(2, text.to_owned()));
    let style = Style { size: 12.0, bold: true, colour: DEEP, after: 3.0 };
    layout.lines(node, text, LEFT, WIDTH, style);
}

fn shortfalls(layout: &mut Layout, section: NodeId, grid: &Grid, bottom: f32, pages: &Pages) {
    if grid.rows.is_empty() {
        layout.paragraph(section, "Nothing that has a figure fell short of its target.", TEXT);
        return;
    }
    let all = grid.rows.len();
    let shown = table::fit(grid, &COLUMNS, bottom - BELOW - layout.y, CELL_LINES).max(1);
    table::beginning(layout, section, grid, &COLUMNS, shown, CELL_LINES);
    let text = if shown < all {
        format!("and {} more, annex page {}", all - shown, pages.of(SHORTFALLS))
    } else {
        format!("In full: annex page {}", pages.of(SHORTFALLS))
    };
    front::link(layout, section, SHORTFALLS, &text, SMALL);
    layout.y += 4.0;
}

/// The marks of the shortfalls with their words.
fn key_of(document: &Document) -> String {
    let marks = notes::shorthand_of_shortfalls(document);
    marks.into_iter().map(|(m, w)| format!("{m} {w}.")).collect::<Vec<_>>().join(" ")
}

fn key_height(document: &Document) -> f32 {
    let text = clean(&key_of(document));
    if text.is_empty() {
        return 0.0;
    }
    metrics::wrap(&text, NOTE.size, NOTE.bold, WIDTH).len() as f32 * NOTE.size * 1.32 + NOTE.after
}

fn key(layout: &mut Layout, section: NodeId, document: &Document) {
    let text = key_of(document);
    if !text.is_empty() {
        layout.paragraph(section, &text, NOTE);
    }
}

fn head() -> Vec<Ready> {
    ["Measure", "Where", "Figure against level", "Since when", "Why", "Who acts"]
        .map(|t| Ready { bold: true, ..Ready::left(t) })
        .to_vec()
}

fn row(s: &Shortfall) -> (bool, Vec<Ready>) {
    let or = |t: &str, none: &str| if t.is_empty() { none.to_owned() } else { t.to_owned() };
    let level = s.level_alone();
    let level = if level.is_empty() { String::new() } else { format!(" ({level})") };
    let figure = format!("{}{level}", s.cell.printed());
    let cells = vec![
        Ready { bold: true, ..Ready::left(&format!("{} {}", s.measure, s.what)) },
        Ready::left(&s.region),
        Ready { band: s.cell.band.filter(|b| *b != Band::NoFigure), ..Ready::left(&figure) },
        Ready::left(&s.since_alone()),
        Ready::left(&or(&s.why, "No reason was given.")),
        Ready::left(&or(&s.acts, "No owner is named.")),
    ];
    (false, cells)
}

/// The other answers; returns those that are here only in part.
fn answers(
    layout: &mut Layout,
    section: NodeId,
    document: &Document,
    most: usize,
    pages: &Pages,
) -> Vec<Answer> {
    let brief = &document.front.brief;
    let all = [
        ("Not known", "unknown", brief.unknown.iter().map(|u| u.words()).collect::<Vec<_>>()),
        ("What changed", "changed", brief.changes.iter().map(|p| p.to_text()).collect()),
        ("What is due", "due", brief.due.iter().map(|d| d.words()).collect()),
    ];
    let mut partial = Vec::new();
    for (heading, place, items) in all {
        let cut = |t: &String| clipped(t, SMALL, WIDTH - LABEL - 14.0, ANSWER_LINES);
        let mut shown: Vec<String> = items.iter().take(most).map(cut).collect();
        let whole =
            shown.len() == items.len() && shown.iter().zip(&items).all(|(a, b)| *a == clean(b));
        if items.is_empty() {
            shown.push("Nothing.".to_owned());
        } else if !whole {
            let more = items.len() - shown.len();
            let page = pages.of(place);
            shown.push(match more {
                0 => format!("In full: page {page}."),
                n => format!("and {n} more, page {page}."),
            });
            partial.push(Answer { heading, place, items });
        }
        answer(layout, section, heading, &shown);
    }
    partial
}

/// The question at the left, its answers beside it.
fn answer(layout: &mut Layout, section: NodeId, heading: &str, items: &[String]) {
    let label = Style { bold: true, colour: DEEP, ..SMALL };
    layout.rule(LEFT, LEFT + WIDTH, layout.y, 0xD9_DF_E5, 0.5);
    layout.y += 3.0;
    let node = layout.node(section, Kind::Heading(2, heading.to_owned()));
    layout.line(Some(node), LEFT, layout.y + SMALL.size, label, heading);
    let list = layout.node(section, Kind::List);
    for text in items {
        let item = layout.node(list, Kind::Item);
        let body = layout.node(item, Kind::Body);
        layout.line(None, LEFT + LABEL, layout.y + SMALL.size, SMALL, "•");
        layout.lines(
            body,
            text,
            LEFT + LABEL + 10.0,
            WIDTH - LABEL - 14.0,
            Style { after: 1.0, ..SMALL },
        );
    }
    layout.y += 3.0;
}

/// A boxed sentence that holds for the whole document.
fn note(layout: &mut Layout, section: NodeId, text: &str) {
    let text = clean(text);
    let lines = metrics::wrap(&text, SMALL.size, false, WIDTH - 18.0).len() as f32;
    let h = lines * SMALL.size * 1.32 + 8.0;
    layout.rect(LEFT, layout.y, WIDTH, h, 0xEE_F2_F5);
    layout.y += 3.0;
    let node = layout.node(section, Kind::Paragraph);
    layout.lines(node, &text, LEFT + 9.0, WIDTH - 18.0, Style { after: 8.0, ..SMALL });
}

/// A text in at most so many lines, with an ellipsis where something was cut.
fn clipped(text: &str, style: Style, width: f32, most: usize) -> String {
    let text = clean(text);
    let lines = metrics::wrap(&text, style.size, style.bold, width);
    if lines.len() <= most { text } else { table::cut(lines, most).join(" ") }
}
