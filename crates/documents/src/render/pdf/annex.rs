//! The beginning of the annex: every shortfall in full, exceptions, every measure.

use super::{
    brief::{self, Piece, SHORTFALLS},
    layout::{ALARM, Kind, Layout, NOTE, NodeId, STRONG, Style, TEXT},
    table::{Grid, Ready, grid},
};
use crate::{
    model::{Band, Document, Headline, Shortfall},
    render::{clean::clean, notes, words},
};

/// What the brief leaves to the annex, and its own first pages.
pub fn annex(layout: &mut Layout, document: &Document, left: &[Piece<'_>]) {
    let front = &document.front;
    if front.headlines.is_empty() && front.shortfalls.is_empty() && front.exceptions.is_empty() {
        return;
    }
    layout.break_page();
    let section = layout.node(0, Kind::Section);
    layout.place(SHORTFALLS);
    layout.heading(section, 2, "Annex: what fell short, in full");
    shortfalls(layout, section, &front.shortfalls);
    exceptions(layout, section, document);
    left.iter().for_each(|p| brief::piece(layout, section, p));
}

fn group(headlines: &[Headline], belongs: impl Fn(&&Headline) -> bool) -> Vec<&Headline> {
    headlines.iter().filter(belongs).collect()
}

/// The rows by band, exceptions apart.
pub fn bands(layout: &mut Layout, parent: NodeId, document: &Document) {
    let headlines = &document.front.headlines;
    key(layout, parent, document);
    let list = |rows: &[&Headline]| {
        let named = rows.iter().map(|h| format!("{} {} {}", h.measure, h.region, h.cell.printed()));
        named.collect::<Vec<_>>().join("; ")
    };
    let mut rows = Vec::new();
    let mut add = |name: Ready, found: Vec<&Headline>| {
        if !found.is_empty() {
            let count = Ready::right(&found.len().to_string());
            rows.push((
                false,
                vec![Ready { bold: true, ..name }, count, Ready::left(&list(&found))],
            ));
        }
    };
    for band in [Band::BelowMinimum, Band::BelowTarget, Band::NoFigure, Band::Met] {
        let of = group(headlines, |h| {
            h.exception.is_none()
                && !h.without_level()
                && h.cell.band.unwrap_or(Band::NoFigure) == band
        });
        add(Ready { band: Some(band), ..Ready::left(band.words()) }, of);
    }
    let loose = group(headlines, |h| h.exception.is_none() && h.without_level());
    add(Ready::left("no target set"), loose);
    add(Ready::left("exception in force"), group(headlines, |h| h.exception.is_some()));
    let head = [Ready::left("Band"), Ready::right("Rows"), Ready::left("Which")]
        .map(|r| Ready { bold: true, ..r })
        .to_vec();
    let caption = "Measure rows by band".to_owned();
    grid(layout, parent, &Grid { caption, head, rows });
}

fn shortfalls(layout: &mut Layout, parent: NodeId, rows: &[Shortfall]) {
    if rows.is_empty() {
        layout.paragraph(parent, "Nothing that has a figure fell short of its target.", TEXT);
    }
    for s in rows {
        layout.need(92.0);
        layout.heading(parent, 3, &format!("{}, {}: {}", s.measure, s.region, s.what));
        let band = s.cell.band.map_or("", Band::words);
        let against =
            if s.level.is_empty() { String::new() } else { format!(", against {}", s.level) };
        layout.labelled(parent, "Figure", &format!("{}, {band}{against}", s.cell.printed()), TEXT);
        layout.labelled(parent, "Since", &s.since, TEXT);
        let from = if s.why_from.is_empty() { String::new() } else { format!(" ({})", s.why_from) };
        let alarm = Style { colour: ALARM, ..STRONG };
        if s.why.is_empty() {
            layout.labelled(parent, "Why", &format!("No explanation was given.{from}"), alarm);
        } else {
            layout.labelled(parent, "Why", &format!("{}{from}", s.why), TEXT);
        }
        let action = if s.action.is_empty() { String::new() } else { format!(": {}", s.action) };
        if s.acts.is_empty() {
            layout.labelled(parent, "Who acts", &format!("No owner is named{action}."), alarm);
        } else {
            layout.labelled(parent, "Who acts", &format!("{}{action}", s.acts), TEXT);
        }
    }
}

fn exceptions(layout: &mut Layout, parent: NodeId, document: &Document) {
    if document.front.exceptions.is_empty() {
        return;
    }
    layout.heading(parent, 3, "Exceptions in force");
    let items: Vec<String> = document
        .front
        .exceptions
        .iter()
        .map(|e| {
            let end =
                e.to.map_or(", no end stated".to_owned(), |d| format!(" to {}", words::day(d)));
            let (measures, from) = (e.measures.join(", "), words::day(e.from));
            format!(
                "{} {} ({measures}), from {from}{end}. State: {}.",
                e.reference, e.title, e.state
            )
        })
        .collect();
    layout.list(parent, &items, false);
}

/// The marks of the measure rows with their words.
fn key(layout: &mut Layout, parent: NodeId, document: &Document) {
    let marks = notes::shorthand_of_headlines(document);
    if !marks.is_empty() {
        let text: Vec<String> = marks.into_iter().map(|(m, w)| format!("{m} {w}.")).collect();
        layout.paragraph(parent, &text.join(" "), NOTE);
    }
}

/// Every row with its levels: the annex has the same figures by region.
pub fn every_measure(layout: &mut Layout, document: &Document) {
    let headlines = &document.front.headlines;
    if headlines.is_empty() {
        return;
    }
    let parent = layout.node(0, Kind::Section);
    layout.place("every");
    layout.heading(parent, 2, "Every measure of the period");
    key(layout, parent, document);
    let head = [
        Ready::left("Measure"),
        Ready::left("Region"),
        Ready::right("Figure"),
        Ready::right("Target"),
        Ready::right("Minimum"),
        Ready::right("Share of traffic"),
    ];
    let caption = "Every measure row with its figure, target and minimum".to_owned();
    let head = head.map(|r| Ready { bold: true, ..r }).to_vec();
    grid(layout, parent, &Grid { caption, head, rows: headlines.iter().map(measure).collect() });
    for n in notes::notes_of_headlines(headlines) {
        layout.paragraph(parent, &n.printed(), NOTE);
    }
}

fn measure(h: &Headline) -> (bool, Vec<Ready>) {
    let region = if h.provider.is_empty() {
        h.region.clone()
    } else {
        format!("{} ({})", h.region, h.provider)
    };
    let mut figure = Ready::of(&h.cell, true);
    if let Some(e) = &h.exception {
        figure.text.push_str(&format!(" exception {}", clean(e)));
    }
    let cells = vec![
        Ready { bold: true, ..Ready::left(&format!("{} {}", h.measure, h.title)) },
        Ready::left(&region),
        figure,
        Ready::right(&h.target),
        Ready::right(&h.minimum),
        Ready::right(&h.traffic),
    ];
    (false, cells)
}
