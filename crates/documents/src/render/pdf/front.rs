//! The first pages: title, contents, the period at a glance.

use super::{
    body,
    layout::{
        ALARM, DEEP, Kind, LEFT, Layout, Link, NodeId, PAGE, STRONG, Style, TEXT, WIDTH, titled,
    },
    table::{Grid, Ready, grid},
};
use crate::{
    model::{Band, Document, Headline, Shortfall},
    render::{
        chart::draw::{self, Colour},
        clean::clean,
        metrics, words,
    },
};

/// Title, contents and front page.
pub fn front(layout: &mut Layout, document: &Document) {
    title(layout, document);
    contents(layout, document);
    let section = layout.node(0, Kind::Section);
    layout.place("front");
    layout.heading(section, 2, "At a glance");
    for w in &document.front.warnings {
        warning(layout, section, &w.to_text());
    }
    let statements: Vec<String> = document.front.statements.iter().map(|s| s.to_text()).collect();
    layout.list(section, &statements, false);
    bands(layout, section, &document.front.headlines);
    shortfalls(layout, section, &document.front.shortfalls);
    exceptions(layout, section, document);
    for block in &document.front.blocks {
        body::block(layout, document, section, block);
    }
    every_measure(layout, section, &document.front.headlines);
}

fn title(layout: &mut Layout, document: &Document) {
    let section = layout.node(0, Kind::Section);
    // The title has its own band of colour, as high as its text: it is laid out on trial first.
    let mut trial = Layout::new();
    let node = trial.node(0, Kind::Section);
    title_text(&mut trial, node, document, draw::WHITE);
    let fits = trial.page() == 0;
    if fits {
        layout.rect(0.0, 0.0, PAGE.0, trial.y + 6.0, DEEP);
    }
    title_text(layout, section, document, if fits { draw::WHITE } else { DEEP });
    layout.y += 16.0;
}

fn title_text(layout: &mut Layout, section: NodeId, document: &Document, colour: Colour) {
    let plain = Style { size: 10.0, bold: false, colour, after: 2.0 };
    layout.y = 44.0;
    layout.paragraph(section, &document.network, Style { bold: true, ..plain });
    let text = clean(&words::title(document));
    layout.bookmarks.push((1, text.clone(), layout.page(), layout.y));
    let node = layout.node(section, Kind::Heading(1, text.clone()));
    layout.lines(node, &text, LEFT, WIDTH, Style { size: 22.0, bold: true, after: 6.0, ..plain });
    let marking = if document.marking.is_empty() {
        String::new()
    } else {
        format!(". Marking: {}", document.marking)
    };
    layout.paragraph(
        section,
        &format!("{}{marking}", words::version(document)),
        Style { bold: true, ..plain },
    );
    if let crate::model::Status::Issued { at, by, .. } = &document.status {
        layout.paragraph(section, &format!("Issued {} by {by}.", words::time(*at)), plain);
    }
    layout.paragraph(
        section,
        &format!(
            "Data cut-off {}. Known at {}.",
            words::time(document.cut_off),
            words::time(document.as_at)
        ),
        plain,
    );
    layout.paragraph(
        section,
        &format!("Counted by: {} ({}).", document.methodology.title, document.methodology.id),
        plain,
    );
    if !document.previous.is_empty() {
        layout.paragraph(
            section,
            &format!("Previous issue: {}.", document.previous.trim_end_matches('.')),
            plain,
        );
    }
}

fn contents(layout: &mut Layout, document: &Document) {
    let section = layout.node(0, Kind::Section);
    layout.heading(section, 2, "Contents");
    let list = layout.node(section, Kind::List);
    let own = [("front", "At a glance")].into_iter();
    let back = [
        ("back-data", "Data of the charts"),
        ("back-shorthand", "Shorthand"),
        ("back-rules", "Rules used"),
        ("back-sources", "Source files"),
        ("back-figures", "Every figure"),
    ];
    let chapters = document.sections.iter().map(|s| (s.id.as_str(), s.heading.as_str()));
    for (to, text) in own.chain(chapters).chain(back) {
        layout.need(TEXT.size * 2.0);
        let item = layout.node(list, Kind::Item);
        let body = layout.node(item, Kind::Body);
        let node = layout.node(body, Kind::Link);
        let text = metrics::fit(&titled(text), TEXT.size, false, WIDTH);
        let (top, w) = (layout.y, metrics::width(&text, TEXT.size, false));
        layout.line(Some(node), LEFT, top + TEXT.size, Style { colour: 0x0B_4A_6F, ..TEXT }, &text);
        layout.y += TEXT.size * 1.45;
        let link = Link {
            node,
            rect: [LEFT, top, LEFT + w, top + TEXT.size * 1.3],
            to: to.to_owned(),
            words: text,
        };
        if let Some(page) = layout.pages.last_mut() {
            page.links.push(link);
        }
    }
}

/// A boxed warning.
pub fn warning(layout: &mut Layout, parent: NodeId, text: &str) {
    let text = format!("Take care. {text}");
    let lines = metrics::wrap(&clean(&text), STRONG.size, true, WIDTH - 18.0).len();
    let h = lines as f32 * STRONG.size * 1.32 + 10.0;
    layout.need(h);
    if layout.y + h < super::layout::BOTTOM {
        layout.rect(LEFT, layout.y, WIDTH, h, 0xFF_F7_E0);
        layout.rect(LEFT, layout.y, 4.0, h, 0xC9_8A_00);
    }
    layout.y += 4.0;
    let node = layout.node(parent, Kind::Paragraph);
    layout.lines(node, &clean(&text), LEFT + 12.0, WIDTH - 18.0, Style { after: 8.0, ..STRONG });
}

fn bands(layout: &mut Layout, parent: NodeId, headlines: &[Headline]) {
    let apart = |h: &Headline| h.exception.is_some();
    let list = |rows: Vec<&Headline>| {
        if rows.is_empty() {
            "None.".to_owned()
        } else {
            rows.iter()
                .map(|h| format!("{} {} {}", h.measure, h.region, h.cell.printed()))
                .collect::<Vec<_>>()
                .join("; ")
        }
    };
    let mut rows = Vec::new();
    for band in [Band::BelowMinimum, Band::BelowTarget, Band::Met, Band::NoFigure] {
        let found: Vec<&Headline> = headlines
            .iter()
            .filter(|h| {
                !apart(h) && !h.without_level() && h.cell.band.unwrap_or(Band::NoFigure) == band
            })
            .collect();
        let name = Ready { bold: true, band: Some(band), ..Ready::left(band.words()) };
        rows.push((
            false,
            vec![name, Ready::right(&found.len().to_string()), Ready::left(&list(found))],
        ));
    }
    let loose: Vec<&Headline> =
        headlines.iter().filter(|h| !apart(h) && h.without_level()).collect();
    if !loose.is_empty() {
        rows.push((
            false,
            vec![
                Ready { bold: true, ..Ready::left("a figure, but no level") },
                Ready::right(&loose.len().to_string()),
                Ready::left(&list(loose)),
            ],
        ));
    }
    let found: Vec<&Headline> = headlines.iter().filter(|h| apart(h)).collect();
    rows.push((
        false,
        vec![
            Ready { bold: true, ..Ready::left("exception in force") },
            Ready::right(&found.len().to_string()),
            Ready::left(&list(found)),
        ],
    ));
    let head = [Ready::left("Band"), Ready::right("Rows"), Ready::left("Which")]
        .map(|r| Ready { bold: true, ..r })
        .to_vec();
    grid(
        layout,
        parent,
        &Grid { caption: "Measure rows by band, exceptions apart".to_owned(), head, rows },
    );
}

fn shortfalls(layout: &mut Layout, parent: NodeId, rows: &[Shortfall]) {
    if !rows.is_empty() {
        layout.need(150.0);
    }
    layout.heading(parent, 3, "Shortfalls: since when, why, and who acts");
    if rows.is_empty() {
        layout.paragraph(parent, "Nothing that has a figure fell below its target.", TEXT);
    }
    for s in rows {
        layout.need(105.0);
        layout.heading(parent, 4, &format!("{}, {}: {}", s.measure, s.region, s.what));
        let band = s.cell.band.map_or("", Band::words);
        let against =
            if s.level.is_empty() { String::new() } else { format!(" against {}", s.level) };
        layout.labelled(parent, "Figure", &format!("{} {band}{against}", s.cell.printed()), TEXT);
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
            format!(
                "{} {} ({}), from {}{end}. State: {}.",
                e.reference,
                e.title,
                e.measures.join(", "),
                words::day(e.from),
                e.state
            )
        })
        .collect();
    layout.list(parent, &items, false);
}

fn every_measure(layout: &mut Layout, parent: NodeId, headlines: &[Headline]) {
    layout.heading(parent, 3, "Every measure of the period");
    let head = [
        Ready::left("Measure"),
        Ready::left("Region"),
        Ready::right("Figure"),
        Ready::right("Target"),
        Ready::right("Minimum"),
        Ready::right("Share of traffic"),
        Ready::right("Age, days"),
    ];
    let rows = headlines
        .iter()
        .map(|h| {
            let region = if h.provider.is_empty() {
                h.region.clone()
            } else {
                format!("{} ({})", h.region, h.provider)
            };
            let mut figure = Ready::of(&h.cell, true);
            if let Some(e) = &h.exception {
                figure.text.push_str(&format!(" exception {}", clean(e)));
            }
            let age = h.age_days.map_or(String::new(), |d| d.to_string());
            (
                false,
                vec![
                    Ready { bold: true, ..Ready::left(&format!("{} {}", h.measure, h.title)) },
                    Ready::left(&region),
                    figure,
                    Ready::right(&h.target),
                    Ready::right(&h.minimum),
                    Ready::right(&h.traffic),
                    Ready::right(&age),
                ],
            )
        })
        .collect();
    grid(
        layout,
        parent,
        &Grid {
            caption: "Every measure row with its figure, target and minimum".to_owned(),
            head: head.map(|r| Ready { bold: true, ..r }).to_vec(),
            rows,
        },
    );
    for h in headlines.iter().filter(|h| !h.cell.note.is_empty()) {
        layout.paragraph(
            parent,
            &format!("{} {}, {}: {}", h.cell.marks.join(" "), h.measure, h.region, h.cell.note),
            super::layout::NOTE,
        );
    }
}
