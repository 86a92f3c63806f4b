//! Sections and their blocks.

use super::{Page, parts};
use crate::{
    DocumentError,
    model::{Block, Chart, ColumnKind, Multiples, Section, Table},
    render::{
        chart::{self, Frame, describe},
        clean::clean,
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
            @if !s.message.is_empty() { p.message { (clean(&s.message)) } }
            @for p in &s.intro { p { (parts::runs(page, p)) } }
            @for b in blocks { (b) }
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
    let reasons = notes::notes(t).into_iter().map(|n| (n.marks, n.places, n.note));
    let link = data_uri(&csv::csv(t)?);
    let more = t.rows.len().saturating_sub(MAX_ROWS_ON_PAGE);
    Ok(html! {
        div.table id=(t.id) {
            @if !shorthand.is_empty() { p.shorthand { @for (n, (mark, words)) in shorthand.iter().enumerate() { @if n > 0 { " " } span { b { (clean(mark)) } " " (clean(words)) "." } } } }
            div.scroll tabindex="0" role="region" aria-label=(clean(&t.caption)) {
                table {
                    caption { (clean(&t.caption)) }
                    thead { tr { @for c in &t.columns {
                        th scope="col" class=[c.kind.is_numeric().then_some("num")] { (clean(&c.title)) @if !c.unit.is_empty() { span.unit { (clean(&c.unit)) } } }
                    } } }
                    tbody { @for row in t.rows.iter().take(MAX_ROWS_ON_PAGE) { (table_row(page, t, row)) } }
                }
            }
            @if more > 0 { p.hint { (more) " more rows are in the CSV file." } }
            (cell_notes(reasons))
            p.download { a download={ (t.id) ".csv" } href=(link) { "Download CSV" span.hidden { ": " (clean(&t.caption)) } } }
        }
    })
}

fn table_row(page: &Page<'_>, t: &Table, row: &crate::model::Row) -> Markup {
    html! {
        tr.total[row.total] {
            @for (n, (cell, column)) in row.cells.iter().zip(&t.columns).enumerate() {
                @if n == 0 { th scope="row" { (parts::cell(page, cell)) } }
                @else { td class=[class(column.kind)] { (parts::cell(page, cell)) } }
            }
        }
    }
}

const fn class(kind: ColumnKind) -> Option<&'static str> {
    match kind {
        ColumnKind::Text => Some("text"),
        ColumnKind::Label => None,
        ColumnKind::Ratio | ColumnKind::Count | ColumnKind::Number => Some("num"),
    }
}

/// Reasons: marks, places, words.
pub fn cell_notes(notes: impl Iterator<Item = (String, String, String)>) -> Markup {
    let notes: Vec<_> = notes.collect();
    html! {
        @if !notes.is_empty() { ul.notes { @for (marks, places, note) in notes {
            li { @if !marks.is_empty() { b { (clean(&marks)) } " " } span.place { (clean(&places)) ":" } " " (clean(&note)) }
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
