//! The pack as a tagged PDF with embedded fonts, checked against PDF/UA-1 as it is written.
//!
//! First everything is laid out as marks on pages, each belonging to a node of the document's
//! structure ([`layout`]); then the pages are written ([`emit`]). So page counts and link targets
//! are known before the first page is written.

mod annex;
mod back;
mod body;
mod brief;
mod emit;
mod front;
mod layout;
mod meeting;
mod table;
#[cfg(test)]
mod tests;

pub use meeting::meeting;

use crate::{
    DocumentError,
    model::{Document, figures_of},
};
use std::collections::BTreeMap;

/// Most passes until every page that is named is the right one; two are enough unless a page number
/// gains a digit.
const PASSES: usize = 5;

/// The pages of named places, as the pass before found them.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Pages(BTreeMap<String, usize>);

impl Pages {
    /// The number of the page on which a place is; of a place that no pass has found yet, any number.
    fn of(&self, place: &str) -> usize {
        self.0.get(place).map_or(10, |p| p + 1)
    }
}

/// The pack as PDF; with `evidence` also the sections that are only proof.
pub fn pdf(document: &Document, evidence: bool) -> Result<Vec<u8>, DocumentError> {
    emit::emit(&emit::Frame::of(document), laid_out(document, evidence))
}

/// The pages: brief, annex, and the evidence where it is asked for.
fn laid_out(document: &Document, evidence: bool) -> layout::Layout {
    let mut pages = Pages::default();
    let mut layout = pass(document, evidence, &pages);
    for _ in 1..PASSES {
        let found = Pages(layout.places.iter().map(|(name, at)| (name.clone(), at.0)).collect());
        if found == pages {
            break;
        }
        pages = found;
        layout = pass(document, evidence, &pages);
    }
    layout
}

fn pass(document: &Document, evidence: bool, pages: &Pages) -> layout::Layout {
    let mut layout = layout::Layout::new();
    front::title(&mut layout, document);
    let left = brief::brief(&mut layout, document, pages, evidence);
    annex::annex(&mut layout, document, &left);
    body::sections(&mut layout, document, false);
    back::shorthand(&mut layout, document);
    if evidence {
        annex::every_measure(&mut layout, document);
        body::sections(&mut layout, document, true);
        back::back(&mut layout, document, &figures_of(document));
    }
    layout
}
