//! The limits that a user may meet.

use crate::reconcile::MAX_MESSAGES;
use northbound_ingest::{duis_archive::ReadOptions, limits};
use northbound_ledger::drill::PAGE_MESSAGES;
use northbound_measures::reconcile::source::MAX_SOURCES;
use northbound_registers::{audit::MAX_EVENTS, record::MAX_BODY_BYTES};
use northbound_rules::files::MAX_FILE_BYTES;

/// A limit: what it limits, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// What is limited.
    pub what: &'static str,
    /// Its value.
    pub limit: u64,
    /// Unit of the value.
    pub unit: &'static str,
}

/// Every limit, in the order in which they are printed.
#[must_use]
pub fn limits() -> Vec<Limit> {
    let archive = ReadOptions::default();
    [
        ("rows of one input file", northbound_ledger::SOURCE_ROWS, "rows"),
        ("messages on one page of a drill-down", PAGE_MESSAGES, "messages"),
        ("one field of an input", limits::MAX_FIELD as u64, "bytes"),
        ("mapping file", limits::MAX_MAPPING, "bytes"),
        ("one file of a DUIS archive", archive.entry_bytes, "bytes"),
        ("files in a DUIS archive", archive.entries, "files"),
        ("unpacked size of a DUIS archive", archive.total_bytes, "bytes"),
        ("messages compared one by one in a reconciliation", MAX_MESSAGES, "messages a source"),
        ("sources in one reconciliation", MAX_SOURCES as u64, "sources"),
        ("one record of a register", MAX_BODY_BYTES as u64, "bytes"),
        ("events in one answer", MAX_EVENTS.unsigned_abs(), "events"),
        ("one rule file", MAX_FILE_BYTES as u64, "bytes"),
        ("simulated meters", northbound_sim::MAX_METERS.into(), "meters"),
    ]
    .map(|(what, limit, unit)| Limit { what, limit, unit })
    .to_vec()
}
