//! The front page: warnings, the month in short, three bands with exceptions apart, what fell
//! short with since when, why and who acts.

use super::{Page, blocks, parts};
use crate::{
    DocumentError,
    model::{ActiveException, Band, Headline, Shortfall},
    render::{clean::clean, words},
};
use maud::{Markup, html};

/// The front page.
pub fn front(page: &Page<'_>) -> Result<Markup, DocumentError> {
    let front = &page.document.front;
    Ok(html! {
        section #front aria-labelledby="front-h" {
            h2 #front-h { "At a glance" }
            @for warning in &front.warnings { div.warning role="note" { strong { "Take care. " } (parts::runs(page, warning)) } }
            @if !front.statements.is_empty() { ul.statements { @for s in &front.statements { li { (parts::runs(page, s)) } } } }
            (bands(page, &front.headlines))
            (shortfalls(page, &front.shortfalls))
            @if !front.exceptions.is_empty() { (exceptions(&front.exceptions)) }
            @for block in &front.blocks { (blocks::block(page, block)?) }
            (every_measure(page, &front.headlines))
        }
    })
}

/// The group of the front page that a row belongs to; an exception in force outranks its band.
fn group(headlines: &[Headline], band: Band) -> Vec<&Headline> {
    headlines
        .iter()
        .filter(|h| {
            h.exception.is_none()
                && !h.without_level()
                && h.cell.band.unwrap_or(Band::NoFigure) == band
        })
        .collect()
}

fn bands(page: &Page<'_>, headlines: &[Headline]) -> Markup {
    let apart: Vec<&Headline> = headlines.iter().filter(|h| h.exception.is_some()).collect();
    let loose: Vec<&Headline> =
        headlines.iter().filter(|h| h.exception.is_none() && h.without_level()).collect();
    html! {
        div.bands {
            @for band in [Band::BelowMinimum, Band::BelowTarget, Band::Met] { (card(page, Some(band), band.words(), &group(headlines, band))) }
        }
        div.bands.apart {
            (card(page, Some(Band::NoFigure), "no figure", &group(headlines, Band::NoFigure)))
            @if !loose.is_empty() { (card(page, None, "with a figure but no level to compare with", &loose)) }
            (card(page, None, "exception in force", &apart))
        }
    }
}

fn card(page: &Page<'_>, band: Option<Band>, title: &str, rows: &[&Headline]) -> Markup {
    html! {
        div.card.(band.map_or("exception", parts::class)) {
            h3 { @if let Some(b) = band { (parts::icon(b)) } span.count { (rows.len()) } " " (title) }
            @if rows.is_empty() { p.none { "None." } }
            @else { ul {
                @for h in rows { li {
                    span.what {
                        @if h.section.is_empty() { b { (clean(&h.measure)) } } @else { a href={ "#" (h.section) } { (clean(&h.measure)) } }
                        " " (clean(&h.region))
                    }
                    span.value {
                        @if let (None, Some(b)) = (band, h.cell.band) { (parts::badge(b)) " " }
                        (value(page, h))
                    }
                } }
            } }
        }
    }
}

/// The figure alone: its band is the card's.
fn value(page: &Page<'_>, h: &Headline) -> Markup {
    let mut plain = h.cell.clone();
    plain.band = None;
    parts::cell(page, &plain)
}

fn shortfalls(page: &Page<'_>, rows: &[Shortfall]) -> Markup {
    html! {
        h3 #short { "Shortfalls: since when, why, and who acts" }
        @if rows.is_empty() { p { "Nothing that has a figure fell below its target. Rows without a figure are listed above." } }
        @for s in rows {
            div.shortfall.(s.cell.band.map_or("no-figure", parts::class)) {
                h4 { (clean(&s.measure)) ", " (clean(&s.region)) ": " (clean(&s.what)) }
                dl {
                    div.figures { dt { "Figure" } dd { (parts::cell(page, &s.cell)) @if !s.level.is_empty() { span.against { " against " (clean(&s.level)) } } } }
                    div { dt { "Since" } dd { (clean(&s.since)) } }
                    div.wide { dt { "Why" } dd {
                        @if s.why.is_empty() { strong.missing { "No explanation was given." } } @else { (clean(&s.why)) }
                        @if !s.why_from.is_empty() { " " span.from { "(" (clean(&s.why_from)) ")" } }
                    } }
                    div.wide { dt { "Who acts" } dd {
                        @if s.acts.is_empty() { strong.missing { "No owner is named." } } @else { strong { (clean(&s.acts)) } }
                        @if !s.action.is_empty() { ": " (clean(&s.action)) }
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

fn every_measure(page: &Page<'_>, rows: &[Headline]) -> Markup {
    html! {
        h3 #every { "Every measure of the period" }
        p.hint { "The share of traffic is the share of messages that a row covers. Age is counted from the end of the row's period to the pack's as-at date." }
        div.scroll tabindex="0" role="region" aria-labelledby="every" {
            table {
                caption { "Every measure row with its figure, target and minimum" }
                thead { tr { th scope="col" { "Measure" } th scope="col" { "Region" } th scope="col" { "Provider" } th.num scope="col" { "Figure" } th.num scope="col" { "Target" } th.num scope="col" { "Minimum" } th.num scope="col" { "Share of traffic" } th.num scope="col" { "Age, days" } } }
                tbody { @for h in rows { tr {
                    th scope="row" { @if h.section.is_empty() { (clean(&h.measure)) } @else { a href={ "#" (h.section) } { (clean(&h.measure)) } } " " span.title { (clean(&h.title)) } }
                    td { (clean(&h.region)) }
                    td { (clean(&h.provider)) }
                    td.num { (parts::cell(page, &h.cell)) @if let Some(e) = &h.exception { " " span.state { "exception " (clean(e)) } } }
                    td.num { (clean(&h.target)) } td.num { (clean(&h.minimum)) } td.num { (clean(&h.traffic)) }
                    td.num { @if let Some(age) = h.age_days { (age) } }
                } } }
            }
        }
        (blocks::cell_notes(rows.iter().filter(|h| !h.cell.note.is_empty()).map(|h| (h.cell.marks.join(" "), format!("{}, {}", h.measure, h.region), h.cell.note.clone()))))
    }
}
