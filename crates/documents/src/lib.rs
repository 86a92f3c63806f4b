//! The documents that Northbound prints, and the files that they become.
//!
//! A document is finished text: every sentence and cell in it reads as it will be printed, and every
//! number is exact. Nothing here knows ledgers, registers or measures; `northbound-packs` decides what
//! a document says, this crate decides how it looks.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`model`] | a [`Document`]: front page, sections, tables, charts, and the check that they agree |
//! | [`render`] | [`render_all`] and the renderers: HTML, PDF, DOCX, XLSX, CSV, JSON, SVG charts |
//! | [`manifest`] | `manifest.json`: the files of a folder, and the rules and ledger behind them |
//! | [`paper`] | a paper in prose, in which each number names its source; DOCX, HTML, text and JSON |
//! | [`meeting`] | agenda, minutes and other documents of a meeting; DOCX, PDF, HTML and text |
//! | [`change_process`] | the page that shows how a change is made, by type |
//!
//! The same document always gives the same bytes. A folder is replaced in one step, so a reader sees
//! the old files or the new ones. Keys of the files: `docs/packs.md`.

pub mod change_process;
pub mod error;
pub mod manifest;
pub mod meeting;
pub mod model;
pub mod paper;
pub mod render;
pub mod template;

pub use error::DocumentError;
pub use model::Document;
pub use render::{Formats, Replace, WrittenFile, render_all};

use serde::Serialize;

/// A value as indented JSON with a line break at its end, as every JSON file of a document is written.
///
/// # Errors
/// [`DocumentError::Printer`] where the value cannot be JSON, such as a map with keys that are no text.
pub fn to_json<T: Serialize>(value: &T) -> Result<Vec<u8>, DocumentError> {
    let mut out = serde_json::to_string_pretty(value)
        .map(|text| northbound_types::printable::json(&text).into_owned())
        .map_err(|e| DocumentError::printer("JSON", e))?;
    out.push('\n');
    Ok(out.into_bytes())
}
