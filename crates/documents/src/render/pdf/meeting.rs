//! A document of a meeting as tagged PDF.

use super::{
    emit::{self, Frame},
    layout::{DEEP, Layout, NOTE, STRONG, Style, TEXT},
    table::{Grid, Ready, grid},
};
use crate::{
    DocumentError,
    meeting::{Block, MeetingDocument},
    render::clean::clean,
};

/// Agenda, minutes or another document of a meeting.
///
/// # Errors
/// A writer that fails.
pub fn meeting(document: &MeetingDocument) -> Result<Vec<u8>, DocumentError> {
    let mut layout = Layout::new();
    let top = layout.node(0, super::layout::Kind::Section);
    if !document.marking.is_empty() {
        let style = Style { after: 6.0, ..STRONG };
        layout.paragraph(top, &format!("Marking: {}", document.marking), style);
    }
    layout.heading(top, 1, &document.title);
    let lines = document.subtitle.iter().chain(Some(&document.version).filter(|v| !v.is_empty()));
    for line in lines {
        layout.paragraph(top, line, Style { size: 11.0, colour: DEEP, after: 2.0, ..TEXT });
    }
    layout.y += 6.0;
    for b in &document.blocks {
        block(&mut layout, top, b);
    }
    let said = [document.version.clone(), marked(&document.marking)];
    let frame = Frame {
        title: document.title.clone(),
        right: said.into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(". "),
        left: document.body.clone(),
        at: document.at,
        id: format!("{}/{}/{}", document.title, document.version, document.at),
    };
    emit::emit(&frame, layout)
}

fn marked(marking: &str) -> String {
    if marking.is_empty() { String::new() } else { format!("Marking: {marking}") }
}

fn block(layout: &mut Layout, parent: usize, block: &Block) {
    match block {
        Block::Heading { level, text } => layout.heading(parent, level + 1, text),
        Block::Paragraph { bold, text } if bold.is_empty() => {
            layout.paragraph(parent, text, TEXT);
        }
        Block::Paragraph { bold, text } if text.is_empty() => {
            layout.paragraph(parent, bold, STRONG);
        }
        Block::Paragraph { bold, text } => layout.labelled(parent, bold, text, TEXT),
        Block::Items { items } => layout.list(parent, items, false),
        Block::Table { caption, head, rows, .. } => {
            let head = head.iter().map(|h| Ready { bold: true, ..Ready::left(h) }).collect();
            let cells = |r: &Vec<String>| r.iter().map(|c| Ready::left(c)).collect();
            let rows: Vec<_> = rows.iter().map(|r| (false, cells(r))).collect();
            if rows.is_empty() {
                layout.paragraph(parent, &format!("{}: none", clean(caption)), NOTE);
            } else {
                grid(layout, parent, &Grid { caption: clean(caption), head, rows });
            }
            layout.y += 6.0;
        }
    }
}
