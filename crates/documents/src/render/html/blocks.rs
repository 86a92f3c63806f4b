//! Sections and their blocks.

use super::{Page, parts};
use crate::{
    DocumentError,
    model::{Block, Chart, ColumnKind, Multiples, Section, Table},
    render::{
        chart::{self, Frame, describe},
        clean::{clean, tied},
        csv, notes, svg,
    },
};
use maud::{Markup, PreEscaped, html};
use std::fmt::Write as _;

/// Most rows of a table on the page; the CSV has them all.
pub const MAX_ROWS_ON_PAGE: usize = 500;

/// A chapter.
pub fn section(page: &Page<'_>, s: &Section) -> Result<Markup, DocumentError> {
    let mut blocks = Vec::new();
    for b in &s.blocks {
        blocks.push(block(page, b)?);
    }
    Ok(html! {
        section id=(s.id) aria-labelledby={ (s.id) "-h" } {
            h2 id={ (s.id) "-h" } { (clean(&s.heading)) }
            @if !s.message.is_empty() { p.message { (tied(&s.message)) } }
            @for p in &s.intro { p { (parts::runs(page, p)) } }
            @for b in blocks { (b) }
        }
    })
}

/// A folded chapter. Its id is inside, so that a link to it opens it.
pub fn folded(page: &Page<'_>, s: &Section) -> Result<Markup, DocumentError> {
    let mut blocks = Vec::new();
    for b in &s.blocks {
        blocks.push(block(page, b)?);
    }
    Ok(html! {
        details.evidence {
            summary { h2 { (clean(&s.heading)) } @if !s.message.is_empty() { " " span.hint { (tied(&s.message)) } } }
            div id=(s.id) {
                @for p in &s.intro { p { (parts::runs(page, p)) } }
                @for b in blocks { (b) }
            }
        }
    })
}

/// A block.
pub fn block(page: &Page<'_>, block: &Block) -> Result<Markup, DocumentError> {
    Ok(match block {
        Block::Table(t) => table(page, t)?,
        Block::Chart(c) => {
            let frame = Frame::full();
            chart(page, c, &frame, describe::notes(c, &frame), true)?
        }
        Block::Multiples(m) => multiples(page, m)?,
        Block::Text(p) => html! { p { (parts::runs(page, p)) } },
        Block::List(l) => {
            let items = html! { @for i in &l.items { li { (parts::runs(page, i)) } } };
            html! { @if l.ordered { ol { (items) } } @else { ul { (items) } } }
        }
    })
}

fn multiples(page: &Page<'_>, m: &Multiples) -> Result<Markup, DocumentError> {
    let frame = Frame::small(m);
    let mut charts = Vec::new();
    let (own, shared) = describe::notes_of(m);
    for (c, notes) in m.charts.iter().zip(own) {
        charts.push(chart(page, c, &frame, notes, false)?);
    }
    Ok(html! {
        div.multiples id=(m.id) {
            h3 { (clean(&m.title)) }
            p.subtitle { (clean(&m.subtitle)) }
            div.grid { @for c in charts { (c) } }
            @for note in shared { p.hint { (clean(&note)) } }
        }
    })
}

fn chart(
    page: &Page<'_>,
    c: &Chart,
    frame: &Frame,
    notes: Vec<String>,
    alone: bool,
) -> Result<Markup, DocumentError> {
    let drawing = chart::draw(c, frame);
    let picture = svg::svg(&drawing, &c.id, &c.title, &describe::description(c));
    let table = table(page, &c.table)?;
    Ok(html! {
        figure.chart.small[!alone] {
            @if alone { h3 { (clean(&c.title)) } } @else { h4 { (clean(&c.title)) } }
            @if alone && !c.subtitle.is_empty() { p.subtitle { (clean(&c.subtitle)) } }
            div.picture tabindex=[alone.then_some("0")] role=[alone.then_some("group")] aria-label=[alone.then_some("Chart, scrolls sideways")] { (PreEscaped(picture)) }
            @if !notes.is_empty() { figcaption { @for n in notes { p { (clean(&n)) } } } }
            details { summary { "View as table" } (table) }
        }
    })
}

/// A table with its shorthand above and its reasons below.
pub fn table(page: &Page<'_>, t: &Table) -> Result<Markup, DocumentError> {
    let shorthand = notes::shorthand(page.document, t);
    let key = t.columns.iter().position(|c| c.kind.is_numeric());
    let link = data_uri(&csv::csv(t)?);
    let more = t.rows.len().saturating_sub(MAX_ROWS_ON_PAGE);
    Ok(html! {
        div.table id=(t.id) {
            (marks(&shorthand))
            div.scroll tabindex="0" role="region" aria-label=(clean(&t.caption)) {
                table {
                    caption { (clean(&t.caption)) }
                    thead { tr { @for (n, c) in t.columns.iter().enumerate() {
                        th scope="col" class=[class_of_head(c.kind, key == Some(n))] { (clean(&c.title)) @if !c.unit.is_empty() { span.unit { (clean(&c.unit)) } } }
                    } } }
                    tbody { @for row in t.rows.iter().take(MAX_ROWS_ON_PAGE) { (table_row(page, t, key, row)) } }
                }
            }
            @if more > 0 { p.hint { (more) " more rows are in the CSV file." } }
            (cell_notes(notes::notes(t)))
            p.download { a download={ (t.id) ".csv" } href=(link) { "Download CSV" span.hidden { ": " (clean(&t.caption)) } } }
        }
    })
}

fn table_row(page: &Page<'_>, t: &Table, key: Option<usize>, row: &crate::model::Row) -> Markup {
    html! {
        tr.total[row.total] {
            @for (n, (cell, column)) in row.cells.iter().zip(&t.columns).enumerate() {
                @if n == 0 { th scope="row" { (parts::cell(page, cell)) } }
                @else { td class=[class(column.kind, key == Some(n))] { (parts::cell(page, cell)) } }
            }
        }
    }
}

/// The figure's column stays in sight on a narrow window: `key`.
const fn class(kind: ColumnKind, key: bool) -> Option<&'static str> {
    match (kind, key) {
        (ColumnKind::Text, _) => Some("text"),
        (ColumnKind::Label, _) => None,
        (ColumnKind::Ratio | ColumnKind::Count | ColumnKind::Number, true) => Some("num key"),
        (ColumnKind::Ratio | ColumnKind::Count | ColumnKind::Number, false) => Some("num"),
    }
}

const fn class_of_head(kind: ColumnKind, key: bool) -> Option<&'static str> {
    if kind.is_numeric() { class(kind, key) } else { None }
}

/// The marks of a table with their words.
pub fn marks(shorthand: &[(&str, &str)]) -> Markup {
    html! {
        @if !shorthand.is_empty() { p.shorthand { @for (n, (mark, words)) in shorthand.iter().enumerate() { @if n > 0 { " " } span { b { (clean(mark)) } " " (tied(words)) "." } } } }
    }
}

/// Reasons: marks, places, words.
pub fn cell_notes(notes: Vec<notes::TableNote>) -> Markup {
    html! {
        @if !notes.is_empty() { ul.notes { @for n in notes {
            li { @if !n.marks.is_empty() { b { (clean(&n.marks)) } " " } span.place { (clean(&n.places)) ":" } " " (tied(&n.note)) }
        } } }
    }
}

/// Bytes as a link that holds its file.
fn data_uri(bytes: &[u8]) -> String {
    let mut out = String::from("data:text/csv;charset=utf-8,");
    for &b in bytes {
        if b.is_ascii_alphanumeric() || b"-_.~,".contains(&b) {
            out.push(char::from(b));
        } else {
            let _ = write!(out, "%{b:02X}");
        }
    }
    out
}
