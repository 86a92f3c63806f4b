//! A transaction: rows of one or more source files become one new version of the ledger, or none.

use crate::{
    commit::{
        identity::{self, Index},
        postings::Postings,
    },
    error::{LedgerError, ar, io, mem, pq},
    head::{self, Head},
    lock,
    manifest::{self, CommitKind, FileEntry, Manifest, Root, SourceEntry},
    memory::Memory,
    retention::ranges,
    scan::judge::Judge,
    seal::Seals,
    store::Ledger,
    tables::{buffer::Buffer, file::Opened, schema::Table},
};
use files::{entries, overlaps, sweep, sync_folders, write_job};
use hashbrown::{HashMap, HashSet};
use northbound_types::{Day, Utc};
use std::{
    collections::BTreeSet,
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
};
use writer::{Finished, Job};

mod compact;
mod files;
mod incoming;
mod live;
mod settle;
mod sources;
mod writer;

pub(crate) use live::LiveParts;
pub use sources::{Begun, SourceMeta};

/// Rows of one file. Its buffer is the unit of memory: three of them live at a time.
pub(crate) const FILE_ROWS: usize = 512 * 1024;
/// Rows buffered over all days before the fullest day is written out.
const BUFFERED_ROWS: usize = 3 * FILE_ROWS;
/// Most memory for the texts of one file, and of all rows that wait to be written.
const FILE_TEXT: usize = 32 << 20;
const BUFFERED_TEXT: usize = 96 << 20;
/// Rows between two looks at the memory of texts.
const ROWS_BETWEEN: u64 = 1024;
/// Most days on which messages of one source file were received: each costs files of its own.
pub const SOURCE_DAYS: usize = 4096;
/// A day with more files than this is merged into fewer at the end of a transaction.
const FILES_A_DAY: usize = 24;
/// Most rows of one source file: row numbers are kept in 32 bits.
pub const SOURCE_ROWS: u64 = u32::MAX as u64;

/// The result of a commit.
#[derive(Debug, Clone)]
pub struct Committed {
    /// The new version.
    pub root: Root,
    /// Its sources, with their final counts.
    pub sources: Vec<SourceEntry>,
    /// Days whose rollups were recomputed.
    pub days: Vec<Day>,
}

/// The state of the registers that a version cites.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistersAt {
    /// Revision.
    pub revision: i64,
    /// Hash of their history at it, hexadecimal; empty where not known.
    pub hash: String,
}

impl From<i64> for RegistersAt {
    fn from(revision: i64) -> RegistersAt {
        RegistersAt { revision, hash: String::new() }
    }
}

/// Progress of a commit.
#[derive(Debug, Clone, Copy)]
pub struct CommitProgress {
    /// The step under way.
    pub step: &'static str,
    /// Units done.
    pub done: u64,
    /// Units in all.
    pub total: u64,
}

/// A transaction. Dropped without [`Tx::commit`], it leaves the ledger as it was.
pub struct Tx {
    dir: PathBuf,
    head: Option<PathBuf>,
    seals: Option<Arc<dyn Seals>>,
    /// Who signs the new version; empty where nobody does.
    signer: String,
    now: Utc,
    /// The clock, where it stood before the newest version.
    clock: Option<Utc>,
    base: Option<Root>,
    _lock: File,
    work: PathBuf,
    sources: Vec<SourceEntry>,
    rows: u64,
    days: HashMap<(Table, Day), Buffer>,
    stated: Buffer,
    buffered: usize,
    postings: Postings,
    sequence: u64,
    files: Vec<(Table, FileEntry)>,
    index: Index,
    ids: NewIds,
    jobs: Option<mpsc::SyncSender<Job>>,
    results: Results,
    writer: Option<std::thread::JoinHandle<()>>,
    pending: usize,
    retracted: Vec<manifest::Retraction>,
    source_days: HashSet<Day>,
    memory: Memory,
    refresh: HashSet<Day>,
    fold: BTreeSet<Day>,
    /// Committed: the files written are named by a version and must not be removed.
    done: bool,
}

/// What is known of the identities of new rows, to leave out old rows that cannot match.
struct NewIds {
    ids: Option<HashSet<u64>>,
    /// Least and greatest counter of the new rows, by table.
    counters: [Option<(i64, i64)>; Table::ALL.len()],
}

/// More new rows than this, and old rows are compared without a set of new identities in memory.
const ID_SET: usize = 4 << 20;

impl Tx {
    pub(crate) fn begin(ledger: &Ledger, now: Utc) -> Result<Tx, LedgerError> {
        let (dir, head) = (ledger.dir(), ledger.head_file().map(Path::to_owned));
        io("create folder", dir, std::fs::create_dir_all(dir))?;
        let lock = lock::writer(dir)?;
        let newest = manifest::newest(dir)?;
        let base = if newest == 0 { None } else { Some(manifest::read(dir, newest)?) };
        if let Some(path) = &head {
            head::require(dir, path, base.as_ref())?;
        }
        let signer = signer(ledger, base.as_ref())?;
        // The folder exists while a transaction is open; one that is left over was interrupted.
        let work = dir.join("work");
        if work.exists() {
            sweep(dir, newest)?;
            io("clear", &work, std::fs::remove_dir_all(&work))?;
        }
        io("create folder", &work, std::fs::create_dir(&work))?;
        io("sync", dir, File::open(dir).and_then(|d| d.sync_all()))?;
        let (jobs, results, writer) = start_writer(dir);
        let last = base.as_ref().map_or(now, |b: &Root| b.manifest.committed);
        let back = now < last;
        Ok(Tx {
            index: Index::new(work.clone()),
            work,
            dir: dir.to_owned(),
            head,
            seals: ledger.seals().cloned(),
            signer,
            now: if back { Utc(last.0.saturating_add(1)) } else { now },
            clock: back.then_some(now),
            base,
            _lock: lock,
            sources: Vec::new(),
            rows: 0,
            days: HashMap::new(),
            stated: Buffer::new(Table::Stated),
            buffered: 0,
            postings: Postings::default(),
            sequence: 0,
            files: Vec::new(),
            ids: NewIds { ids: Some(HashSet::new()), counters: [None; Table::ALL.len()] },
            jobs: Some(jobs),
            results,
            writer: Some(writer),
            pending: 0,
            retracted: Vec::new(),
            source_days: HashSet::new(),
            memory: Memory::UNLIMITED,
            refresh: HashSet::new(),
            fold: BTreeSet::new(),
            done: false,
        })
    }

    /// Has it refused, where it would need more memory than this. Comes before the first source.
    pub fn limit_memory(&mut self, memory: Memory) {
        self.memory = memory;
        self.index = Index::with_limit(self.work.clone(), memory.scaled(identity::IN_MEMORY));
    }

    /// When it counts as committed: the present, and never before the newest version.
    pub(crate) fn now(&self) -> Utc {
        self.now
    }

    fn version(&self) -> u64 {
        self.base.as_ref().map_or(0, |b| b.manifest.version) + 1
    }

    fn all_sources(&self) -> impl Iterator<Item = &SourceEntry> {
        self.base.iter().flat_map(|b| &b.manifest.sources).chain(&self.sources)
    }

    fn note_counter(&mut self, table: Table, counter: i64) {
        let e = self.ids.counters[table as usize].get_or_insert((counter, counter));
        *e = (e.0.min(counter), e.1.max(counter));
    }

    /// Has the rollups of these days recomputed though none of their rows changes: after a change of
    /// rules.
    pub fn refresh(&mut self, days: &[Day]) {
        self.refresh.extend(days);
    }

    /// Has the small files of these days merged into one for each table, with the same rows.
    pub fn fold(&mut self, days: &[Day]) {
        self.fold.extend(days);
    }

    /// Makes everything visible at once: files, corrections, rollups, manifest.
    ///
    /// # Errors
    /// When anything cannot be written; then the ledger is as it was before.
    pub fn commit(
        mut self,
        judge: &dyn Judge,
        what: &str,
        registers: impl Into<RegistersAt>,
        progress: &mut dyn FnMut(CommitProgress),
    ) -> Result<Committed, LedgerError> {
        let mut buffers: Vec<_> = std::mem::take(&mut self.days).into_iter().collect();
        buffers.sort_unstable_by_key(|(k, _)| *k);
        for ((_, day), b) in buffers {
            self.send(b, Some(day), false)?;
        }
        let stated = std::mem::replace(&mut self.stated, Buffer::new(Table::Stated));
        self.send(stated, None, false)?;
        self.drain_writer(progress)?;
        let mut next = self.next_manifest(self.kind(), what)?;
        next.rules = judge.id().to_owned();
        let RegistersAt { revision, hash } = registers.into();
        (next.register_revision, next.register_hash) = (revision, hash);
        progress(CommitProgress { step: "comparing identities", done: 0, total: 1 });
        self.add_old_identities(&|_| true)?;
        self.settle()?;
        self.drain_writer(progress)?;
        let mut touched: HashSet<Day> = self
            .files
            .iter()
            .filter(|(t, _)| matches!(t, Table::Exchanges | Table::Corrections))
            .filter_map(|(_, f)| f.day)
            .collect();
        touched.extend(self.refresh.drain());
        for r in &self.retracted {
            touched.extend(
                next.files(Table::Exchanges)
                    .iter()
                    .chain(next.files(Table::Corrections))
                    .filter(|f| f.sources.contains(&r.source))
                    .filter_map(|f| f.day),
            );
        }
        next.retracted.append(&mut self.retracted);
        next.sources.append(&mut self.sources.clone());
        for (t, f) in self.files.drain(..) {
            next.tables.entry(t).or_default().push(f);
        }
        let fold = std::mem::take(&mut self.fold);
        self.compact(&mut next, &fold, progress)?;
        let mut days: Vec<Day> = touched.into_iter().collect();
        days.sort_unstable();
        self.roll_up(&mut next, &days, judge, progress)?;
        let root = self.finish(next)?;
        Ok(Committed { root, sources: std::mem::take(&mut self.sources), days })
    }

    /// What kind of commit this is, by what the transaction holds. Never [`CommitKind::Live`]: only
    /// [`Tx::commit_live`] makes those.
    fn kind(&self) -> CommitKind {
        if !self.sources.is_empty() {
            CommitKind::Ingest
        } else if !self.retracted.is_empty() {
            CommitKind::Retraction
        } else if !self.fold.is_empty() {
            CommitKind::Compaction
        } else {
            CommitKind::Rollup
        }
    }

    /// The next version, with everything that the last one has.
    fn next_manifest(&self, kind: CommitKind, what: &str) -> Result<Manifest, LedgerError> {
        let version = self.version();
        let mut next = self.base.as_ref().map_or_else(
            || Manifest::empty(version),
            |b| Manifest { version, previous: b.hash.clone(), ..b.manifest.clone() },
        );
        next.committed = self.now;
        next.clock = self.clock;
        next.kind = kind;
        what.clone_into(&mut next.what);
        next.head_recorded = self.head.is_some();
        next.signed_by.clone_from(&self.signer);
        next.signature = String::new();
        next.pruned_list = ranges::list_checksum(&self.dir)?;
        Ok(next)
    }

    /// Makes the next version visible.
    fn finish(&mut self, mut next: Manifest) -> Result<Root, LedgerError> {
        for files in next.tables.values_mut() {
            files.sort_by(|a, b| (a.day, &a.path).cmp(&(b.day, &b.path)));
        }
        let new = format!("/{:08}-", next.version);
        sync_folders(
            &self.dir,
            next.tables.values().flatten().map(|f| f.path.as_str()).filter(|p| p.contains(&new)),
        )?;
        if let Some(path) = &self.head {
            head::before_commit(path, self.base.as_ref())?;
        }
        let root = manifest::commit(&self.dir, next, self.seals.as_deref())?;
        self.done = true;
        if let Some(path) = &self.head {
            // The version is committed whether or not this succeeds; the next commit records it.
            let _ = Head::of(Some(&root)).write(path);
        }
        Ok(root)
    }

    /// Reads those old rows that may share an identity with a new one.
    fn add_old_identities(
        &mut self,
        wanted: &dyn Fn(&FileEntry) -> bool,
    ) -> Result<(), LedgerError> {
        let Some(base) = &self.base else { return Ok(()) };
        let old: Vec<(Table, FileEntry)> = Table::ALL
            .into_iter()
            .filter(|t| self.ids.counters[*t as usize].is_some())
            .flat_map(|t| {
                base.manifest.files(t).iter().filter(|f| wanted(f)).map(move |f| (t, f.clone()))
            })
            .collect();
        for (table, f) in old {
            let range = self.ids.counters[table as usize].unwrap_or((i64::MIN, i64::MAX));
            let path = self.dir.join(&f.path);
            let opened = Opened::open(&path, table, false)?;
            let groups: Vec<usize> =
                (0..opened.row_groups()).filter(|&g| overlaps(&opened, table, g, range)).collect();
            if groups.is_empty() {
                continue;
            }
            for batch in pq(
                &path,
                opened.reader(&path)?.with_row_groups(groups).with_batch_size(64 * 1024).build(),
            )? {
                mem("comparing with earlier rows", self.memory.check())?;
                let mut b = Buffer::new(table);
                b.append(&ar(&path, batch)?);
                for e in entries(&b, f.day, identity::OLD | if f.open { identity::OPEN } else { 0 })
                {
                    if self.ids.ids.as_ref().is_none_or(|s| s.contains(&e.id.0)) {
                        self.index.push(e)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// What the thread that writes files finished.
type Results = mpsc::Receiver<Result<Finished, LedgerError>>;

/// Starts the thread that writes files.
fn start_writer(dir: &Path) -> (mpsc::SyncSender<Job>, Results, std::thread::JoinHandle<()>) {
    let (jobs, inbox) = mpsc::sync_channel::<Job>(1);
    let (outbox, results) = mpsc::channel();
    let root = dir.to_owned();
    let writer = std::thread::spawn(move || {
        for job in inbox {
            if outbox.send(write_job(&root, job)).is_err() {
                break;
            }
        }
    });
    (jobs, results, writer)
}

/// Serial number of the certificate whose key signs the next version; empty where there is no key. A
/// ledger that is signed is not continued without one.
fn signer(ledger: &Ledger, base: Option<&Root>) -> Result<String, LedgerError> {
    let signer = ledger.seals().map(|s| s.signer()).transpose().map_err(manifest::seal_error)?;
    match (signer.flatten(), base.map(|b| &b.manifest)) {
        (Some(serial), _) => Ok(serial),
        (None, Some(m)) if !m.signed_by.is_empty() => {
            Err(LedgerError::NoKey { version: m.version, signed_by: m.signed_by.clone() })
        }
        (None, _) => Ok(String::new()),
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(w) = self.writer.take() {
            let _ = w.join();
        }
        // Without a commit the files written are removed; where that fails, the next transaction does it.
        let swept = self.done || sweep(&self.dir, self.version() - 1).is_ok();
        if swept {
            let _ = std::fs::remove_dir_all(&self.work);
        }
    }
}
