//! What Northbound does: every use-case as a library, below the command line and the console.
//!
//! A use-case takes a [`Context`] (data folder, Actor, time) and a request of its own, and returns a
//! result or an [`Answer`]: JSON with documented keys, neutral tables and sentences. Nothing here
//! parses a command line or prints.

pub mod access;
pub mod actions;
pub mod agenda;
pub mod answer;
pub mod cases;
pub mod changes;
pub mod context;
pub mod demo;
pub mod doctor;
pub mod documents;
pub mod error;
pub mod evidence;
pub mod explain;
pub mod feedback;
pub mod feeds;
pub mod figures;
pub mod folder;
pub mod forecast;
pub mod fuzz;
pub mod incidents;
pub mod ingest;
pub mod input;
pub mod journal;
pub mod keys;
pub mod ledger;
pub mod limits;
pub mod live;
pub mod mailing;
pub mod measures;
pub mod meeting_files;
pub mod methodology;
pub mod minutes_in;
pub mod minutes_out;
pub mod names;
pub mod pack;
pub mod paper;
pub mod people;
pub mod progress;
pub mod receipt;
pub mod reconcile;
pub mod registers;
pub mod registration;
pub mod report;
pub mod requests;
pub mod rules;
pub mod scenario;
pub mod service;
pub mod smets1;
pub mod statements;
pub mod templates;
pub mod variance;
pub(crate) mod whole_file;
pub(crate) mod word;

pub use answer::{Answer, Table};
pub use context::Context;
pub use error::{AppError, Result};
pub use progress::ProgressFactory;
