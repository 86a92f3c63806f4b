//! What a report says: evidence read from ledger, registers and rules, and the documents made of it.
//!
//! The way is one direction: [`evidence`] reads everything that a period rests on as at a time;
//! [`assemble`] makes data and document of it, without reading anything more; `northbound-documents`
//! renders the document.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`evidence`] | rules, counts and registers of a period, as known at a time |
//! | [`assemble`] | the monthly pack: [`assemble::data::PackData`] for machines, a document for people |
//! | [`store`] | builds, issues, lists and compares packs on disk; [`reissue`] finds the reasons of a change |
//! | [`explain`] | opens a figure down to its messages |
//! | [`mine`] | a User's own report |
//! | [`variance_report`] | the variance of forecasts |
//! | [`incidents`] | the report on incidents |
//! | [`observe`] | a change before and after |
//! | [`oversight`] | statements, sentiment and Exceptional Events beside the figures |
//! | [`smets1`] | exposure, defects and migrations of SMETS1 |
//! | [`paper`] | the Panel paper |
//!
//! `docs/packs.md` has the keys of each file. The same evidence gives the same bytes.

pub mod assemble;
pub mod error;
pub mod evidence;
pub mod explain;
pub mod incidents;
pub mod mine;
pub mod observe;
pub mod oversight;
pub mod paper;
pub mod reissue;
pub mod smets1;
pub mod store;
pub mod variance_report;

pub use error::PackError;
pub use northbound_documents::{Formats, Replace, WrittenFile, render_all};
