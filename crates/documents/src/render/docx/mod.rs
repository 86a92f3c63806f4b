//! Word documents: the brief of a pack, a paper, and documents of meetings. Real headings, tables with a header row that is
//! repeated on each page, the styles of a template, no macro.
//!
//! The body is ours and all other parts are the template's, so that an operator who replaces the
//! template has its own styles, page, header and footer. No library that writes Word documents leaves
//! the parts of a template as they are.

mod body;
mod brief;
mod meeting;
mod paper;
mod template;

pub use brief::brief;
pub use meeting::meeting;
pub use paper::paper;
pub use template::{MAX_BYTES, MAX_PARTS, Template};

use super::clean::clean;
use northbound_types::Utc;
use quick_xml::escape::escape;

/// The properties of a document: title and time, so that the same document gives the same bytes.
fn core(title: &str, at: Utc) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{}</dc:title><dc:creator>Northbound</dc:creator><dcterms:created xsi:type=\"dcterms:W3CDTF\">{at}</dcterms:created></cp:coreProperties>\n",
        escape(clean(title))
    )
}
