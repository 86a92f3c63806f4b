//! The bench's data: a month of invented messages out of order, as ingest is given them, with
//! 1 % corrections and collisions. At least 100 Users, 60 SRVs and 5 million devices.

mod alerts;
pub mod messages;
mod tables;

pub use alerts::alerts;
pub use messages::write;
pub use tables::tables;

use crate::Any;
use arrow_array::{ArrayRef, RecordBatch};
use parquet::arrow::ArrowWriter;
use std::{fs::File, path::Path};

pub const USERS: usize = 120;
pub const DAYS: i64 = 30;
pub const DAY_US: i64 = 86_400_000_000;
/// The start of the month, in µs.
pub const APRIL: i64 = 1_775_001_600_000_000;
const DEVICES: u64 = 5_000_000;
const BATCH: usize = 64 * 1024;
const FIRST_USER: u64 = 0x90B3_D51F_3001_0000;
const FIRST_DEVICE: u64 = 0x00DB_1234_0000_0000;

/// SRVs of the catalogue, the commonest first: at most 64 of them.
fn srvs(rules: &northbound_rules::RuleSet) -> Vec<String> {
    let mut all: Vec<String> = rules.catalogue().services().iter().map(|s| s.srv.clone()).collect();
    let first = ["4.8.1", "4.6.1", "4.1.1", "4.10", "2.2", "8.2"];
    all.sort_by_key(|s| first.iter().position(|f| f == s).unwrap_or(first.len()));
    all.truncate(64);
    all
}

/// The EUI of a User, by its number.
const fn user_eui(number: u64) -> i64 {
    (FIRST_USER + number) as i64
}

fn write_table(path: &Path, columns: Vec<(&str, ArrayRef)>) -> Result<(), Any> {
    let batch = RecordBatch::try_from_iter(columns)?;
    let mut w = ArrowWriter::try_new(File::create(path)?, batch.schema(), None)?;
    w.write(&batch)?;
    w.close()?;
    Ok(())
}
