//! Rollups of days, and small files merged into large ones with the same rows.

use super::{CommitProgress, FILE_ROWS, FILE_TEXT, FILES_A_DAY, Tx, files::write_file};
use crate::{
    error::{LedgerError, ar, mem, pq},
    manifest::{FileEntry, Manifest},
    read::visible::Visible,
    scan::{judge::Judge, rollup},
    tables::{buffer::Buffer, file::Opened, schema::Table},
};
use northbound_types::Day;
use std::collections::{BTreeMap, BTreeSet};

/// Tables whose files are merged.
const KEPT_BY_DAY: [Table; 7] = [
    Table::Exchanges,
    Table::Alerts,
    Table::Deliveries,
    Table::Payloads,
    Table::Movements,
    Table::Corrections,
    Table::Unverified,
];

impl Tx {
    pub(super) fn roll_up(
        &mut self,
        next: &mut Manifest,
        days: &[Day],
        judge: &dyn Judge,
        progress: &mut dyn FnMut(CommitProgress),
    ) -> Result<(), LedgerError> {
        let visible = Visible::new(next, None);
        let mut made = Vec::new();
        for (i, &day) in days.iter().enumerate() {
            progress(CommitProgress {
                step: "adding up days",
                done: i as u64,
                total: days.len() as u64,
            });
            let files: Vec<&FileEntry> =
                next.files(Table::Exchanges).iter().filter(|f| f.day == Some(day)).collect();
            if files.is_empty() {
                continue;
            }
            let aside = visible.aside(&self.dir, next, &|d| d == day)?;
            let (daily, latency) =
                rollup::compute(&self.dir, &files, &visible, &aside, judge, self.memory)?;
            let mark = rollup::made_of(&visible, next, day, judge);
            for b in [daily, latency] {
                let path = self.path_for(b.table, Some(day));
                let table = b.table;
                let mut entry = write_file(&self.dir, &path, &b, Some(day))?;
                entry.made_of = Some(mark.clone());
                made.push((table, entry));
            }
        }
        for t in [Table::Daily, Table::DailyLatency] {
            if let Some(files) = next.tables.get_mut(&t) {
                files.retain(|f| !f.day.is_some_and(|d| days.binary_search(&d).is_ok()));
            }
        }
        for (t, e) in made {
            next.tables.entry(t).or_default().push(e);
        }
        Ok(())
    }

    /// Merges small files into few large ones where a day has many, and on the days asked for. Files of
    /// rows that are still open are left alone: the next live commit replaces them.
    pub(super) fn compact(
        &mut self,
        next: &mut Manifest,
        fold: &BTreeSet<Day>,
        progress: &mut dyn FnMut(CommitProgress),
    ) -> Result<(), LedgerError> {
        for table in KEPT_BY_DAY {
            let mut by_day: BTreeMap<Day, Vec<FileEntry>> = BTreeMap::new();
            for f in next.files(table).iter().filter(|f| !f.open && f.rows < FILE_ROWS as u64 / 2) {
                if let Some(d) = f.day {
                    by_day.entry(d).or_default().push(f.clone());
                }
            }
            for (day, files) in by_day {
                if files.len() <= if fold.contains(&day) { 1 } else { FILES_A_DAY } {
                    continue;
                }
                progress(CommitProgress { step: "rolling up small files", done: 0, total: 1 });
                let mut merged = self.merge(table, day, &files)?;
                let old: BTreeSet<&str> = files.iter().map(|f| f.path.as_str()).collect();
                if let Some(all) = next.tables.get_mut(&table) {
                    all.retain(|f| !old.contains(f.path.as_str()));
                    all.append(&mut merged);
                }
            }
        }
        Ok(())
    }

    /// Writes the rows of several files into as few as possible.
    fn merge(
        &mut self,
        table: Table,
        day: Day,
        files: &[FileEntry],
    ) -> Result<Vec<FileEntry>, LedgerError> {
        let mut merged = Vec::new();
        let mut buffer = Buffer::new(table);
        for f in files {
            let path = self.dir.join(&f.path);
            let opened = Opened::open(&path, table, false)?;
            for batch in pq(&path, opened.reader(&path)?.with_batch_size(64 * 1024).build())? {
                buffer.append(&ar(&path, batch)?);
                mem("merging small files", self.memory.check())?;
                if buffer.len() >= FILE_ROWS || buffer.weight() >= FILE_TEXT {
                    self.flush(&mut buffer, day, &mut merged)?;
                }
            }
        }
        self.flush(&mut buffer, day, &mut merged)?;
        Ok(merged)
    }

    fn flush(
        &mut self,
        buffer: &mut Buffer,
        day: Day,
        merged: &mut Vec<FileEntry>,
    ) -> Result<(), LedgerError> {
        if buffer.is_empty() {
            return Ok(());
        }
        let mut full = std::mem::replace(buffer, Buffer::new(buffer.table));
        if full.table.position("received").is_some() {
            full.sort_by("received");
        }
        let path = self.path_for(full.table, Some(day));
        merged.push(write_file(&self.dir, &path, &full, Some(day))?);
        Ok(())
    }
}
