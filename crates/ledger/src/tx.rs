//! A transaction: rows of one or more source files become one new version of the ledger, or none.

use crate::{
    buffer::Buffer,
    error::{LedgerError, ar, io, pq},
    file::Opened,
    identity::{self, Entry, Index},
    judge::Judge,
    lock,
    manifest::{self, CommitKind, FileEntry, Manifest, Root, SourceEntry},
    postings::Postings,
    retention::ranges,
    schema::Table,
};
use files::{entries, overlaps, sweep, sync_folders, write_job};
use hashbrown::{HashMap, HashSet};
use northbound_types::{Day, Utc};
use std::{
    collections::BTreeSet,
    fs::File,
    path::{Path, PathBuf},
    sync::mpsc,
};

mod compact;
mod files;
mod live;
mod settle;
mod sink;

pub(crate) use live::LiveParts;

/// Rows of one file. Its buffer is the unit of memory: three of them live at a time.
pub(crate) const FILE_ROWS: usize = 512 * 1024;
/// Rows buffered over all days before the fullest day is written out.
const BUFFERED_ROWS: usize = 3 * FILE_ROWS;
/// A day with more files than this is rolled into fewer at the end of a transaction.
const FILES_A_DAY: usize = 24;
/// Rows of one source file: places are kept in 32 bits.
pub const SOURCE_ROWS: u64 = u32::MAX as u64;

/// What the reader knows of a source file.
#[derive(Debug, Clone)]
pub struct SourceMeta {
    /// File name without folder.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// Layout or reader.
    pub layout: String,
    /// Hash of the mapping; empty where none.
    pub mapping: String,
    /// Feed where rows do not say.
    pub feed: String,
    /// Declared rank; lower counts first.
    pub rank: i64,
    /// Names or SHA-256 of the sources it corrects.
    pub corrects: Vec<String>,
    /// When the source first stated its rows.
    pub known: Utc,
    /// By whom it is ingested.
    pub by: String,
}

/// Whether a source is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// It is: rows may follow.
    New(i64),
    /// The same bytes through the same mapping are in already; nothing is to be added.
    Already(i64),
}

/// What a transaction brought.
#[derive(Debug, Clone)]
pub struct Committed {
    /// The new version.
    pub root: Root,
    /// Its sources, as they now stand.
    pub sources: Vec<SourceEntry>,
    /// Days whose rollups were made anew.
    pub days: Vec<Day>,
}

/// How far a commit is.
#[derive(Debug, Clone, Copy)]
pub struct CommitProgress {
    /// What is done now.
    pub step: &'static str,
    /// Done of total.
    pub done: u64,
    /// Total.
    pub total: u64,
}

struct Job {
    buffer: Buffer,
    path: String,
    day: Option<Day>,
    /// Its rows are open: the next live commit replaces the file.
    open: bool,
}

struct Finished {
    table: Table,
    entry: FileEntry,
    entries: Vec<Entry>,
}

/// A transaction. Dropped without [`Tx::commit`], it leaves nothing behind that counts.
pub struct Tx {
    dir: PathBuf,
    now: Utc,
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
    results: mpsc::Receiver<Result<Finished, LedgerError>>,
    writer: Option<std::thread::JoinHandle<()>>,
    pending: usize,
    ready: Vec<Result<Finished, LedgerError>>,
    retracted: Vec<manifest::Retraction>,
    refresh: HashSet<Day>,
    fold: BTreeSet<Day>,
    /// Nothing that this transaction wrote may be left behind without being swept up.
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
    pub(crate) fn begin(dir: &Path, now: Utc) -> Result<Tx, LedgerError> {
        io("create folder", dir, std::fs::create_dir_all(dir))?;
        let lock = lock::writer(dir)?;
        let newest = manifest::newest(dir)?;
        let base = if newest == 0 { None } else { Some(manifest::read(dir, newest)?) };
        // The folder says that somebody writes. Where it is there, somebody did and did not come to an end.
        let work = dir.join("work");
        if work.exists() {
            sweep(dir, newest)?;
            io("clear", &work, std::fs::remove_dir_all(&work))?;
        }
        io("create folder", &work, std::fs::create_dir(&work))?;
        io("sync", dir, File::open(dir).and_then(|d| d.sync_all()))?;
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
        Ok(Tx {
            index: Index::new(work.clone()),
            work,
            dir: dir.to_owned(),
            now,
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
            ready: Vec::new(),
            retracted: Vec::new(),
            refresh: HashSet::new(),
            fold: BTreeSet::new(),
            done: false,
        })
    }

    fn version(&self) -> u64 {
        self.base.as_ref().map_or(0, |b| b.manifest.version) + 1
    }

    fn all_sources(&self) -> impl Iterator<Item = &SourceEntry> {
        self.base.iter().flat_map(|b| &b.manifest.sources).chain(&self.sources)
    }

    /// Announces a source file. Its rows follow, then [`Tx::end_source`].
    ///
    /// # Errors
    /// When the previous source was not ended.
    pub fn begin_source(&mut self, meta: SourceMeta) -> Result<Begun, LedgerError> {
        let gone: HashSet<i64> = self
            .base
            .iter()
            .flat_map(|b| &b.manifest.retracted)
            .chain(&self.retracted)
            .map(|r| r.source)
            .collect();
        if let Some(s) = self.all_sources().find(|s| {
            s.sha256 == meta.sha256
                && s.mapping == meta.mapping
                && s.layout == meta.layout
                && !gone.contains(&s.id)
        }) {
            return Ok(Begun::Already(s.id));
        }
        let id = self.all_sources().map(|s| s.id).max().unwrap_or(0) + 1;
        self.sources.push(SourceEntry {
            id,
            name: meta.name,
            sha256: meta.sha256,
            bytes: meta.bytes,
            layout: meta.layout,
            mapping: meta.mapping,
            feed: meta.feed,
            rank: meta.rank,
            corrects: meta.corrects,
            known: meta.known,
            recorded: self.now,
            rows: 0,
            rejected: 0,
            duplicates: 0,
            collisions: 0,
            by: meta.by,
        });
        self.rows = 0;
        Ok(Begun::New(id))
    }

    /// Ends the current source file.
    ///
    /// # Errors
    /// When its postings cannot be written.
    pub fn end_source(&mut self, rejected: u64) -> Result<(), LedgerError> {
        let Some(s) = self.sources.last_mut() else { return Ok(()) };
        s.rows = self.rows;
        s.rejected = rejected;
        let (known, id) = (s.known.0, s.id);
        for (day, buffer) in self.postings.drain(known, self.now.0, id) {
            self.send(buffer, Some(day), false)?;
        }
        Ok(())
    }

    /// The number of the source whose rows are coming now.
    fn source(&self) -> Result<i64, LedgerError> {
        self.sources.last().map(|s| s.id).ok_or_else(|| {
            LedgerError::Refused("rows came before their source file was announced".into())
        })
    }

    fn count_row(&mut self) -> Result<(), LedgerError> {
        self.rows += 1;
        if self.rows > SOURCE_ROWS {
            return Err(LedgerError::Limit {
                what: "rows in one source file (split the file)",
                value: self.rows,
                limit: SOURCE_ROWS,
            });
        }
        Ok(())
    }

    fn note_counter(&mut self, table: Table, counter: i64) {
        let e = self.ids.counters[table as usize].get_or_insert((counter, counter));
        *e = (e.0.min(counter), e.1.max(counter));
    }

    /// After a row of a daily table: writes a day's buffer out where it is full.
    fn after_row(&mut self, key: (Table, Day), rows_in_day: usize) -> Result<(), LedgerError> {
        self.buffered += 1;
        let full = if rows_in_day >= FILE_ROWS {
            Some(key)
        } else if self.buffered >= BUFFERED_ROWS {
            self.days.iter().max_by_key(|(k, b)| (b.len(), **k)).map(|(k, _)| *k)
        } else {
            None
        };
        if let Some(k) = full
            && let Some(b) = self.days.remove(&k)
        {
            self.buffered -= b.len();
            self.send(b, Some(k.1), false)?;
        }
        Ok(())
    }

    /// The path of the next file; the version stands in its name.
    fn path_for(&mut self, table: Table, day: Option<Day>) -> String {
        self.sequence += 1;
        let name = format!("{:08}-{:05}.parquet", self.version(), self.sequence);
        match day {
            Some(d) => format!("{}/day={d}/{name}", table.name()),
            None => format!("{}/{name}", table.name()),
        }
    }

    fn send(&mut self, buffer: Buffer, day: Option<Day>, open: bool) -> Result<(), LedgerError> {
        if buffer.is_empty() {
            return Ok(());
        }
        let path = self.path_for(buffer.table, day);
        self.pending += 1;
        let closed = || {
            LedgerError::Refused(
                "the writer of the ledger has stopped; the error above says why".into(),
            )
        };
        self.jobs
            .as_ref()
            .ok_or_else(closed)?
            .send(Job { buffer, path, day, open })
            .map_err(|_| closed())?;
        while let Ok(r) = self.results.try_recv() {
            self.take(r)?;
        }
        Ok(())
    }

    fn take(&mut self, r: Result<Finished, LedgerError>) -> Result<(), LedgerError> {
        self.pending -= 1;
        let f = r?;
        for e in f.entries {
            if let Some(ids) = &mut self.ids.ids {
                ids.insert(e.id.0);
            }
            self.index.push(e)?;
        }
        if self.ids.ids.as_ref().is_some_and(|s| s.len() > ID_SET) {
            self.ids.ids = None;
        }
        self.files.push((f.table, f.entry));
        Ok(())
    }

    /// Takes a source back: its rows no longer count from now on.
    ///
    /// # Errors
    /// When there is no such source, or it was taken back already.
    pub fn retract(&mut self, source: i64, by: &str, reason: &str) -> Result<(), LedgerError> {
        if self.all_sources().any(|s| s.id == source && s.is_live()) {
            return Err(LedgerError::Refused(format!(
                "source {source} is the live service's own record, which is not taken back; correct single messages (`northbound ingest messages --corrects`)"
            )));
        }
        if !self.all_sources().any(|s| s.id == source) {
            return Err(LedgerError::Refused(format!(
                "there is no source {source}; `northbound ingest list` shows them"
            )));
        }
        if self.base.iter().flat_map(|b| &b.manifest.retracted).any(|r| r.source == source) {
            return Err(LedgerError::Refused(format!("source {source} was taken back already")));
        }
        self.retracted.push(manifest::Retraction {
            source,
            at: self.now,
            by: by.to_owned(),
            reason: reason.to_owned(),
        });
        Ok(())
    }

    /// Has the rollups of these days made anew, though no row of theirs changes: after a change of rules.
    pub fn refresh(&mut self, days: &[Day]) {
        self.refresh.extend(days);
    }

    /// Has the small files of these days rolled into one a table, with the same rows.
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
        register_revision: i64,
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
        next.register_revision = register_revision;
        progress(CommitProgress { step: "comparing identities", done: 0, total: 1 });
        self.add_old_identities(&|_| true)?;
        self.send_corrections()?;
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
        next.kind = kind;
        what.clone_into(&mut next.what);
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
        let root = manifest::commit(&self.dir, &next)?;
        self.done = true;
        Ok(root)
    }

    /// Decides which records count and writes down those that do not. What is said of open rows goes
    /// into files of its own, which the next live commit replaces.
    fn send_corrections(&mut self) -> Result<(), LedgerError> {
        for (day, open, b) in self.settle()? {
            self.send(b, (day.0 != i32::MIN).then_some(day), open)?;
        }
        Ok(())
    }

    fn drain_writer(
        &mut self,
        progress: &mut dyn FnMut(CommitProgress),
    ) -> Result<(), LedgerError> {
        let total = self.pending as u64;
        for r in std::mem::take(&mut self.ready) {
            self.take(r)?;
        }
        while self.pending > 0 {
            let r = self
                .results
                .recv()
                .map_err(|_| LedgerError::Refused("the writer of the ledger has stopped".into()))?;
            self.take(r)?;
            progress(CommitProgress {
                step: "writing",
                done: total.saturating_sub(self.pending as u64),
                total,
            });
        }
        Ok(())
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

impl Drop for Tx {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(w) = self.writer.take() {
            let _ = w.join();
        }
        // Where there was no commit, what was written goes; where that fails, the next one to begin does it.
        let swept = self.done || sweep(&self.dir, self.version() - 1).is_ok();
        if swept {
            let _ = std::fs::remove_dir_all(&self.work);
        }
    }
}
