//! The tables of the ledger: their columns, their rows as writers fill them, and their Parquet files.

pub mod corrections;
pub mod rows;
pub mod schema;
pub mod sink;

pub(crate) mod buffer;
mod columns;
pub(crate) mod file;
pub(crate) mod fill;
pub(crate) mod row_hash;
