//! The commit of a live micro-batch: settled rows are added, open rows replace those of the commit
//! before, and the journal position moves with them, all in one manifest.

use super::Tx;
use crate::{
    error::{LedgerError, ar, pq},
    manifest::{CommitKind, Manifest, Root, SourceEntry},
    tables::{buffer::Buffer, file::Opened, schema::Table},
};
use northbound_types::Day;
use std::collections::BTreeSet;

/// The content of a live commit.
pub(crate) struct LiveParts {
    /// The journal position that the ledger reaches with it.
    pub(crate) position: u64,
    /// Rows by day, `true` where they are open.
    pub(crate) buffers: Vec<(Day, bool, Buffer)>,
    /// The live sources with their new counts.
    pub(crate) sources: Vec<SourceEntry>,
}

impl Tx {
    /// The version that this transaction begins from.
    pub(crate) fn base(&self) -> Option<&Manifest> {
        self.base.as_ref().map(|b| &b.manifest)
    }

    pub(crate) fn commit_live(mut self, parts: LiveParts) -> Result<Root, LedgerError> {
        let mut next = self.next_manifest(
            CommitKind::Live,
            &format!("live, to journal position {}", parts.position),
        )?;
        next.journal_position = parts.position;
        let live: BTreeSet<i64> = next
            .sources
            .iter()
            .chain(&parts.sources)
            .filter(|s| s.is_live())
            .map(|s| s.id)
            .collect();
        for (day, open, b) in parts.buffers {
            if matches!(b.table, Table::Exchanges | Table::Alerts) {
                self.note_counters(&b);
            }
            self.send(b, Some(day), open)?;
        }
        self.sources = parts.sources;
        self.drain_writer(&mut |_| {})?;
        // The live service's own rows are not compared with each other, so only files with rows of other
        // sources are read.
        self.add_old_identities(&|f| f.sources.iter().any(|s| !live.contains(s)))?;
        self.settle()?;
        self.drain_writer(&mut |_| {})?;
        let touched = self.days_touched(&next);
        for files in next.tables.values_mut() {
            files.retain(|f| !f.open);
        }
        // Rollups of changed days are dropped, and recomputed when the day is over.
        for t in [Table::Daily, Table::DailyLatency] {
            if let Some(files) = next.tables.get_mut(&t) {
                files.retain(|f| !f.day.is_some_and(|d| touched.contains(&d)));
            }
        }
        for s in std::mem::take(&mut self.sources) {
            match next.sources.iter_mut().find(|old| old.id == s.id) {
                Some(old) => *old = s,
                None => next.sources.push(s),
            }
        }
        for (t, f) in self.files.drain(..) {
            next.tables.entry(t).or_default().push(f);
        }
        self.compact(&mut next, &BTreeSet::new(), &mut |_| {})?;
        self.finish(next)
    }

    /// Days whose rows change: those of new rows, and those of open rows that are replaced.
    fn days_touched(&self, next: &Manifest) -> BTreeSet<Day> {
        let going = [Table::Exchanges, Table::Corrections]
            .into_iter()
            .flat_map(|t| next.files(t))
            .filter(|f| f.open)
            .filter_map(|f| f.day);
        let coming = self
            .files
            .iter()
            .filter(|(t, _)| matches!(t, Table::Exchanges | Table::Corrections))
            .filter_map(|(_, f)| f.day);
        going.chain(coming).collect()
    }

    fn note_counters(&mut self, b: &Buffer) {
        let counters = b.ints("counter");
        if let (Some(&lo), Some(&hi)) = (counters.iter().min(), counters.iter().max()) {
            self.note_counter(b.table, lo);
            self.note_counter(b.table, hi);
        }
    }

    /// Calls `f` with the live service's rows of a table in the last version, batch by batch: the open
    /// ones, or the settled ones of a day.
    pub(crate) fn live_rows(
        &self,
        table: Table,
        open: bool,
        day: Option<Day>,
        f: &mut dyn FnMut(&Buffer),
    ) -> Result<(), LedgerError> {
        let Some(base) = self.base() else { return Ok(()) };
        let live = |id: &i64| base.source(*id).is_some_and(SourceEntry::is_live);
        for file in base.files(table).iter().filter(|f| {
            f.open == open && day.is_none_or(|d| f.day == Some(d)) && f.sources.iter().any(live)
        }) {
            let path = self.dir.join(&file.path);
            for batch in pq(
                &path,
                Opened::open(&path, table, false)?
                    .reader(&path)?
                    .with_batch_size(64 * 1024)
                    .build(),
            )? {
                let mut b = Buffer::new(table);
                b.append(&ar(&path, batch)?);
                f(&b);
            }
        }
        Ok(())
    }
}
