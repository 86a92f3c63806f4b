//! A thread of a scan: decodes row groups, counts them, and adds their counts to its totals.

use super::{
    Interner, Keys, ScanResult, Spec, Tally, TargetCache, axes::USERS_IN_GROUP, columns::Columns,
    dictionaries::Dictionaries, group::GroupState, histograms::Histograms, judging::RowJudge,
    marks::mark_rows, tally::TIMELINESS_RADIX,
};
use crate::{
    error::{LedgerError, ar, pq},
    manifest::FileEntry,
    read::visible::{Aside, Visible},
    scan::judge::Judge,
    tables::{file::Opened, schema::Table},
};
use arrow_array::RecordBatch;
use hashbrown::HashMap;
use northbound_types::{Day, Dim, Timeliness};
use parquet::arrow::ProjectionMask;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Rows decoded at once: their codes and times stay in the second-level cache.
const BATCH_ROWS: usize = 16 * 1024;
/// Memory of a count beside its keys.
const COUNT_BYTES: usize = 128;
/// Dimensions that a count can have.
const DIMS: usize = Dim::ALL.len();

/// Codes of a group by dimension, the same for all row groups of a thread.
type Codes = [u32; DIMS];

/// A file to be scanned.
pub(super) struct Input<'a> {
    path: PathBuf,
    entry: &'a FileEntry,
    opened: Opened,
}

impl<'a> Input<'a> {
    pub(super) fn open(dir: &Path, entry: &'a FileEntry) -> Result<Input<'a>, LedgerError> {
        let path = dir.join(&entry.path);
        let opened = Opened::open(&path, Table::Exchanges, false)?;
        Ok(Input { path, entry, opened })
    }
    pub(super) fn row_groups(&self) -> usize {
        self.opened.row_groups()
    }
}

/// A thread's work.
pub(super) struct Worker<'a> {
    spec: &'a Spec,
    judge: &'a dyn Judge,
    visible: &'a Visible,
    aside: &'a Aside,
    interner: Interner,
    targets: TargetCache<'a>,
    codes: DimCodes,
    counts: HashMap<Codes, Tally>,
    histograms: Histograms,
    /// Timeliness or latency is wanted.
    judged: bool,
}

/// Texts of each dimension under the codes of one thread.
#[derive(Default)]
struct DimCodes {
    texts: [Vec<Arc<str>>; DIMS],
    index: [HashMap<Arc<str>, u32>; DIMS],
}

impl DimCodes {
    fn code(&mut self, dim: Dim, text: &Arc<str>) -> u32 {
        let d = dim as usize;
        if let Some(&c) = self.index[d].get(text) {
            return c;
        }
        let c = self.texts[d].len() as u32;
        self.texts[d].push(text.clone());
        self.index[d].insert(text.clone(), c);
        c
    }
}

impl<'a> Worker<'a> {
    pub(super) fn new(
        judge: &'a dyn Judge,
        spec: &'a Spec,
        visible: &'a Visible,
        aside: &'a Aside,
    ) -> Self {
        Worker {
            spec,
            judge,
            visible,
            aside,
            judged: spec.latency.is_some() || spec.dims.contains(&Dim::Timeliness),
            interner: Interner::default(),
            targets: TargetCache::new(judge),
            codes: DimCodes::default(),
            counts: HashMap::new(),
            histograms: Histograms::new(judge),
        }
    }

    /// Memory that its totals will take under their texts.
    pub(super) fn finished_bytes(&self) -> u64 {
        (self.counts.len() * (COUNT_BYTES + self.spec.dims.len() * size_of::<Arc<str>>())) as u64
    }

    pub(super) fn finish(self) -> ScanResult {
        let (latency, exact) = self.histograms.finish();
        let text = |d: Dim, codes: &Codes| {
            self.codes.texts[d as usize][codes[d as usize] as usize].clone()
        };
        let counts = self
            .counts
            .iter()
            .map(|(codes, t)| {
                let keys: Keys = self.spec.dims.iter().map(|&d| text(d, codes)).collect();
                (keys, *t)
            })
            .collect();
        ScanResult { counts, latency, exact }
    }

    /// Counts one row group of a file.
    pub(super) fn row_group(&mut self, input: &Input<'_>, group: usize) -> Result<(), LedgerError> {
        let columns = Columns::of(self.spec, self.judged, input.entry, self.visible, self.aside);
        let mask = ProjectionMask::columns(
            input.opened.parquet().file_metadata().schema_descr(),
            columns.names.iter().copied(),
        );
        let reader = pq(
            &input.path,
            input
                .opened
                .reader(&input.path)?
                .with_projection(mask)
                .with_row_groups(vec![group])
                .with_batch_size(BATCH_ROWS)
                .build(),
        )?;
        let mut state: Option<GroupState> = None;
        for batch in reader {
            let batch = ar(&input.path, batch)?;
            if !state.as_ref().is_some_and(|s| s.dictionaries.same_as(&batch)) {
                // The reader changes a dictionary inside a row group only where the file fell back to
                // plain pages; the counts so far are added up and numbering starts anew.
                if let Some(s) = state.take() {
                    self.add_up(&s);
                }
                let dictionaries = Dictionaries::of(&columns, &batch, &mut self.interner);
                let day = input.entry.day.unwrap_or(Day(0));
                state = Some(GroupState::new(self.spec, self.judged, dictionaries, day)?);
            }
            if let Some(s) = &mut state {
                self.batch(s, &columns, &batch, input.entry);
                limit_users(&s.dictionaries)?;
            }
        }
        if let Some(s) = state {
            self.add_up(&s);
        }
        Ok(())
    }

    fn batch(&mut self, s: &mut GroupState, columns: &Columns, b: &RecordBatch, entry: &FileEntry) {
        mark_rows(&mut s.marks, columns, b, entry, self.visible, self.aside);
        s.number(columns, b, &mut self.interner);
        if self.judged {
            s.number_judged(columns, b, self.spec.latency.is_some(), &mut self.interner);
            let mut judge = RowJudge {
                spec: self.spec,
                judge: self.judge,
                targets: &mut self.targets,
                histograms: &mut self.histograms,
            };
            judge.judge_rows(s, columns, b);
        }
        s.tally(b.num_rows());
    }

    /// Adds a row group's counts to the thread's, under codes that hold across row groups.
    fn add_up(&mut self, s: &GroupState) {
        let timed = self.spec.dims.contains(&Dim::Timeliness);
        let base = self.codes_outside_axes(s.day);
        let times = self.timeliness_codes();
        let axes: Vec<(u64, usize, Vec<u32>)> = s
            .by_dims
            .axes
            .iter()
            .rev()
            .map(|a| {
                let texts = s.dictionaries.texts.get(a.column).map_or(&[][..], Vec::as_slice);
                let dim = a.dim.unwrap_or(Dim::Day);
                (a.size, dim as usize, texts.iter().map(|t| self.codes.code(dim, t)).collect())
            })
            .collect();
        let counts = &mut self.counts;
        s.tallies.each(|group, tally| {
            let mut rest = group;
            let mut codes = base;
            if timed {
                codes[Dim::Timeliness as usize] = times[(rest % TIMELINESS_RADIX) as usize];
                rest /= TIMELINESS_RADIX;
            }
            for (size, dim, map) in &axes {
                if let Some(&c) = map.get((rest % size) as usize) {
                    codes[*dim] = c;
                }
                rest /= size;
            }
            *counts.entry(codes).or_default() += tally;
        });
    }

    /// The day's code, and for every other dimension the code of the empty text.
    fn codes_outside_axes(&mut self, day: Day) -> Codes {
        let mut base: Codes = [0; DIMS];
        let empty = self.interner.get("");
        for &d in &self.spec.dims {
            base[d as usize] = match d {
                Dim::Day => {
                    let day = self.interner.get(&day.to_string());
                    self.codes.code(d, &day)
                }
                Dim::Timeliness => continue,
                d => self.codes.code(d, &empty),
            };
        }
        base
    }

    fn timeliness_codes(&mut self) -> Vec<u32> {
        let mut codes = Vec::with_capacity(Timeliness::ALL.len());
        for t in Timeliness::ALL {
            let text = self.interner.get(t.as_str());
            codes.push(self.codes.code(Dim::Timeliness, &text));
        }
        codes
    }
}

fn limit_users(dictionaries: &Dictionaries) -> Result<(), LedgerError> {
    let users = dictionaries.users.len() as u64;
    if users > USERS_IN_GROUP {
        return Err(LedgerError::Limit {
            what: "Users in one row group of exchanges",
            value: users,
            limit: USERS_IN_GROUP,
        });
    }
    Ok(())
}
