//! The ledger: Parquet files by received day under hash-chained root manifests, one atomic version
//! over all tables; rollups, the fused scan kernel, drill-down, lineage.

pub mod error;
pub mod find;
pub mod head;
pub mod journal;
pub mod manifest;
pub mod memory;
pub mod retention;
pub mod seal;
pub mod testing;

mod commit;
mod lock;
mod maintenance;
mod read;
mod scan;
mod store;
mod tables;

pub use commit::{
    live::{self, LiveBatch, LiveCommitted, LiveWriter},
    tx::{Begun, CommitProgress, Committed, RegistersAt, SOURCE_DAYS, SOURCE_ROWS, SourceMeta, Tx},
};
pub use error::LedgerError;
pub use head::Head;
pub use maintenance::{backup, check, publish, row_check};
pub use manifest::{CommitKind, Manifest, Root, SourceEntry, is_below};
pub use memory::Memory;
pub use read::{
    alerts::AlertWindow,
    collisions::{Collision, CollisionList, Decided, SourceRecord},
    content,
    counts::Way,
    payloads::{PayloadCount, PayloadKey},
    snapshot::{self, Days, Snapshot},
    stated::StatedEntry,
    storms,
};
pub use retention::{Pruned, PrunedRange, RetentionPolicy, prune};
pub use scan::{drill, judge, judged};
pub use store::{Ledger, Reading};
pub use tables::{
    corrections::CorrectionReason,
    rows, schema,
    sink::{self, RowSink, SinkError},
};
