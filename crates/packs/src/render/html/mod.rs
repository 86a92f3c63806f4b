//! The pack as one HTML file: nothing is loaded from elsewhere, nothing needs a script.

mod back;
mod blocks;
mod front;
mod parts;

use super::{clean::clean, words};
use crate::{
    PackError,
    model::{Pack, Status, figures_of},
};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::collections::BTreeSet;

/// What every part of the page may look up.
pub(crate) struct Page<'a> {
    pub pack: &'a Pack,
    /// Figures that the index lists: only those can be linked.
    pub figures: BTreeSet<String>,
}

/// The pack as HTML.
pub fn html(pack: &Pack) -> Result<String, PackError> {
    let figures = figures_of(pack);
    let page = Page { pack, figures: figures.iter().map(|f| f.id.clone()).collect() };
    let body = html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:";
                meta name="generator" content="Northbound";
                title { (clean(&words::title(pack))) " – " (clean(&pack.network)) }
                (style())
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                (header(pack))
                div.shell {
                    (navigation(pack))
                    main #main {
                        (front::front(&page)?)
                        @for section in &pack.sections { (blocks::section(&page, section)?) }
                        (back::back(&page, &figures))
                    }
                }
                footer { p { (clean(&words::title(pack))) ". " (words::version(pack)) ". Ledger manifest " code { (clean(&pack.origin.manifest)) } "." } }
            }
        }
    };
    Ok(body.into_string())
}

/// The style sheet, as every page carries it.
pub(crate) fn style() -> Markup {
    html! { style { (PreEscaped(include_str!("../../../assets/pack.css"))) } }
}

fn header(pack: &Pack) -> Markup {
    html! {
        header.top {
            div.inner {
                p.network { (clean(&pack.network)) }
                h1 { (clean(&pack.title)) span.period { (words::period(pack.period)) } }
                ul.chips {
                    li.chip.(if pack.status == Status::Draft { "draft" } else { "issued" }) { (pack.status.words()) }
                    li.chip { "Version " (pack.version) }
                    @if !pack.marking.is_empty() { li.chip.marking { "Marking: " (clean(&pack.marking)) } }
                }
                dl.facts {
                    div { dt { "Data cut-off" } dd { (words::time(pack.cut_off)) } }
                    div { dt { "Known at" } dd { (words::time(pack.as_at)) } }
                    div { dt { "Counted by" } dd { (clean(&pack.methodology.title)) " (" code { (clean(&pack.methodology.id)) } ")" } }
                    @if let Status::Issued { at, by, .. } = &pack.status { div { dt { "Issued" } dd { (words::time(*at)) " by " (clean(by)) } } }
                    @if !pack.previous.is_empty() { div { dt { "Before this" } dd { (clean(&pack.previous)) } } }
                }
            }
        }
    }
}

fn navigation(pack: &Pack) -> Markup {
    html! {
        nav.contents aria-label="Contents" {
            h2 { "Contents" }
            ul {
                li { a href="#front" { "At a glance" } }
                @for s in &pack.sections { li { a href={ "#" (s.id) } { (clean(&s.heading)) } } }
                li { a href="#back-shorthand" { "Shorthand" } }
                li { a href="#back-rules" { "Rules used" } }
                li { a href="#back-sources" { "Source files" } }
                li { a href="#back-figures" { "Every figure" } }
            }
        }
    }
}
