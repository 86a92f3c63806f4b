//! The pack as a tagged PDF with embedded fonts, checked against PDF/UA-1 as it is written.
//!
//! First everything is laid out as marks on pages, each belonging to a node of the document's
//! structure ([`layout`]); then the pages are written ([`emit`]). So page counts and link targets
//! are known before the first page is written.

mod back;
mod body;
mod emit;
mod front;
mod layout;
mod table;

use crate::{
    DocumentError,
    model::{Document, figures_of},
};

/// The pack as PDF.
pub fn pdf(document: &Document) -> Result<Vec<u8>, DocumentError> {
    let mut layout = layout::Layout::new();
    front::front(&mut layout, document);
    body::sections(&mut layout, document);
    back::back(&mut layout, document, &figures_of(document));
    emit::emit(document, layout)
}
