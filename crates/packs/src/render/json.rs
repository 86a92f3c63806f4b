//! The document as JSON: the model as it is, its figures once each, the rules nobody confirmed.
//! Keys come in a fixed order; the same pack gives the same bytes.

use crate::{
    PackError,
    model::{FigureUse, Pack, figures_of},
};
use serde::Serialize;

/// What the file says it is.
pub const FORMAT: &str = "northbound-pack/1";

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    pack: &'a Pack,
    figures: Vec<FigureUse>,
    unconfirmed_rules: Vec<&'a str>,
}

/// The pack as JSON with a line break at its end.
pub fn json(pack: &Pack) -> Result<Vec<u8>, PackError> {
    let document = Document {
        format: FORMAT,
        pack,
        figures: figures_of(pack),
        unconfirmed_rules: pack.unconfirmed().map(|r| r.id.as_str()).collect(),
    };
    let mut out =
        serde_json::to_vec_pretty(&document).map_err(|e| PackError::printer("JSON", e))?;
    out.push(b'\n');
    Ok(out)
}
