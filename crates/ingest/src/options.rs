//! Settings of one run of ingest.

use crate::{layout::Layout, mapping::Mapping, source::SourceMeta};
use northbound_ledger::Memory;
use northbound_types::Utc;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

/// Settings of one run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The mapping, where the columns are not the canonical ones.
    pub mapping: Option<Mapping>,
    /// The layout, where the caller states it (`--kind alerts`).
    pub layout: Option<Layout>,
    /// When the source stated what it says, where its rows don't.
    pub known: Utc,
    /// Feed of rows that name none.
    pub feed: String,
    /// Source of figures that name none.
    pub source: String,
    /// Rank of the source where records collide; lower is counted.
    pub rank: i64,
    /// Names or SHA-256 of the files that this one corrects.
    pub corrects: Vec<String>,
    /// How far an answer may be dated before its request without a flag, µs. The row is accepted in any case.
    pub clock_tolerance: i64,
    /// Rejects after which reading stops; `None` for no limit.
    pub max_rejects: Option<u64>,
    /// The memory that the process may use; a file that needs more is refused.
    pub memory: Memory,
    /// Read on where most of the early rows are bad.
    pub allow_mostly_bad: bool,
    /// SHA-256 of files that are known already: they are not read again.
    pub already: BTreeSet<String>,
    /// SHA-256 and size of files that were hashed already, by path: they are not hashed again.
    pub hashed: BTreeMap<PathBuf, (String, u64)>,
}

impl Options {
    /// The defaults: no limit of rejects, feed `import`, source `stated`.
    #[must_use]
    pub fn new(known: Utc) -> Options {
        Options {
            mapping: None,
            layout: None,
            known,
            feed: "import".into(),
            source: "stated".into(),
            rank: 0,
            corrects: Vec::new(),
            clock_tolerance: 0,
            max_rejects: None,
            memory: Memory::UNLIMITED,
            allow_mostly_bad: false,
            already: BTreeSet::new(),
            hashed: BTreeMap::new(),
        }
    }

    /// The same settings for a file that [`identify`](crate::identify) has hashed, so that it is hashed
    /// once.
    #[must_use]
    pub fn with_identity(&self, file: &SourceMeta) -> Options {
        let mut same = self.clone();
        same.hashed.insert(file.path.clone(), (file.sha256.clone(), file.bytes));
        same
    }
}
