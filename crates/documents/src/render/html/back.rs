//! The back: shorthand, rules with the unconfirmed ones marked, source files, every figure.

use super::{Page, parts};
use crate::{
    model::{FigureUse, RuleUsed},
    render::{
        clean::{clean, tied},
        words,
    },
};
use maud::{Markup, html};

/// The back pages.
pub fn back(page: &Page<'_>, figures: &[FigureUse]) -> Markup {
    html! {
        (rules(page))
        (sources(page))
        (index(figures))
    }
}

/// The marks with their words.
pub fn shorthand(page: &Page<'_>) -> Markup {
    html! {
        section #back-shorthand aria-labelledby="back-shorthand-h" {
            h2 #back-shorthand-h { "Shorthand" }
            dl.words { @for s in &page.document.shorthand { div { dt { (clean(&s.mark)) } dd { (clean(&s.words)) } } } }
            p { "A cell without a figure shows its mark, never a zero. Percentages are rounded half up at the decimals shown, and never across a target: the exact numerator and denominator are in the CSV files and the workbook." }
        }
    }
}

/// What the folded sections are.
pub fn evidence() -> Markup {
    html! {
        section #evidence-of-figures aria-labelledby="evidence-of-figures-h" {
            h2 #evidence-of-figures-h { "Evidence" }
            p { "Counts of messages, source files and rules are folded; a click opens a section, and so does a link to it. Every figure is listed at the end. The workbook " code { "pack.xlsx" } " has the same tables." }
        }
    }
}

fn rules(page: &Page<'_>) -> Markup {
    let open: Vec<&RuleUsed> = page.document.unconfirmed().collect();
    html! {
        details.evidence {
            summary { h2 { "Rules used" } }
            div #back-rules {
            @if open.is_empty() { p { "Every rule that needs confirmation is confirmed." } }
            @else {
                div.warning role="note" {
                    strong { (open.len()) @if open.len() == 1 { " unconfirmed rule." } @else { " unconfirmed rules." } }
                    " Figures based on them are provisional: "
                    @for (n, r) in open.iter().enumerate() { @if n > 0 { ", " } code { (clean(&r.id)) } } "."
                }
            }
            div.scroll tabindex="0" role="region" aria-label="Rules used" {
                table {
                    caption { "Rules used by the figures of this pack" }
                    thead { tr { th scope="col" { "Rule" } th scope="col" { "Provenance" } th scope="col" { "Source" } th scope="col" { "Confirmed" } } }
                    tbody { @for r in &page.document.rules { tr {
                        th scope="row" { (clean(&r.title)) br; code { (clean(&r.id)) } }
                        td { (clean(&r.mark)) }
                        td.text { (clean(&r.source)) @if !r.note.is_empty() { br; span.hint { (clean(&r.note)) } } }
                        td.text { @match &r.confirmed_by { Some(c) => (clean(c)), None if r.needs_confirmation => strong.missing { "not confirmed" }, None => "not needed" } }
                    } } }
                }
            }
            }
        }
    }
}

fn sources(page: &Page<'_>) -> Markup {
    html! {
        details.evidence {
            summary { h2 { "Source files" } }
            div #back-sources {
            p { "Ledger manifest " code { (clean(&page.document.origin.manifest)) } ", rule set " code { (clean(&page.document.origin.rules)) } "." }
            @if page.document.sources.is_empty() { p { "No source files are listed." } }
            @else { div.scroll tabindex="0" role="region" aria-label="Source files" {
                table {
                    caption { "Source files of the figures" }
                    thead { tr { th scope="col" { "File" } th scope="col" { "Holds" } th scope="col" { "Feed" } th.num scope="col" { "Rows" } th scope="col" { "Known" } th scope="col" { "SHA-256" } } }
                    tbody { @for s in &page.document.sources { tr {
                        th scope="row" { (clean(&s.name)) } td { (clean(&s.kind)) } td { (clean(&s.feed)) }
                        td.num { (crate::model::table::grouped(i64::try_from(s.rows).unwrap_or(i64::MAX))) }
                        td { (words::time(s.known)) } td { code.hash { (clean(&s.sha256)) } }
                    } } }
                }
            } }
            }
        }
    }
}

fn index(figures: &[FigureUse]) -> Markup {
    html! {
        section #back-figures aria-labelledby="back-figures-h" {
            h2 #back-figures-h { "Every figure" }
            p { "Each figure can be traced to the messages or the source line behind it: " code { "northbound explain ID" } "." }
                div.scroll tabindex="0" role="region" aria-label="Every figure" {
                    table.index {
                        caption { "Figures with their exact parts, in order of id" }
                        thead { tr { th scope="col" { "Command" } th scope="col" { "Figure" } th.num.key scope="col" { "As printed" } th.num scope="col" { "Numerator" } th.num scope="col" { "Denominator" } } }
                        tbody { @for f in figures { tr id={ "f-" (f.id) } {
                            th scope="row" { code { "northbound explain " (f.id) } }
                            td.text { (clean(&f.what)) @if !f.note.is_empty() { " " span.hint { (tied(&f.note)) } } }
                            td.num.key { @if let Some(b) = f.band { span.band.(parts::class(b)) { (parts::icon(b)) } " " } (clean(&f.shown)) @if let Some(b) = f.band { " " span.word.(parts::class(b)) { (b.words()) } } }
                            td.num { (f.numerator.as_deref().unwrap_or("")) } td.num { (f.denominator.as_deref().unwrap_or("")) }
                        } } }
                    }
                }
        }
    }
}
