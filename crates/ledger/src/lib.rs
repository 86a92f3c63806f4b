//! The ledger: Parquet files by received day under hash-chained root manifests, one atomic version
//! over all tables; rollups, the fused scan kernel, drill-down, lineage.

pub mod backup;
pub mod check;
pub mod content;
pub mod daily;
pub mod drill;
pub mod error;
pub mod journal;
pub mod judge;
pub mod live;
pub mod manifest;
pub mod publish;
pub mod retention;
pub mod row_check;
pub mod rows;
pub mod schema;
pub mod sink;
pub mod snapshot;
pub mod storms;
pub mod testing;

mod buffer;
mod each;
mod file;
mod fill;
mod identity;
mod kernel;
mod lock;
mod postings;
mod rollup;
mod store;
mod tx;
mod visible;

pub use error::LedgerError;
pub use live::{LiveBatch, LiveCommitted, LiveWriter};
pub use manifest::{CommitKind, Manifest, Root, SourceEntry};
pub use retention::{Pruned, PrunedRange, RetentionPolicy, prune};
pub use sink::{RowSink, SinkError};
pub use snapshot::{Days, Snapshot};
pub use store::{Ledger, Reading};
pub use tx::{Begun, CommitProgress, Committed, SOURCE_ROWS, SourceMeta, Tx};
