//! Reports built from measures and registers: the document that is printed, and its printers.
//!
//! [`evidence`] reads everything that a period rests on as at a time; [`assemble`] makes data and
//! document of it, without reading anything more. [`store`] builds, issues, lists and compares packs
//! ([`reissue`] finds the reasons of a change), [`explain`] opens a figure down to its messages,
//! [`mine`] is a User's own report, [`variance_report`] the variance of forecasts, [`incidents`] the report on incidents.
//! `docs/packs.md` has the keys of each file.
//!
//! [`model`] is a presentational document and knows nothing of ledgers: every text in it is as it
//! will be printed, every number exact. [`render`] writes it as HTML, PDF, XLSX, CSV and JSON,
//! with a [`manifest`] that lists the files and the rules used. The same pack gives the same bytes.

pub mod assemble;
pub mod error;
pub mod evidence;
pub mod explain;
pub mod incidents;
pub mod manifest;
pub mod mine;
pub mod model;
pub mod observe;
pub mod oversight;
pub mod paper;
pub mod process;
pub mod reissue;
pub mod render;
pub mod smets1;
pub mod store;
pub mod variance_report;

pub use error::PackError;
pub use render::{Formats, Replace, WrittenFile, render_all};
