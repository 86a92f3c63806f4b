//! Every limit of the readers, in one place; each is tested at its edge.

/// Columns of one table, counted in its header.
pub const MAX_COLUMNS: usize = 512;
/// Bytes of one line or record. A quote that is never closed swallows at most this much.
pub const MAX_LINE: usize = 1 << 20;
/// Bytes of one text that goes into a table.
pub const MAX_FIELD: usize = 1024;
/// Bytes of one note or place, which people write.
pub const MAX_NOTE: usize = 16 * 1024;
/// Bytes of a mapping file.
pub const MAX_MAPPING: u64 = 1 << 20;
/// Bytes of a spreadsheet: it is read whole.
pub const MAX_SHEET: u64 = 64 << 20;
/// Keys that a mapping and a layout may name together for one NDJSON line.
pub const MAX_JSON_KEYS: usize = 64;
/// Rows after which the share of rejects is judged, once a file.
pub const EARLY_ROWS: u64 = 10_000;
/// Where more than one in this many of the early rows was rejected, the file is refused.
pub const EARLY_SHARE: u64 = 2;
/// Bytes of a value or raw row that a reject repeats.
pub const MAX_SHOWN: usize = 4096;
/// Rows that a proposal for a mapping is made from.
pub const GUESS_ROWS: usize = 1000;
/// Rows of a Parquet batch.
pub const BATCH_ROWS: usize = 8192;
/// Rows between two calls of the progress callback.
pub const PROGRESS_ROWS: u64 = 1 << 16;
/// First time that is taken (1970-01-01): anything before is a device's unset clock.
pub const FIRST_TIME: i64 = 0;
/// First time that is no longer taken (2200-01-01), µs.
pub const LAST_TIME: i64 = 7_258_118_400_000_000;
