//! The pack as one HTML file: nothing is loaded from elsewhere, nothing needs a script.

mod annex;
mod back;
mod blocks;
mod brief;
mod parts;

use super::{clean::clean, words};
use crate::{
    DocumentError,
    model::{Document, Section, Status, figures_of},
};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::collections::BTreeSet;

/// What every part of the page may look up.
pub(crate) struct Page<'a> {
    pub document: &'a Document,
    /// Figures that the index lists: only those can be linked.
    pub figures: BTreeSet<String>,
}

/// The pack as HTML.
pub fn html(document: &Document) -> Result<String, DocumentError> {
    let figures = figures_of(document);
    let page = Page { document, figures: figures.iter().map(|f| f.id.clone()).collect() };
    let (proof, annexed): (Vec<&Section>, Vec<&Section>) =
        document.sections.iter().partition(|s| document.is_evidence(s));
    let title = format!("{} – {}", clean(&words::title(document)), clean(&document.network));
    let body = html! {
        (DOCTYPE)
        html lang="en-GB" {
            (head(&title, &style(), true))
            body {
                a.skip href="#main" { "Skip to the content" }
                (header(document))
                div.shell {
                    main #main {
                        (brief::brief(&page)?)
                        (annex::annex(&page))
                        @for section in annexed { (chapter(&page, section)?) }
                        (back::shorthand(&page))
                        (back::evidence())
                        (annex::every_measure(&page))
                        @for section in proof { (blocks::folded(&page, section)?) }
                        (back::back(&page, &figures))
                    }
                    (navigation(&page))
                }
                footer { p { (clean(&words::title(document))) ". " (words::version(document)) ". Ledger manifest " code { (clean(&document.origin.manifest)) } "." } }
            }
        }
    };
    Ok(body.into_string())
}

/// The head of a page that needs nothing from outside and runs no script; with `pictures` it may hold pictures of its
/// own.
pub(crate) fn head(title: &str, style: &Markup, pictures: bool) -> Markup {
    let policy = if pictures {
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    } else {
        "default-src 'none'; style-src 'unsafe-inline'"
    };
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta http-equiv="Content-Security-Policy" content=(policy);
            meta name="generator" content="Northbound";
            title { (title) }
            (style)
        }
    }
}

/// The style sheet, as every page carries it.
pub(crate) fn style() -> Markup {
    html! { style { (PreEscaped(include_str!("../../../assets/pack.css"))) } }
}

fn header(document: &Document) -> Markup {
    html! {
        header.top {
            div.inner {
                p.network { (clean(&document.network)) }
                h1 { (clean(&document.title)) span.period { (words::period(document.period)) } }
                ul.chips {
                    li.chip.(if document.status == Status::Draft { "draft" } else { "issued" }) { (document.status.words()) }
                    li.chip { "Version " (document.version) }
                    @if !document.marking.is_empty() { li.chip.marking { "Marking: " (clean(&document.marking)) } }
                }
                dl.facts {
                    div { dt { "Data cut-off" } dd { (words::time(document.cut_off)) } }
                    div { dt { "Known at" } dd { (words::time(document.as_at)) } }
                    div { dt { "Counted by" } dd { (clean(&document.methodology.title)) " (" code { (clean(&document.methodology.id)) } ")" } }
                    @if let Status::Issued { at, by, .. } = &document.status { div { dt { "Issued" } dd { (words::time(*at)) " by " (clean(by)) } } }
                    @if !document.previous.is_empty() { div { dt { "Previous issue" } dd { (clean(&document.previous)) } } }
                }
            }
        }
    }
}

/// A chapter of the annex: open where the rows of the brief lead to it, else folded, so that the page is not
/// longer than people scroll. A report without measures has no folded chapters.
fn chapter(page: &Page<'_>, section: &Section) -> Result<Markup, DocumentError> {
    let headlines = &page.document.front.headlines;
    if headlines.is_empty() || headlines.iter().any(|h| h.section == section.id) {
        blocks::section(page, section)
    } else {
        blocks::folded(page, section)
    }
}

fn navigation(page: &Page<'_>) -> Markup {
    let document = page.document;
    let (proof, annexed): (Vec<&Section>, Vec<&Section>) =
        document.sections.iter().partition(|s| document.is_evidence(s));
    let link = |s: &Section| html! { li { a href={ "#" (s.id) } { (clean(&s.heading)) } } };
    html! {
        nav.contents aria-label="Contents" {
            h2 { "Contents" }
            ul {
                li { a href="#front" { "Brief" } }
                @if annex::has_annex(page) { li { a href="#shortfalls" { "Annex: what fell short" } } }
                @for s in annexed { (link(s)) }
                li { a href="#back-shorthand" { "Shorthand" } }
                li { a href="#evidence-of-figures" { "Evidence" } }
                @if !document.front.headlines.is_empty() { li { a href="#every" { "Every measure of the period" } } }
                @for s in proof { (link(s)) }
                li { a href="#back-rules" { "Rules used" } }
                li { a href="#back-sources" { "Source files" } }
                li { a href="#back-figures" { "Every figure" } }
            }
        }
    }
}
