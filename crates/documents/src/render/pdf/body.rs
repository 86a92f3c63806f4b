//! Chapters and their blocks.

use super::{
    layout::{DEEP, Kind, LEFT, Layout, NOTE, NodeId, STRONG, Style, TEXT, WIDTH},
    table,
};
use crate::{
    model::{Block, Chart, Document, Multiples},
    render::{
        chart::{self, Frame, Mark, describe},
        clean::clean,
        metrics,
    },
};

/// Room between small charts.
const BETWEEN: f32 = 15.0;

/// The chapters: those that are only proof, or the others.
pub fn sections(layout: &mut Layout, document: &Document, evidence: bool) {
    for s in document.sections.iter().filter(|s| document.is_evidence(s) == evidence) {
        let node = layout.node(0, Kind::Section);
        layout.need(150.0);
        layout.place(&s.id);
        layout.heading(node, 2, &s.heading);
        if !s.message.is_empty() {
            layout.paragraph(node, &s.message, Style { size: 11.5, colour: DEEP, ..STRONG });
        }
        for p in &s.intro {
            layout.paragraph(node, &p.to_text(), TEXT);
        }
        for b in &s.blocks {
            block(layout, document, node, b);
        }
    }
}

/// A block.
pub fn block(layout: &mut Layout, document: &Document, parent: NodeId, block: &Block) {
    match block {
        Block::Table(t) => table::table(layout, document, parent, t),
        Block::Chart(c) => alone(layout, parent, c),
        Block::Multiples(m) => multiples(layout, parent, m),
        Block::Text(p) => layout.paragraph(parent, &p.to_text(), TEXT),
        Block::List(l) => {
            layout.list(parent, &l.items.iter().map(|i| i.to_text()).collect::<Vec<_>>(), l.ordered)
        }
    }
}

/// Charts are drawn for the width of the page, so that their text is as large as the text around them.
const fn full() -> Frame {
    Frame { w: 605.0, ..Frame::full() }
}

fn alone(layout: &mut Layout, parent: NodeId, c: &Chart) {
    let frame = full();
    let drawing = chart::draw(c, &frame);
    let scale =
        (WIDTH / drawing.w).min((super::layout::BOTTOM - super::layout::TOP - 90.0) / drawing.h);
    layout.need(drawing.h * scale + 70.0);
    layout.heading(parent, 3, &c.title);
    layout.paragraph(parent, &c.subtitle, NOTE);
    layout.need(drawing.h * scale + 10.0);
    let y = layout.y;
    picture(layout, parent, c, &drawing, LEFT, y, scale);
    layout.y += drawing.h * scale + 4.0;
    for n in describe::notes(c, &frame) {
        layout.paragraph(parent, &n, NOTE);
    }
    layout.paragraph(
        parent,
        &format!("Data: table \u{201C}{}\u{201D} in pack.html and pack.xlsx.", c.table.caption),
        NOTE,
    );
    layout.y += 6.0;
}

fn multiples(layout: &mut Layout, parent: NodeId, m: &Multiples) {
    let frame = Frame { w: 260.0, ..Frame::small(m) };
    let (w, scale) = ((WIDTH - BETWEEN) / 2.0, (WIDTH - BETWEEN) / 2.0 / frame.w);
    layout.need(frame.h * scale + 110.0);
    layout.heading(parent, 3, &m.title);
    layout.paragraph(parent, &m.subtitle, NOTE);
    let (own, shared) = describe::notes_of(m);
    for (pair, own) in m.charts.chunks(2).zip(own.chunks(2)) {
        let drawings: Vec<_> = pair.iter().map(|c| chart::draw(c, &frame)).collect();
        let h = drawings.iter().map(|d| d.h * scale).fold(0.0, f32::max);
        layout.need(h + 24.0);
        let top = layout.y;
        for (n, (c, drawing)) in pair.iter().zip(&drawings).enumerate() {
            let x = LEFT + n as f32 * (w + BETWEEN);
            let title = layout.node(parent, Kind::Paragraph);
            layout.line(
                Some(title),
                x,
                top + 10.0,
                STRONG,
                &metrics::fit(&clean(&c.title), STRONG.size, true, w),
            );
            picture(layout, parent, c, drawing, x, top + 16.0, scale);
        }
        layout.y = top + h + 22.0;
        for (c, notes) in pair.iter().zip(own) {
            for n in notes {
                layout.paragraph(parent, &format!("{}: {n}", c.title), NOTE);
            }
        }
    }
    for note in shared {
        layout.paragraph(parent, &note, NOTE);
    }
    layout.y += 6.0;
}

/// Puts a drawing on the page as one figure with its description.
fn picture(
    layout: &mut Layout,
    parent: NodeId,
    c: &Chart,
    drawing: &chart::Drawing,
    x: f32,
    y: f32,
    scale: f32,
) {
    let node = layout
        .node(parent, Kind::Figure(clean(&format!("{}. {}", c.title, describe::description(c)))));
    for mark in &drawing.marks {
        layout.mark(Some(node), moved(mark, x, y, scale));
    }
}

fn moved(mark: &Mark, dx: f32, dy: f32, s: f32) -> Mark {
    let at = |p: &(f32, f32)| (p.0 * s + dx, p.1 * s + dy);
    match mark {
        Mark::Rect { x, y, w, h, fill, .. } => Mark::Rect {
            x: x * s + dx,
            y: y * s + dy,
            w: w * s,
            h: h * s,
            fill: *fill,
            tip: String::new(),
        },
        Mark::Line { points, colour, width, dash } => Mark::Line {
            points: points.iter().map(at).collect(),
            colour: *colour,
            width: width * s,
            dash,
        },
        Mark::Shape { points, fill, stroke, .. } => Mark::Shape {
            points: points.iter().map(at).collect(),
            fill: *fill,
            stroke: *stroke,
            tip: String::new(),
        },
        Mark::Circle { x, y, r, fill, stroke, .. } => Mark::Circle {
            x: x * s + dx,
            y: y * s + dy,
            r: r * s,
            fill: *fill,
            stroke: *stroke,
            tip: String::new(),
        },
        Mark::Text { x, y, size, bold, anchor, colour, text } => Mark::Text {
            x: x * s + dx,
            y: y * s + dy,
            size: size * s,
            bold: *bold,
            anchor: *anchor,
            colour: *colour,
            text: super::layout::printable(text, *bold),
        },
    }
}
