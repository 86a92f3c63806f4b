//! The last pages: data of the charts, shorthand, rules, source files, every figure.

use super::{
    front,
    layout::{Kind, Layout, NodeId, TEXT},
    table::{self, Grid, Ready, grid},
};
use crate::{
    model::{Block, Document, FigureUse, Table},
    render::words,
};

/// The back pages.
pub fn back(layout: &mut Layout, document: &Document, figures: &[FigureUse]) {
    let node = start(layout, "back-data", "Data of the charts");
    for t in chart_tables(document) {
        table::table(layout, document, node, t);
    }
    rules(layout, document);
    sources(layout, document);
    index(layout, figures);
}

/// The marks with their words.
pub fn shorthand(layout: &mut Layout, document: &Document) {
    let node = start(layout, "back-shorthand", "Shorthand");
    for s in &document.shorthand {
        layout.labelled(node, &s.mark, &s.words, TEXT);
    }
}

fn start(layout: &mut Layout, place: &str, heading: &str) -> NodeId {
    let node = layout.node(0, Kind::Section);
    layout.need(120.0);
    layout.place(place);
    layout.heading(node, 2, heading);
    node
}

fn chart_tables(document: &Document) -> Vec<&Table> {
    let sections = document.sections.iter().flat_map(|s| &s.blocks);
    let mut out = Vec::new();
    for block in document.front.blocks.iter().chain(sections) {
        match block {
            Block::Chart(c) => out.push(&c.table),
            Block::Multiples(m) => out.extend(m.charts.iter().map(|c| &c.table)),
            Block::Table(_) | Block::Text(_) | Block::List(_) => {}
        }
    }
    out
}

fn bold(cells: Vec<Ready>) -> Vec<Ready> {
    cells.into_iter().map(|r| Ready { bold: true, ..r }).collect()
}

fn rules(layout: &mut Layout, document: &Document) {
    let node = start(layout, "back-rules", "Rules used");
    let open: Vec<&str> = document.unconfirmed().map(|r| r.id.as_str()).collect();
    match open.len() {
        0 => layout.paragraph(node, "Every rule that needs confirmation is confirmed.", TEXT),
        n => front::warning(
            layout,
            node,
            &format!(
                "{n} unconfirmed {}; figures based on {} are provisional: {}.",
                if n == 1 { "rule" } else { "rules" },
                if n == 1 { "it" } else { "them" },
                open.join(", ")
            ),
        ),
    }
    let rows = document
        .rules
        .iter()
        .map(|r| {
            let confirmed = match &r.confirmed_by {
                Some(c) => c.clone(),
                None if r.needs_confirmation => "not confirmed".to_owned(),
                None => "not needed".to_owned(),
            };
            let source = [r.source.as_str(), r.note.as_str()]
                .into_iter()
                .filter(|t| !t.is_empty())
                .collect::<Vec<_>>()
                .join(". ");
            (
                false,
                vec![
                    Ready { bold: true, ..Ready::left(&r.title) },
                    Ready::left(&r.id),
                    Ready::left(&r.mark),
                    Ready::left(&source),
                    Ready::left(&confirmed),
                ],
            )
        })
        .collect();
    let head = bold(["Rule", "Id", "Provenance", "Source", "Confirmed"].map(Ready::left).to_vec());
    grid(
        layout,
        node,
        &Grid { caption: "Rules used by the figures of this pack".to_owned(), head, rows },
    );
}

fn sources(layout: &mut Layout, document: &Document) {
    let node = start(layout, "back-sources", "Source files");
    layout.paragraph(
        node,
        &format!(
            "Ledger manifest {}, rule set {}.",
            document.origin.manifest, document.origin.rules
        ),
        TEXT,
    );
    if document.sources.is_empty() {
        layout.paragraph(node, "No source files are listed.", TEXT);
        return;
    }
    let rows = document
        .sources
        .iter()
        .map(|s| {
            (
                false,
                vec![
                    Ready { bold: true, ..Ready::left(&s.name) },
                    Ready::left(&s.kind),
                    Ready::left(&s.feed),
                    Ready::right(&crate::model::table::grouped(
                        i64::try_from(s.rows).unwrap_or(i64::MAX),
                    )),
                    Ready::left(&words::time(s.known)),
                    Ready::left(&s.sha256),
                ],
            )
        })
        .collect();
    let mut head: Vec<Ready> =
        ["File", "Holds", "Feed", "Rows", "Known", "SHA-256"].map(Ready::left).to_vec();
    head[3].right = true;
    grid(
        layout,
        node,
        &Grid { caption: "Source files of the figures".to_owned(), head: bold(head), rows },
    );
}

fn index(layout: &mut Layout, figures: &[FigureUse]) {
    let node = start(layout, "back-figures", "Every figure");
    layout.paragraph(node, "Each figure can be traced to the messages or the source line behind it: northbound explain ID.", TEXT);
    if figures.is_empty() {
        return;
    }
    let text = |t: &Option<String>| Ready::right(t.as_deref().unwrap_or(""));
    let rows = figures
        .iter()
        .map(|f| {
            let printed = f.band.map_or(f.shown.clone(), |b| format!("{} {}", f.shown, b.words()));
            (
                false,
                vec![
                    Ready { bold: true, ..Ready::left(&f.id) },
                    Ready::left(&f.what),
                    Ready { band: f.band, ..Ready::right(&printed) },
                    text(&f.numerator),
                    text(&f.denominator),
                ],
            )
        })
        .collect();
    let head = bold(vec![
        Ready::left("Id"),
        Ready::left("Figure"),
        Ready::right("As printed"),
        Ready::right("Numerator"),
        Ready::right("Denominator"),
    ]);
    grid(
        layout,
        node,
        &Grid { caption: "Figures with their exact parts, in order of id".to_owned(), head, rows },
    );
}
