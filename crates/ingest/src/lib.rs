//! Readers of message records, DUIS archives, stated figures and register tables: mapping, rejects,
//! identity of rows and files.
//!
//! The canonical layouts are in `docs/layouts.md`, the mapping of other columns in
//! `docs/mapping.md`. Text and Parquet stream in bounded memory; a bad row is a reject with its
//! reason, never an error and never lost: rows read = accepted + rejected.

pub mod duis_archive;
pub mod error;
pub mod fuzz;
pub mod guess;
pub mod incident;
pub mod layout;
pub mod limits;
pub mod mapping;
pub mod options;
pub mod register;
pub mod registration;
pub mod rejects;
pub mod run;
pub mod small_table;
pub mod source;
pub mod summary;
pub mod table;
pub mod time;

mod alert;
mod cell;
mod container;
mod csv_reader;
mod exchange;
mod file_kind;
mod forecast;
mod json_rows;
mod migration;
mod ndjson;
mod number;
mod parquet_pages;
mod parquet_reader;
mod plan;
mod session;
mod sheet;
mod stated;
mod workbook_parts;

pub use error::{Fault, IngestError, Reason};
pub use forecast::{ForecastRow, VolumeRow};
pub use guess::{Guess, Proposal, Sure, guess};
pub use incident::IncidentRow;
pub use layout::Layout;
pub use mapping::Mapping;
pub use migration::MigrationRow;
pub use northbound_ledger::{RowSink, SinkError};
pub use options::Options;
pub use register::{HubInstall, IntervalKind, PopulationRow, RegisterSink, ServiceInterval};
pub use rejects::{DropRejects, Reject, RejectFile, RejectSink};
pub use run::{
    figures, forecasts, hubs, identify, incidents, layout_of, messages, migrations, payloads,
    population, services, volumes,
};
pub use source::SourceMeta;
pub use summary::{FileSummary, Flag, Phase, Progress, Summary};
