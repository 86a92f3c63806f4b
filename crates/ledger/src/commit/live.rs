//! Commits of the live service: micro-batches, each exactly once, by journal position.
//!
//! A commit adds *settled* rows, which never change, and replaces the rows of messages that are
//! still *open*. So in every version the settled and open rows together are every message, once; the
//! books balance; and a pack built at a cut-off sees as open what was open then. One manifest moves all
//! tables and the journal position. A commit without a manifest has no effect.

mod batch;
mod numbering;

pub use batch::LiveBatch;

use crate::{
    commit::tx::{Committed, LiveParts, RegistersAt, SOURCE_ROWS, Tx},
    error::LedgerError,
    manifest::{Manifest, Root, SourceEntry},
    scan::judge::Judge,
    store::Ledger,
    tables::{buffer::Buffer, corrections::CorrectionReason, schema::Table},
};
use batch::key_columns;
use hashbrown::{HashMap, HashSet};
use northbound_types::{Day, Utc};
use numbering::{Key, Numbering, OpenRows, SourceRow};
use std::{collections::BTreeSet, time::Duration};

/// How long a commit waits for another process that writes to the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// Attempts, at least one.
    pub tries: u32,
    /// Pause between two attempts.
    pub pause: Duration,
}

impl Default for Wait {
    fn default() -> Wait {
        Wait { tries: 100, pause: Duration::from_millis(100) }
    }
}

/// Writes the live service's commits. The journal's lock ensures that there is only one.
pub struct LiveWriter {
    ledger: Ledger,
    wait: Wait,
    position: u64,
    open: OpenRows,
    /// Rows after which a second live source begins: row numbers have 32 bits.
    rows_per_source: u64,
}

/// The result of a live commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveCommitted {
    /// The new version; `None` where the position was in the ledger already and nothing was written.
    pub root: Option<Root>,
    /// The journal position that the ledger has reached.
    pub position: u64,
    /// Settled rows added.
    pub settled: u64,
    /// Rows that are open now.
    pub open: u64,
    /// Superseding rows whose earlier record was not found; they count like any other.
    pub without_earlier: u64,
}

impl LiveWriter {
    /// Opens the ledger for live commits, and removes what a crash in the middle of one left behind.
    ///
    /// # Errors
    /// [`LedgerError::Locked`] where another process writes for longer than the wait, or when a file
    /// cannot be read.
    pub fn open(ledger: &Ledger, now: Utc, wait: Wait) -> Result<LiveWriter, LedgerError> {
        let tx = begin(ledger, now, wait)?;
        let mut open = OpenRows::default();
        for table in [Table::Exchanges, Table::Alerts] {
            tx.live_rows(table, true, None, &mut |b| {
                for ((key, &source), &row) in b
                    .keys(key_columns(table))
                    .into_iter()
                    .zip(b.ints("source"))
                    .zip(b.ints("place"))
                {
                    open.insert(key, SourceRow { source, row });
                }
            })?;
        }
        let position = tx.base().map_or(0, |m| m.journal_position);
        Ok(LiveWriter {
            ledger: ledger.clone(),
            wait,
            position,
            open,
            rows_per_source: SOURCE_ROWS,
        })
    }

    /// The ledger that it writes to.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The journal position that the ledger has reached: it holds the results of all inputs up to here.
    #[must_use]
    pub fn journal_position(&self) -> u64 {
        self.position
    }

    /// Rows that were open at the last commit.
    #[must_use]
    pub fn open_rows(&self) -> u64 {
        self.open.len()
    }

    /// Commits what the inputs after the batch's position up to `position` settled, and what is open
    /// after them. A position that the ledger has already reached is skipped, so a replay that commits
    /// again doubles nothing.
    ///
    /// # Errors
    /// [`LedgerError::Locked`] where another process writes for longer than the wait: the batch can be
    /// committed again. [`LedgerError::Refused`] where the batch does not follow on the ledger's
    /// position, or a message that was open is neither settled nor open. Anything else leaves the
    /// ledger as it was.
    pub fn commit(
        &mut self,
        now: Utc,
        position: u64,
        batch: &mut LiveBatch,
    ) -> Result<LiveCommitted, LedgerError> {
        if position <= self.position {
            return Ok(LiveCommitted {
                root: None,
                position: self.position,
                settled: 0,
                open: self.open.len(),
                without_earlier: 0,
            });
        }
        if batch.after != self.position {
            return Err(LedgerError::Refused(format!(
                "the batch follows journal position {}, but the ledger has reached {}: rows would be missing or doubled",
                batch.after, self.position
            )));
        }
        let tx = begin(&self.ledger, now, self.wait)?;
        if tx.base().map_or(0, |m| m.journal_position) != self.position {
            return Err(LedgerError::Refused(
                "another live service has committed to this ledger; only one may".into(),
            ));
        }
        let now = tx.now();
        let mut numbers = Numbering::new(tx.base(), now, self.rows_per_source);
        let open = self.number(position, batch, &mut numbers)?;
        let (corrections, without_earlier) = superseded(&tx, batch, now)?;
        let settled =
            batch.settled.values().chain(batch.later.values()).map(|b| b.len() as u64).sum();
        let mut buffers: Vec<(Day, bool, Buffer)> = Vec::new();
        for (from, open) in [(&batch.settled, false), (&batch.later, false), (&batch.open, true)] {
            buffers.extend(from.iter().map(|((_, day), b)| (*day, open, b.clone())));
        }
        let movements = batch.movements(now, numbers.source());
        buffers.extend(corrections.into_iter().chain(movements).map(|(day, b)| (day, false, b)));
        let root = tx.commit_live(LiveParts { position, buffers, sources: numbers.finish() })?;
        self.position = position;
        self.open = open;
        Ok(LiveCommitted {
            root: Some(root),
            position,
            settled,
            open: self.open.len(),
            without_earlier,
        })
    }

    /// Numbers the rows of a batch; gives those that are open. Every message that was open before must
    /// be settled or open now.
    fn number(
        &self,
        position: u64,
        batch: &mut LiveBatch,
        numbers: &mut Numbering,
    ) -> Result<OpenRows, LedgerError> {
        let mut unclaimed = self.open.clone();
        for b in batch.settled.values_mut() {
            numbers.number(b, &mut unclaimed);
        }
        for b in batch.later.values_mut() {
            numbers.number(b, &mut OpenRows::default());
        }
        let mut open = OpenRows::default();
        for b in batch.open.values_mut() {
            for (key, row) in numbers.number(b, &mut unclaimed) {
                open.insert(key, row);
            }
        }
        if let Some(p) = unclaimed.any() {
            return Err(LedgerError::Refused(format!(
                "{} messages that were open at journal position {} are neither settled nor open at {position}, such as row {} of source {}",
                unclaimed.len(),
                self.position,
                p.row,
                p.source
            )));
        }
        Ok(open)
    }

    /// Merges the small files of closed days into one for each table, with the same rows, and recomputes
    /// stale rollups of these days. Days before that of `now` are closed. `None` where there was nothing
    /// to do.
    ///
    /// # Errors
    /// As [`Tx::commit`], and [`LedgerError::Locked`].
    pub fn compact_closed_days(
        &mut self,
        now: Utc,
        judge: &dyn Judge,
        registers: impl Into<RegistersAt>,
    ) -> Result<Option<Committed>, LedgerError> {
        let snap = self.ledger.snapshot(None)?;
        let closed = |d: &Day| *d < now.day();
        let mut days: BTreeSet<Day> = snap.stale_days(judge).into_iter().filter(closed).collect();
        let folds = many_files(&snap.root.manifest, &closed);
        days.extend(&folds);
        if days.is_empty() {
            return Ok(None);
        }
        let mut tx = begin(&self.ledger, now, self.wait)?;
        tx.refresh(&days.into_iter().collect::<Vec<_>>());
        tx.fold(&folds.into_iter().collect::<Vec<_>>());
        tx.commit(judge, "closed days rolled up", registers, &mut |_| {}).map(Some)
    }
}

/// Begins a transaction, waiting for another process that writes.
fn begin(ledger: &Ledger, now: Utc, wait: Wait) -> Result<Tx, LedgerError> {
    let mut left = wait.tries;
    loop {
        left = left.saturating_sub(1);
        match ledger.begin(now) {
            Err(LedgerError::Locked { .. }) if left > 0 => std::thread::sleep(wait.pause),
            r => return r,
        }
    }
}

/// Closed days on which a table has several files of settled rows from the live service.
fn many_files(m: &Manifest, closed: &dyn Fn(&Day) -> bool) -> BTreeSet<Day> {
    let live = |id: &i64| m.source(*id).is_some_and(SourceEntry::is_live);
    let mut n: HashMap<(Table, Day), usize> = HashMap::new();
    let tables =
        [Table::Exchanges, Table::Alerts, Table::Deliveries, Table::Movements, Table::Unverified];
    for t in tables {
        for d in m
            .files(t)
            .iter()
            .filter(|f| {
                !f.open
                    && f.rows < crate::commit::tx::FILE_ROWS as u64 / 2
                    && f.sources.iter().any(live)
            })
            .filter_map(|f| f.day)
            .filter(closed)
        {
            *n.entry((t, d)).or_default() += 1;
        }
    }
    n.into_iter().filter(|(_, n)| *n > 1).map(|((_, d), _)| d).collect()
}

/// Corrections for the earlier records that a batch's rows supersede, by day; and how many of these
/// rows have no earlier record.
fn superseded(
    tx: &Tx,
    batch: &LiveBatch,
    now: Utc,
) -> Result<(Vec<(Day, Buffer)>, u64), LedgerError> {
    let (mut out, mut without) = (Vec::new(), 0);
    for (&(table, day), later) in &batch.later {
        let keys = later.keys(key_columns(table));
        let wanted: HashSet<Key> = keys.iter().copied().collect();
        let mut earlier: HashMap<Key, Vec<SourceRow>> = HashMap::new();
        let mut note = |b: &Buffer| {
            for ((key, &source), &row) in
                b.keys(key_columns(table)).into_iter().zip(b.ints("source")).zip(b.ints("place"))
            {
                if wanted.contains(&key) {
                    earlier.entry(key).or_default().push(SourceRow { source, row });
                }
            }
        };
        tx.live_rows(table, false, Some(day), &mut note)?;
        if let Some(b) = batch.settled.get(&(table, day)) {
            note(b);
        }
        let mut b = Buffer::new(Table::Corrections);
        let (source, row, known) = (later.ints("source"), later.ints("place"), later.ints("known"));
        for (i, key) in keys.into_iter().enumerate() {
            let mine = SourceRow { source: source[i], row: row[i] };
            let before = earlier.entry(key).or_default();
            if before.is_empty() {
                without += 1;
            }
            for old in before.iter() {
                b.row()
                    .word(&day.to_string())
                    .int(old.source)
                    .int(old.row)
                    .word(CorrectionReason::Superseded.as_str())
                    .int(mine.source)
                    .int(mine.row)
                    .int(known[i])
                    .int(now.0);
            }
            before.push(mine);
        }
        if !b.is_empty() {
            out.push((day, b));
        }
    }
    Ok((out, without))
}
