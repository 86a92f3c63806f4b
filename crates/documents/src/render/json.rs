//! The document as JSON: the model as it is, its figures once each, the unconfirmed rules.
//! Keys come in a fixed order; the same document gives the same bytes.

use crate::{
    DocumentError,
    model::{Document, FigureUse, figures_of},
};
use serde::Serialize;

/// What the file says it is.
pub const FORMAT: &str = "northbound-pack/1";

#[derive(Serialize)]
struct File<'a> {
    format: &'static str,
    pack: &'a Document,
    figures: Vec<FigureUse>,
    unconfirmed_rules: Vec<&'a str>,
}

/// The document as JSON with a line break at its end.
pub fn json(document: &Document) -> Result<Vec<u8>, DocumentError> {
    let file = File {
        format: FORMAT,
        pack: document,
        figures: figures_of(document),
        unconfirmed_rules: document.unconfirmed().map(|r| r.id.as_str()).collect(),
    };
    crate::to_json(&file)
}
