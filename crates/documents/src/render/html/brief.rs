//! The brief: what fell short, what is not known, what changed, what is due; then the period at a glance.

use super::{Page, blocks, parts};
use crate::{
    DocumentError,
    model::{Band, Headline, Para, Shortfall},
    render::clean::{clean, tied},
};
use maud::{Markup, html};

/// Most shortfalls in the brief; the annex has all.
const MOST: usize = 12;

/// The brief of a pack; of another report its warnings, sentences and charts.
pub fn brief(page: &Page<'_>) -> Result<Markup, DocumentError> {
    let (front, brief) = (&page.document.front, &page.document.front.brief);
    let measures = !front.headlines.is_empty();
    Ok(html! {
        section #front aria-labelledby="front-h" {
            h2 #front-h { @if measures { "Brief" } @else { "At a glance" } }
            @for p in &brief.summary { p.summary { (parts::runs(page, p)) } }
            @for p in &brief.banner { p.banner role="note" { (parts::runs(page, p)) } }
            @for warning in &front.warnings { div.warning role="note" { strong { "Take care. " } (parts::runs(page, warning)) } }
            @if measures { (shortfalls(page, &front.shortfalls)) (answers(page)) }
            @if measures && !front.statements.is_empty() { h3 { "At a glance" } }
            @if !front.statements.is_empty() { ul.statements { @for s in &front.statements { li { (parts::runs(page, s)) } } } }
            @if measures { (bands(page, &front.headlines)) }
            @for block in &front.blocks { (blocks::block(page, block)?) }
        }
    })
}

fn shortfalls(page: &Page<'_>, rows: &[Shortfall]) -> Markup {
    let more = rows.len().saturating_sub(MOST);
    html! {
        h3 #short { "What fell short, worst first" }
        @if rows.is_empty() { p { "Nothing that has a figure fell short of its target." } }
        @else {
            table.cards {
                caption.hidden { "Rows that fell short, worst first" }
                thead { tr { @for t in ["Measure", "Where", "Figure against level", "Since when", "Why", "Who acts"] { th scope="col" { (t) } } } }
                tbody { @for s in rows.iter().take(MOST) { (shortfall(page, s)) } }
            }
            p { a href="#shortfalls" { @if more > 0 { "and " (more) " more, in the annex" } @else { "In full, with what is done about each" } } }
        }
    }
}

fn shortfall(page: &Page<'_>, s: &Shortfall) -> Markup {
    html! {
        tr.(s.cell.band.map_or("no-figure", parts::class)) {
            th scope="row" { (clean(&s.measure)) " " span.title { (tied(&s.what)) } }
            td data-label="Where" { (clean(&s.region)) }
            td data-label="Figure" { span { (parts::cell(page, &s.cell)) @if !s.level.is_empty() { " " span.against { "against " (tied(&s.level)) } } } }
            td data-label="Since" { (tied(&s.since_alone())) }
            td data-label="Why" { @if s.why.is_empty() { strong.missing { "No reason was given." } } @else { (tied(&s.why)) } }
            td data-label="Who acts" { @if s.acts.is_empty() { strong.missing { "No owner is named." } } @else { (clean(&s.acts)) } }
        }
    }
}

fn answers(page: &Page<'_>) -> Markup {
    let brief = &page.document.front.brief;
    let plain = |t: String| Para::plain(t);
    let unknown: Vec<Para> = brief.unknown.iter().map(|u| plain(u.words())).collect();
    let due: Vec<Para> = brief.due.iter().map(|d| plain(d.words())).collect();
    let all = [("Not known", &unknown), ("What changed", &brief.changes), ("What is due", &due)];
    html! {
        div.answers { @for (heading, items) in all {
            div {
                h3 { (heading) }
                @if items.is_empty() { p { "Nothing." } }
                @else { ul { @for i in items { li { (parts::runs(page, i)) } } } }
            }
        } }
    }
}

/// The group of a row; an exception in force outranks its band.
fn group(headlines: &[Headline], band: Band) -> Vec<&Headline> {
    let of = |h: &&Headline| {
        h.exception.is_none() && !h.without_level() && h.cell.band.unwrap_or(Band::NoFigure) == band
    };
    headlines.iter().filter(of).collect()
}

fn bands(page: &Page<'_>, headlines: &[Headline]) -> Markup {
    let apart: Vec<&Headline> = headlines.iter().filter(|h| h.exception.is_some()).collect();
    let loose: Vec<&Headline> =
        headlines.iter().filter(|h| h.exception.is_none() && h.without_level()).collect();
    let exceptions = if apart.len() == 1 { "exception in force" } else { "exceptions in force" };
    html! {
        div.bands {
            @for band in [Band::BelowMinimum, Band::BelowTarget, Band::Met] { (card(page, Some(band), band.words(), &group(headlines, band))) }
        }
        div.bands.apart {
            (card(page, Some(Band::NoFigure), "no figure", &group(headlines, Band::NoFigure)))
            @if !loose.is_empty() { (card(page, None, "no target set", &loose)) }
            @if !apart.is_empty() { (card(page, None, exceptions, &apart)) }
        }
    }
}

fn card(page: &Page<'_>, band: Option<Band>, title: &str, rows: &[&Headline]) -> Markup {
    html! {
        div.card.(band.map_or("exception", parts::class)) {
            h4 { @if let Some(b) = band { (parts::icon(b)) } span.count { (rows.len()) } " " (title) }
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
