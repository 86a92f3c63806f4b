//! The beginning of the annex: every shortfall in full, exceptions, every measure.

use super::{Page, blocks, parts};
use crate::{
    model::{ActiveException, Headline, Shortfall},
    render::{
        clean::{clean, tied},
        notes, words,
    },
};
use maud::{Markup, html};

/// Whether the document has an annex of its own.
pub fn has_annex(page: &Page<'_>) -> bool {
    let front = &page.document.front;
    !(front.headlines.is_empty() && front.shortfalls.is_empty() && front.exceptions.is_empty())
}

/// Shortfalls, exceptions, every measure.
pub fn annex(page: &Page<'_>) -> Markup {
    let front = &page.document.front;
    html! {
        @if has_annex(page) {
            section #shortfalls aria-labelledby="shortfalls-h" {
                h2 #shortfalls-h { "Annex: what fell short, in full" }
                (shortfalls(page, &front.shortfalls))
                @if !front.exceptions.is_empty() { (exceptions(&front.exceptions)) }
            }
        }
    }
}

fn shortfalls(page: &Page<'_>, rows: &[Shortfall]) -> Markup {
    html! {
        @if rows.is_empty() { p { "Nothing that has a figure fell short of its target." } }
        @for s in rows {
            div.shortfall.(s.cell.band.map_or("no-figure", parts::class)) {
                h3 { (clean(&s.measure)) ", " (clean(&s.region)) ": " (tied(&s.what)) }
                dl {
                    div.figures { dt { "Figure" } dd { (parts::cell(page, &s.cell)) @if !s.level.is_empty() { span.against { " against " (tied(&s.level)) } } } }
                    div { dt { "Since" } dd { (tied(&s.since)) } }
                    div.wide { dt { "Why" } dd {
                        @if s.why.is_empty() { strong.missing { "No explanation was given." } } @else { (tied(&s.why)) }
                        @if !s.why_from.is_empty() { " " span.from { "(" (clean(&s.why_from)) ")" } }
                    } }
                    div.wide { dt { "Who acts" } dd {
                        @if s.acts.is_empty() { strong.missing { "No owner is named." } } @else { strong { (clean(&s.acts)) } }
                        @if !s.action.is_empty() { ": " (tied(&s.action)) }
                    } }
                }
            }
        }
    }
}

fn exceptions(rows: &[ActiveException]) -> Markup {
    html! {
        h3 #exceptions { "Exceptions in force" }
        ul.plain {
            @for e in rows { li {
                b { (clean(&e.reference)) } " " (clean(&e.title)) " (" (clean(&e.measures.join(", "))) "), from " (words::day(e.from))
                @match e.to { Some(to) => { " to " (words::day(to)) }, None => ", no end stated" }
                ". State: " (clean(&e.state)) "."
            } }
        }
    }
}

/// Every row with its levels, folded: the annex has the same figures by region.
pub fn every_measure(page: &Page<'_>) -> Markup {
    let rows = &page.document.front.headlines;
    if rows.is_empty() {
        return html! {};
    }
    html! {
        details.evidence {
            summary { h2 #every-h { "Every measure of the period" } }
            div #every { (measures(page, rows)) }
        }
    }
}

fn measures(page: &Page<'_>, rows: &[Headline]) -> Markup {
    let marks = notes::shorthand_of_headlines(page.document);
    let notes = notes::notes_of_headlines(rows);
    html! {
        p.hint { "The share of traffic is the share of messages that a row covers." }
        (blocks::marks(&marks))
        div.scroll tabindex="0" role="region" aria-labelledby="every-h" {
            table {
                caption { "Every measure row with its figure, target and minimum" }
                thead { tr { th scope="col" { "Measure" } th scope="col" { "Region" } th scope="col" { "Provider" } th.num.key scope="col" { "Figure" } th.num scope="col" { "Target" } th.num scope="col" { "Minimum" } th.num scope="col" { "Share of traffic" } } }
                tbody { @for h in rows { tr {
                    th scope="row" { @if h.section.is_empty() { (clean(&h.measure)) } @else { a href={ "#" (h.section) } { (clean(&h.measure)) } } " " span.title { (tied(&h.title)) } }
                    td { (clean(&h.region)) }
                    td { (clean(&h.provider)) }
                    td.num.key { (parts::cell(page, &h.cell)) @if let Some(e) = &h.exception { " " span.state { "exception " (clean(e)) } } }
                    td.num { (clean(&h.target)) } td.num { (clean(&h.minimum)) } td.num { (clean(&h.traffic)) }
                } } }
            }
        }
        (blocks::cell_notes(notes))
    }
}
