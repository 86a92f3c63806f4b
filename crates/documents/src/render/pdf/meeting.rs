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
    for (n, b) in document.blocks.iter().enumerate() {
        let next = document.blocks.get(n + 1);
        if matches!(b, Block::Heading { .. })
            && next.is_some_and(|next| parts(&layout, top, b, next))
        {
            layout.break_page();
        }
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

/// Would the end of a page part a heading from what it is the heading of? Both are laid out on trial.
fn parts(layout: &Layout, parent: usize, heading: &Block, next: &Block) -> bool {
    let mut trial = layout.clone();
    block(&mut trial, parent, heading);
    let page = trial.page();
    let marks = |l: &Layout| l.pages.get(page).map_or(0, |p| p.marks.len());
    let before = marks(&trial);
    block(&mut trial, parent, next);
    marks(&trial) == before
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever fills the page above, a heading is on the page on which its table begins.
    #[test]
    fn a_heading_stays_with_its_table() {
        let rows = vec![vec!["33xx/01".to_owned(), "describe the process".to_owned()]; 4];
        let (heading, table) = (
            Block::heading("New actions"),
            Block::table("", &[("Action", 20), ("Text", 80)], rows),
        );
        let mut parted = 0;
        for lines in 0..60 {
            let mut layout = Layout::new();
            let top = layout.node(0, super::super::layout::Kind::Section);
            for _ in 0..lines {
                layout.paragraph(top, "A line of discussion.", TEXT);
            }
            if parts(&layout, top, &heading, &table) {
                parted += 1;
                layout.break_page();
            }
            assert!(!parts(&layout, top, &heading, &table), "{lines} lines above");
        }
        assert!(parted > 0, "no page was full enough to part them");
    }

    /// The id of an action is never cut, however long it is.
    #[test]
    fn a_long_label_is_printed_whole() {
        for label in ["ACTION 33xx/01:", "ACTION OPSG_reporting_33xx/000000000001:"] {
            let mut layout = Layout::new();
            let top = layout.node(0, super::super::layout::Kind::Section);
            block(&mut layout, top, &Block::labelled(label, "describe the process"));
            let printed = format!("{:?}", layout.pages[0].marks);
            assert!(
                printed.contains(label) && printed.contains("describe the process"),
                "{printed}"
            );
        }
    }
}
