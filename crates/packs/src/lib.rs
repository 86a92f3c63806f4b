//! What a report says: evidence read from ledger, registers and rules, and the documents made of it.
//!
//! Everything goes one way: [`evidence`] reads what a period rests on, as known at a time; [`data`] computes
//! what machines read of it; [`assemble`] writes the document that people read; `northbound-documents`
//! renders it. After the evidence nothing reads ledger or registers again.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`evidence`] | rules, registers, ledger and counts of a period, as known at a time |
//! | [`data`] | [`data::PackData`]: every result and figure of a pack, with exact numbers |
//! | [`assemble`] | the document of the monthly pack, a file a section |
//! | [`store`] | builds, issues, lists and compares packs on disk; [`reissue`] finds the reasons of a change |
//! | [`explain`] | opens a figure down to its messages |
//! | [`mine`], [`incident_report`], [`variance_report`] | reports of a User, on incidents, on forecasts |
//! | [`paper`] | the Panel paper |
//! | [`observe`], [`oversight`], [`smets1`] | a change before and after; claims and sentiment; SMETS1 defects and migrations |
//!
//! `docs/packs.md` has the keys of each file. The same evidence gives the same bytes.

pub mod assemble;
pub mod data;
pub mod error;
pub mod evidence;
pub mod explain;
pub mod incident_report;
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
