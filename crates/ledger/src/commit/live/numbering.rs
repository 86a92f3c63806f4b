//! Row numbers in the live source. A message keeps its number from its first open row to its settled
//! one, so that corrections, which name rows by number, stay valid.

use super::batch::key_columns;
use crate::{
    commit::tx::SourceMeta,
    manifest::{LIVE, Manifest, SourceEntry},
    tables::{buffer::Buffer, schema::Table},
};
use hashbrown::HashMap;
use northbound_types::Utc;

/// Hash of the columns that identify a message.
pub(super) type Key = (u64, u32);

/// A row of a source, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SourceRow {
    pub(super) source: i64,
    pub(super) row: i64,
}

/// The rows of messages that are open. Two refused repeats may share a key, so a key has a list.
#[derive(Debug, Clone, Default)]
pub(super) struct OpenRows {
    rows: HashMap<Key, Vec<SourceRow>>,
    n: u64,
}

impl OpenRows {
    pub(super) fn insert(&mut self, key: Key, row: SourceRow) {
        self.rows.entry(key).or_default().push(row);
        self.n += 1;
    }
    pub(super) fn take(&mut self, key: Key) -> Option<SourceRow> {
        let list = self.rows.get_mut(&key)?;
        let row = list.pop();
        if list.is_empty() {
            self.rows.remove(&key);
        }
        self.n -= u64::from(row.is_some());
        row
    }
    pub(super) fn len(&self) -> u64 {
        self.n
    }
    pub(super) fn any(&self) -> Option<SourceRow> {
        self.rows.values().flatten().copied().min_by_key(|p| (p.source, p.row))
    }
}

/// Numbers rows of the live source as they come.
pub(super) struct Numbering {
    sources: Vec<SourceEntry>,
    next_id: i64,
    now: Utc,
    most: u64,
}

impl Numbering {
    pub(super) fn new(base: Option<&Manifest>, now: Utc, most: u64) -> Numbering {
        let all = base.map_or(&[][..], |m| &m.sources);
        let mut n = Numbering {
            sources: all.iter().filter(|s| s.is_live()).cloned().collect(),
            next_id: all.iter().map(|s| s.id).max().unwrap_or(0) + 1,
            now,
            most,
        };
        if n.sources.is_empty() {
            n.begin();
        }
        n
    }

    /// The source that new rows belong to.
    pub(super) fn source(&self) -> i64 {
        self.sources.last().map_or(0, |s| s.id)
    }

    fn begin(&mut self) {
        let n = self.sources.len() + 1;
        let meta = SourceMeta {
            name: if n == 1 { LIVE.to_owned() } else { format!("{LIVE}-{n}") },
            sha256: String::new(),
            bytes: 0,
            layout: LIVE.to_owned(),
            mapping: String::new(),
            feed: LIVE.to_owned(),
            rank: 0,
            corrects: Vec::new(),
            known: self.now,
            by: "the live service".to_owned(),
        };
        self.sources.push(meta.into_entry(self.next_id, self.now));
        self.next_id += 1;
    }

    fn next(&mut self) -> SourceRow {
        if self.sources.last().is_none_or(|s| s.rows >= self.most) {
            self.begin();
        }
        self.sources.last_mut().map_or(SourceRow { source: 0, row: 0 }, |s| {
            s.rows += 1;
            SourceRow { source: s.id, row: s.rows as i64 }
        })
    }

    /// Numbers every row: with the number that its message had while it was open, else with a new one.
    /// Gives the keys and numbers, in order.
    pub(super) fn number(
        &mut self,
        b: &mut Buffer,
        claimed: &mut OpenRows,
    ) -> Vec<(Key, SourceRow)> {
        let keys = if matches!(b.table, Table::Exchanges | Table::Alerts) {
            b.keys(key_columns(b.table))
        } else {
            vec![(0, 0); b.len()]
        };
        let numbered: Vec<(Key, SourceRow)> =
            keys.into_iter().map(|k| (k, claimed.take(k).unwrap_or_else(|| self.next()))).collect();
        b.set("source", numbered.iter().map(|(_, p)| p.source));
        b.set("place", numbered.iter().map(|(_, p)| p.row));
        b.set("recorded", std::iter::repeat(self.now.0));
        numbered
    }

    /// The live sources with their new counts.
    pub(super) fn finish(self) -> Vec<SourceEntry> {
        self.sources
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_source_is_followed_by_another_and_open_rows_keep_their_number() {
        let mut n = Numbering::new(None, Utc(0), 2);
        let got: Vec<(i64, i64)> = (0..5).map(|_| n.next()).map(|p| (p.source, p.row)).collect();
        assert_eq!(got, [(1, 1), (1, 2), (2, 1), (2, 2), (3, 1)]);
        let names: Vec<(String, u64)> = n.finish().into_iter().map(|s| (s.name, s.rows)).collect();
        assert_eq!(names, [("live".into(), 2), ("live-2".into(), 2), ("live-3".into(), 1)]);
        let mut open = OpenRows::default();
        for p in [5, 6] {
            open.insert((1, 1), SourceRow { source: 1, row: p });
        }
        let mut rows: Vec<i64> = [(1, 1), (2, 2), (1, 1), (1, 1)]
            .into_iter()
            .filter_map(|k| open.take(k))
            .map(|p| p.row)
            .collect();
        rows.sort_unstable();
        assert_eq!((rows, open.len(), open.any()), (vec![5, 6], 0, None));
    }
}
