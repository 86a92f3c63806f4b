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
    PackError,
    model::{Pack, figures_of},
};

/// The pack as PDF.
pub fn pdf(pack: &Pack) -> Result<Vec<u8>, PackError> {
    let mut layout = layout::Layout::new();
    front::front(&mut layout, pack);
    body::sections(&mut layout, pack);
    back::back(&mut layout, pack, &figures_of(pack));
    emit::emit(pack, layout)
}
