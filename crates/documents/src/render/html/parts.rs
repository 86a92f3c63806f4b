//! Small parts: icons of bands, cells, figures, paragraphs.

use super::Page;
use crate::{
    model::{Band, Cell, Para},
    render::clean::{clean, tied},
};
use maud::{Markup, PreEscaped, html};

/// The shape of a band. Its word is always printed beside it, so it is hidden from screen readers.
pub fn icon(band: Band) -> Markup {
    let shape = match band {
        Band::Met => {
            r#"<circle cx="8" cy="8" r="7"/><path d="M4.5 8.2l2.4 2.4 4.6-5" fill="none" stroke="white" stroke-width="1.8"/>"#
        }
        Band::BelowTarget => {
            r#"<path d="M8 1l7.4 13.5H.6z"/><path d="M8 6v4M8 11.6v1.4" stroke="white" stroke-width="1.7"/>"#
        }
        Band::BelowMinimum => {
            r#"<path d="M8 0l8 8-8 8-8-8z"/><path d="M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6" stroke="white" stroke-width="1.7"/>"#
        }
        Band::NoFigure => {
            r#"<rect x="1.5" y="1.5" width="13" height="13" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="3 2"/>"#
        }
    };
    html! { svg.icon viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false" fill="currentColor" { (PreEscaped(shape)) } }
}

/// The class name of a band.
pub const fn class(band: Band) -> &'static str {
    band.as_str()
}

/// A band in words with its shape.
pub fn badge(band: Band) -> Markup {
    html! { span.badge.(class(band)) { (icon(band)) (band.words()) } }
}

/// Text that states a figure: leads to the figure's entry, which says how to open it.
pub fn figure(page: &Page<'_>, id: &str, content: Markup) -> Markup {
    let hint = format!("Figure {id}. See: northbound explain {id}");
    html! {
        @if page.figures.contains(id) { a.fig href={ "#f-" (id) } title=(hint) { (content) } }
        @else { span.fig title=(hint) { (content) } }
    }
}

/// A cell's text, marks, state and band.
pub fn cell(page: &Page<'_>, cell: &Cell) -> Markup {
    let content = html! {
        @if !cell.text.is_empty() { (clean(&cell.text)) }
        @for (n, mark) in cell.shown_marks().iter().enumerate() {
            @if n > 0 || !cell.text.is_empty() { " " }
            abbr title=(clean(page.document.words_of(mark).unwrap_or("not explained in this pack"))) { (clean(mark)) }
        }
    };
    html! {
        @if let Some(band) = cell.band { span.(class(band)).band { (icon(band)) } " " }
        @match &cell.figure { Some(id) => (figure(page, id, content)), None => (content) }
        @if let Some(band) = cell.band { " " span.word.(class(band)) { (band.words()) } }
    }
}

/// A paragraph's runs.
pub fn runs(page: &Page<'_>, para: &Para) -> Markup {
    html! {
        @for run in &para.runs {
            @match &run.figure {
                Some(id) => (figure(page, id, html! { (clean(&run.text)) })),
                None => (tied(&run.text)),
            }
        }
    }
}
