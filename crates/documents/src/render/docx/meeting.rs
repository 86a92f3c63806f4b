//! A document of a meeting as Word document.

use super::{
    body::Body,
    core,
    template::{Style, Template},
};
use crate::{
    DocumentError,
    meeting::{Block, MeetingDocument},
};

/// Agenda, minutes or another document of a meeting in the styles of the template.
///
/// # Errors
/// A writer that fails.
pub fn meeting(document: &MeetingDocument, template: &Template) -> Result<Vec<u8>, DocumentError> {
    let mut body = Body::new(template);
    if !document.marking.is_empty() {
        body.text("Marking:", &document.marking);
    }
    body.styled(Style::Title, &document.title);
    for line in &document.subtitle {
        body.styled(Style::Subtitle, line);
    }
    if !document.version.is_empty() {
        body.styled(Style::Subtitle, &document.version);
    }
    for block in &document.blocks {
        match block {
            Block::Heading { level: 1, text } => body.styled(Style::Heading1, text),
            Block::Heading { text, .. } => body.styled(Style::Heading2, text),
            Block::Paragraph { bold, text } => body.text(bold, text),
            Block::Items { items } => items.iter().for_each(|i| body.styled(Style::ListBullet, i)),
            Block::Table { caption, head, widths, rows } => {
                if !caption.is_empty() {
                    body.styled(Style::Caption, caption);
                }
                let head: Vec<&str> = head.iter().map(String::as_str).collect();
                body.table(&head, widths, &[], rows);
            }
        }
    }
    template.with(&body.finish(), &core(&document.title, document.at))
}
