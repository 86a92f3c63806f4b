//! A transaction: rows of one or more source files become one new version of the ledger, or none.

use crate::{
    buffer::Buffer, error::{LedgerError, ar, io, pq}, file::{self, Opened}, identity::{Entry, Index}, judge::Judge,
    manifest::{self, FileEntry, Manifest, Root, SourceEntry}, postings::Postings, rollup,
    rows::{AlertRow, ExchangeRow, PayloadRow, StatedRow}, schema::Table, sink::{RowSink, SinkError}, visible::Visible,
};
use hashbrown::{HashMap, HashSet};
use northbound_types::{Day, Utc};
use std::{collections::BTreeMap, fs::File, path::{Path, PathBuf}, sync::mpsc};

mod settle;

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
        let lock_path = dir.join("lock");
        let lock = io("open", &lock_path, File::options().create(true).truncate(false).write(true).open(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Err(LedgerError::Locked { path: lock_path }),
            Err(std::fs::TryLockError::Error(source)) => return Err(LedgerError::Io { what: "lock", path: lock_path, source }),
        }
        let newest = manifest::newest(dir)?;
        let base = if newest == 0 { None } else { Some(manifest::read(dir, newest)?) };
        let work = dir.join("work");
        if work.exists() { io("clear", &work, std::fs::remove_dir_all(&work))?; }
        let (jobs, inbox) = mpsc::sync_channel::<Job>(1);
        let (outbox, results) = mpsc::channel();
        let root = dir.to_owned();
        let writer = std::thread::spawn(move || {
            for job in inbox { if outbox.send(write_job(&root, job)).is_err() { break; } }
        });
        Ok(Tx {
            index: Index::new(work.clone()), work, dir: dir.to_owned(), now, base, _lock: lock, sources: Vec::new(), rows: 0,
            days: HashMap::new(), stated: Buffer::new(Table::Stated), buffered: 0, postings: Postings::default(), sequence: 0,
            files: Vec::new(), ids: NewIds { ids: Some(HashSet::new()), counters: [None; Table::ALL.len()] },
            jobs: Some(jobs), results, writer: Some(writer), pending: 0, ready: Vec::new(), retracted: Vec::new(), refresh: HashSet::new(),
        })
    }

    fn version(&self) -> u64 { self.base.as_ref().map_or(0, |b| b.manifest.version) + 1 }

    fn all_sources(&self) -> impl Iterator<Item = &SourceEntry> {
        self.base.iter().flat_map(|b| &b.manifest.sources).chain(&self.sources)
    }

    /// Announces a source file. Its rows follow, then [`Tx::end_source`].
    ///
    /// # Errors
    /// When the previous source was not ended.
    pub fn begin_source(&mut self, meta: SourceMeta) -> Result<Begun, LedgerError> {
        let gone: HashSet<i64> = self.base.iter().flat_map(|b| &b.manifest.retracted).chain(&self.retracted).map(|r| r.source).collect();
        if let Some(s) = self.all_sources().find(|s| s.sha256 == meta.sha256 && s.mapping == meta.mapping && s.layout == meta.layout && !gone.contains(&s.id)) {
            return Ok(Begun::Already(s.id));
        }
        let id = self.all_sources().map(|s| s.id).max().unwrap_or(0) + 1;
        self.sources.push(SourceEntry {
            id, name: meta.name, sha256: meta.sha256, bytes: meta.bytes, layout: meta.layout, mapping: meta.mapping, feed: meta.feed,
            rank: meta.rank, corrects: meta.corrects, known: meta.known, recorded: self.now, rows: 0, rejected: 0, duplicates: 0, collisions: 0, by: meta.by,
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
        for (day, buffer) in self.postings.drain(known, self.now.0, id) { self.send(buffer, Some(day))?; }
        Ok(())
    }

    /// The number of the source whose rows are coming now.
    fn source(&self) -> Result<i64, LedgerError> {
        self.sources.last().map(|s| s.id).ok_or_else(|| LedgerError::Refused("rows came before their source file was announced".into()))
    }

    fn count_row(&mut self) -> Result<(), LedgerError> {
        self.rows += 1;
        if self.rows > SOURCE_ROWS { return Err(LedgerError::Limit { what: "rows in one source file (split the file)", value: self.rows, limit: SOURCE_ROWS }); }
        Ok(())
    }

    fn note_counter(&mut self, table: Table, counter: i64) {
        let e = self.ids.counters[table as usize].get_or_insert((counter, counter));
        *e = (e.0.min(counter), e.1.max(counter));
    }

    /// After a row of a daily table: writes a day's buffer out where it is full.
    fn after_row(&mut self, key: (Table, Day), rows_in_day: usize) -> Result<(), LedgerError> {
        self.buffered += 1;
        let full = if rows_in_day >= FILE_ROWS { Some(key) }
            else if self.buffered >= BUFFERED_ROWS { self.days.iter().max_by_key(|(k, b)| (b.len(), **k)).map(|(k, _)| *k) }
            else { None };
        if let Some(k) = full && let Some(b) = self.days.remove(&k) {
            self.buffered -= b.len();
            self.send(b, Some(k.1))?;
        }
        Ok(())
    }

    fn send(&mut self, buffer: Buffer, day: Option<Day>) -> Result<(), LedgerError> {
        if buffer.is_empty() { return Ok(()); }
        self.sequence += 1;
        let name = format!("{:08}-{:05}.parquet", self.version(), self.sequence);
        let path = match day {
            Some(d) => format!("{}/day={d}/{name}", buffer.table.name()),
            None => format!("{}/{name}", buffer.table.name()),
        };
        self.pending += 1;
        let closed = || LedgerError::Refused("the writer of the ledger has stopped; the error above says why".into());
        self.jobs.as_ref().ok_or_else(closed)?.send(Job { buffer, path, day }).map_err(|_| closed())?;
        while let Ok(r) = self.results.try_recv() { self.take(r)?; }
        Ok(())
    }

    fn take(&mut self, r: Result<Finished, LedgerError>) -> Result<(), LedgerError> {
        self.pending -= 1;
        let f = r?;
        for e in f.entries {
            if let Some(ids) = &mut self.ids.ids { ids.insert(e.id.0); }
            self.index.push(e)?;
        }
        if self.ids.ids.as_ref().is_some_and(|s| s.len() > ID_SET) { self.ids.ids = None; }
        self.files.push((f.table, f.entry));
        Ok(())
    }

    /// Takes a source back: its rows no longer count from now on.
    ///
    /// # Errors
    /// When there is no such source, or it was taken back already.
    pub fn retract(&mut self, source: i64, by: &str, reason: &str) -> Result<(), LedgerError> {
        if !self.all_sources().any(|s| s.id == source) {
            return Err(LedgerError::Refused(format!("there is no source {source}; `northbound ingest list` shows them")));
        }
        if self.base.iter().flat_map(|b| &b.manifest.retracted).any(|r| r.source == source) {
            return Err(LedgerError::Refused(format!("source {source} was taken back already")));
        }
        self.retracted.push(manifest::Retraction { source, at: self.now, by: by.to_owned(), reason: reason.to_owned() });
        Ok(())
    }

    /// Has the rollups of these days made anew, though no row of theirs changes: after a change of rules.
    pub fn refresh(&mut self, days: &[Day]) { self.refresh.extend(days); }

    /// Makes everything visible at once: files, corrections, rollups, manifest.
    ///
    /// # Errors
    /// When anything cannot be written; then the ledger is as it was before.
    pub fn commit(mut self, judge: &dyn Judge, what: &str, register_revision: i64, progress: &mut dyn FnMut(CommitProgress)) -> Result<Committed, LedgerError> {
        let mut buffers: Vec<_> = std::mem::take(&mut self.days).into_iter().collect();
        buffers.sort_unstable_by_key(|(k, _)| *k);
        for ((_, day), b) in buffers { self.send(b, Some(day))?; }
        let stated = std::mem::replace(&mut self.stated, Buffer::new(Table::Stated));
        self.send(stated, None)?;
        self.drain_writer(progress)?;
        let version = self.version();
        let mut next = self.base.as_ref().map_or_else(|| empty(version), |b| Manifest { version, previous: b.hash.clone(), ..b.manifest.clone() });
        next.committed = self.now;
        what.clone_into(&mut next.what);
        next.rules = judge.id().to_owned();
        next.register_revision = register_revision;
        progress(CommitProgress { step: "comparing identities", done: 0, total: 1 });
        self.add_old_identities()?;
        let settled = self.settle()?;
        for (day, b) in settled { self.send(b, (day.0 != i32::MIN).then_some(day))?; }
        self.drain_writer(progress)?;
        let mut touched: HashSet<Day> = self.files.iter().filter(|(t, _)| matches!(t, Table::Exchanges | Table::Corrections)).filter_map(|(_, f)| f.day).collect();
        touched.extend(self.refresh.drain());
        for r in &self.retracted {
            touched.extend(next.files(Table::Exchanges).iter().chain(next.files(Table::Corrections)).filter(|f| f.sources.contains(&r.source)).filter_map(|f| f.day));
        }
        next.retracted.append(&mut self.retracted);
        next.sources.append(&mut self.sources.clone());
        for (t, f) in self.files.drain(..) { next.tables.entry(t).or_default().push(f); }
        self.compact(&mut next, progress)?;
        let mut days: Vec<Day> = touched.into_iter().collect();
        days.sort_unstable();
        self.roll_up(&mut next, &days, judge, progress)?;
        for files in next.tables.values_mut() { files.sort_by(|a, b| (a.day, &a.path).cmp(&(b.day, &b.path))); }
        let root = manifest::commit(&self.dir, &next)?;
        let _ = std::fs::remove_dir_all(&self.work);
        Ok(Committed { root, sources: std::mem::take(&mut self.sources), days })
    }

    fn drain_writer(&mut self, progress: &mut dyn FnMut(CommitProgress)) -> Result<(), LedgerError> {
        let total = self.pending as u64;
        for r in std::mem::take(&mut self.ready) { self.take(r)?; }
        while self.pending > 0 {
            let r = self.results.recv().map_err(|_| LedgerError::Refused("the writer of the ledger has stopped".into()))?;
            self.take(r)?;
            progress(CommitProgress { step: "writing", done: total.saturating_sub(self.pending as u64), total });
        }
        Ok(())
    }

    /// Reads those old rows that may share an identity with a new one.
    fn add_old_identities(&mut self) -> Result<(), LedgerError> {
        let Some(base) = &self.base else { return Ok(()) };
        let old: Vec<(Table, FileEntry)> = Table::ALL.into_iter().filter(|t| self.ids.counters[*t as usize].is_some()).flat_map(|t| base.manifest.files(t).iter().map(move |f| (t, f.clone()))).collect();
        for (table, f) in old {
            let range = self.ids.counters[table as usize].unwrap_or((i64::MIN, i64::MAX));
            let path = self.dir.join(&f.path);
            let opened = Opened::open(&path, table, false)?;
            let groups: Vec<usize> = (0..opened.row_groups()).filter(|&g| overlaps(&opened, table, g, range)).collect();
            if groups.is_empty() { continue; }
            for batch in pq(&path, opened.reader(&path)?.with_row_groups(groups).with_batch_size(64 * 1024).build())? {
                let mut b = Buffer::new(table);
                b.append(&ar(&path, batch)?);
                for e in entries(&b, f.day, 1) {
                    if self.ids.ids.as_ref().is_none_or(|s| s.contains(&e.id.0)) { self.index.push(e)?; }
                }
            }
        }
        Ok(())
    }

    fn roll_up(&mut self, next: &mut Manifest, days: &[Day], judge: &dyn Judge, progress: &mut dyn FnMut(CommitProgress)) -> Result<(), LedgerError> {
        let visible = Visible::new(next, None);
        let mut made = Vec::new();
        for (i, &day) in days.iter().enumerate() {
            progress(CommitProgress { step: "adding up days", done: i as u64, total: days.len() as u64 });
            let files: Vec<&FileEntry> = next.files(Table::Exchanges).iter().filter(|f| f.day == Some(day)).collect();
            if files.is_empty() { continue; }
            let aside = visible.aside(&self.dir, next, &|d| d == day)?;
            let (daily, latency) = rollup::compute(&self.dir, &files, &visible, &aside, judge)?;
            let mark = rollup::made_of(&visible, next, day, judge);
            for b in [daily, latency] {
                self.sequence += 1;
                let path = format!("{}/day={day}/{:08}-{:05}.parquet", b.table.name(), next.version, self.sequence);
                let table = b.table;
                let mut entry = write_file(&self.dir, &path, &b, Some(day))?;
                entry.made_of = Some(mark.clone());
                made.push((table, entry));
            }
        }
        for t in [Table::Daily, Table::DailyLatency] {
            if let Some(files) = next.tables.get_mut(&t) { files.retain(|f| !f.day.is_some_and(|d| days.binary_search(&d).is_ok())); }
        }
        for (t, e) in made { next.tables.entry(t).or_default().push(e); }
        Ok(())
    }

    /// Rolls days with many small files into few large ones.
    fn compact(&mut self, next: &mut Manifest, progress: &mut dyn FnMut(CommitProgress)) -> Result<(), LedgerError> {
        for table in [Table::Exchanges, Table::Alerts, Table::Payloads, Table::Movements, Table::Corrections] {
            let mut by_day: BTreeMap<Day, Vec<FileEntry>> = BTreeMap::new();
            for f in next.files(table) { if let Some(d) = f.day { by_day.entry(d).or_default().push(f.clone()); } }
            for (day, files) in by_day {
                let rows: u64 = files.iter().map(|f| f.rows).sum();
                let needed = rows.div_ceil(FILE_ROWS as u64) as usize;
                if files.len() <= FILES_A_DAY.max(needed * 3) { continue; }
                progress(CommitProgress { step: "rolling up small files", done: 0, total: 1 });
                let mut merged = Vec::new();
                let mut buffer = Buffer::new(table);
                let flush = |b: &mut Buffer, merged: &mut Vec<FileEntry>, seq: &mut u64| -> Result<(), LedgerError> {
                    if b.is_empty() { return Ok(()); }
                    *seq += 1;
                    let mut full = std::mem::replace(b, Buffer::new(table));
                    if table.position("received").is_some() { full.sort_by("received"); }
                    merged.push(write_file(&self.dir, &format!("{}/day={day}/{:08}-{seq:05}.parquet", table.name(), next.version), &full, Some(day))?);
                    Ok(())
                };
                for f in &files {
                    let path = self.dir.join(&f.path);
                    let opened = Opened::open(&path, table, false)?;
                    for batch in pq(&path, opened.reader(&path)?.with_batch_size(64 * 1024).build())? {
                        buffer.append(&ar(&path, batch)?);
                        if buffer.len() >= FILE_ROWS { flush(&mut buffer, &mut merged, &mut self.sequence)?; }
                    }
                }
                flush(&mut buffer, &mut merged, &mut self.sequence)?;
                if let Some(all) = next.tables.get_mut(&table) {
                    all.retain(|f| f.day != Some(day));
                    all.append(&mut merged);
                }
            }
        }
        Ok(())
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(w) = self.writer.take() { let _ = w.join(); }
        let _ = std::fs::remove_dir_all(&self.work);
    }
}

fn empty(version: u64) -> Manifest {
    Manifest {
        version, previous: String::new(), committed: Utc(0), what: String::new(), rules: String::new(), register_revision: 0,
        journal_position: 0, tables: BTreeMap::new(), sources: Vec::new(), retracted: Vec::new(),
    }
}

/// Can a row group of an old file hold a counter of the new rows? Decided by its statistics.
fn overlaps(opened: &Opened, table: Table, group: usize, range: (i64, i64)) -> bool {
    use parquet::file::statistics::Statistics;
    let Some(col) = table.position("counter") else { return true };
    match opened.parquet().row_group(group).column(col).statistics() {
        Some(Statistics::Int64(s)) => match (s.min_opt(), s.max_opt()) {
            (Some(&lo), Some(&hi)) => lo <= range.1 && hi >= range.0,
            _ => true,
        },
        _ => true,
    }
}

fn entries(b: &Buffer, day: Option<Day>, old: u32) -> Vec<Entry> {
    let (known, source, place) = (b.ints("known"), b.ints("source"), b.ints("place"));
    b.hashes().into_iter().enumerate().map(|(i, (id, content))| Entry {
        id: id.id(), content: content.content(), known: known[i], source: source[i] as u32, place: place[i] as u32,
        day: day.map_or(i32::MIN, |d| d.0), old,
    }).collect()
}

fn write_job(dir: &Path, mut job: Job) -> Result<Finished, LedgerError> {
    let table = job.buffer.table;
    let told_apart = matches!(table, Table::Exchanges | Table::Alerts | Table::Payloads | Table::Stated);
    let entries = if told_apart { entries(&job.buffer, job.day, 0) } else { Vec::new() };
    if table.position("received").is_some() { job.buffer.sort_by("received"); }
    Ok(Finished { table, entry: write_file(dir, &job.path, &job.buffer, job.day)?, entries })
}

fn write_file(dir: &Path, path: &str, b: &Buffer, day: Option<Day>) -> Result<FileEntry, LedgerError> {
    let written = file::write(&dir.join(path), b)?;
    let known = b.ints("known");
    let mut sources: Vec<i64> = Vec::new();
    for name in ["source", "by_source"] {
        let mut last = None;
        for &s in b.ints(name) {
            if last != Some(s) && !sources.contains(&s) { sources.push(s); }
            last = Some(s);
        }
    }
    sources.sort_unstable();
    let mut states = BTreeMap::new();
    if let (Some(w), Table::Exchanges | Table::Alerts) = (b.words("state"), b.table) {
        let mut n = vec![0u64; w.dict.len()];
        for &c in &w.codes { n[c as usize] += 1; }
        states = w.dict.iter().map(|d| d.to_string()).zip(n).collect();
    }
    Ok(FileEntry {
        path: path.to_owned(), rows: b.len() as u64, bytes: written.bytes, sha256: written.sha256, day,
        known: (known.iter().copied().min().unwrap_or(0), known.iter().copied().max().unwrap_or(0)), sources, states, made_of: None,
    })
}

impl RowSink for Tx {
    fn exchange(&mut self, r: &ExchangeRow<'_>) -> Result<(), SinkError> {
        let source = self.source()?;
        self.count_row()?;
        let key = (Table::Exchanges, Utc(r.received).day());
        let b = self.days.entry(key).or_insert_with(|| Buffer::new(Table::Exchanges));
        b.row().word(r.namespace).int(r.originator.to_i64()).int(r.target.to_i64()).int(r.counter as i64).word(r.leg.as_str()).int(r.instance)
            .word(r.kind.as_str()).word(r.mode.as_str()).word(r.srv).int(r.cv).word(r.role).word(r.party_category)
            .word(r.class).word(r.generation.as_str()).word(r.device_type).word(r.test_kind.as_str()).word(r.region.as_str())
            .word(r.provider).word(r.feed).word(r.state.as_str()).word(r.code)
            .time(r.user_sent).int(r.received).time(r.acknowledged).time(r.due).time(r.released)
            .time(r.queued).time(r.sent_to_wan).time(r.delivered_to_device).time(r.answered_at_wan)
            .time(r.answer_sent).time(r.delivered).time(r.target_at).time(r.timeout_at)
            .int(r.known).int(self.now.0).int(source).int(r.place);
        let rows = b.len();
        self.postings.post(r);
        self.note_counter(Table::Exchanges, r.counter as i64);
        Ok(self.after_row(key, rows)?)
    }

    fn alert(&mut self, r: &AlertRow<'_>) -> Result<(), SinkError> {
        let source = self.source()?;
        self.count_row()?;
        let key = (Table::Alerts, Utc(r.received).day());
        let b = self.days.entry(key).or_insert_with(|| Buffer::new(Table::Alerts));
        b.row().word(r.namespace).int(r.device.to_i64()).int(r.recipient.to_i64()).int(r.counter as i64).word(r.code).word(r.alert_kind)
            .word(r.state.as_str()).word(if r.excluded { "true" } else { "false" }).int(r.carried).time(r.raised).int(r.received).time(r.delivered)
            .word(r.region.as_str()).word(r.provider).word(r.feed).int(r.known).int(self.now.0).int(source).int(r.place);
        let rows = b.len();
        self.note_counter(Table::Alerts, r.counter as i64);
        Ok(self.after_row(key, rows)?)
    }

    fn payload(&mut self, r: &PayloadRow<'_>) -> Result<(), SinkError> {
        let source = self.source()?;
        self.count_row()?;
        let key = (Table::Payloads, Utc(r.received).day());
        let b = self.days.entry(key).or_insert_with(|| Buffer::new(Table::Payloads));
        b.row().int(r.originator.to_i64()).int(r.device.to_i64()).int(r.counter as i64).word(r.firmware).word(r.region.as_str()).word(r.provider)
            .word(r.feed).int(r.received).time(r.completed).time(r.target_at).word(r.state).int(r.known).int(self.now.0).int(source).int(r.place);
        let rows = b.len();
        self.note_counter(Table::Payloads, r.counter as i64);
        Ok(self.after_row(key, rows)?)
    }

    fn stated(&mut self, r: &StatedRow) -> Result<(), SinkError> {
        let source = self.source()?;
        self.count_row()?;
        let keys = serde_json::to_string(&r.keys)?;
        let readings = serde_json::to_string(&r.readings)?;
        self.stated.row().word(&r.measure).word(&r.period).word(&keys).time(r.numerator).time(r.denominator).time(r.count)
            .word(r.text.as_deref().unwrap_or("")).word(&readings).word(r.null.as_deref().unwrap_or(""))
            .word(r.target.as_deref().unwrap_or("")).word(r.minimum.as_deref().unwrap_or("")).word(&r.source)
            .word(&r.document).word(&r.version).word(&r.place).int(r.known).int(self.now.0).int(source).int(r.row);
        self.note_counter(Table::Stated, 0);
        Ok(())
    }
}
