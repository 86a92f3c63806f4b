//! What one row group has counted so far, under numbers that hold within it.

use super::{
    Spec, TargetCache,
    axes::Grouping,
    columns::{Columns, TARGET_COLUMNS},
    dictionaries::Dictionaries,
    histograms::Histograms,
    judging::Judgements,
    tally::{TIMELINESS_RADIX, Tallies},
};
use crate::error::LedgerError;
use arrow_array::RecordBatch;
use hashbrown::HashMap;
use northbound_types::{Day, Dim};
use std::sync::Arc;

/// No rule gives a target.
pub(super) const NO_TARGET: i64 = i64::MAX;
/// The rules were not asked yet.
const NOT_ASKED: i64 = i64::MIN;
/// No histogram was found yet.
const NO_HISTOGRAM: u32 = u32::MAX;

/// The state of one row group.
pub(super) struct GroupState {
    pub(super) day: Day,
    pub(super) dictionaries: Dictionaries,
    pub(super) by_dims: Grouping,
    pub(super) by_target: Grouping,
    pub(super) by_latency: Grouping,
    pub(super) marks: Vec<u8>,
    pub(super) judgements: Judgements,
    pub(super) tallies: Tallies,
    /// Timeliness is a dimension of the counts.
    timed: bool,
    latency_dims: Vec<Dim>,
    /// Target (µs after the start; 1 where assumed) by group.
    targets: Vec<(i64, u8)>,
    histograms: Vec<u32>,
    more_histograms: HashMap<u64, u32>,
}

impl GroupState {
    pub(super) fn new(
        spec: &Spec,
        judged: bool,
        dictionaries: Dictionaries,
        day: Day,
    ) -> Result<GroupState, LedgerError> {
        let latency_dims = spec.latency.clone().unwrap_or_default();
        let by_dims = Grouping::by_dims(&spec.dims, &dictionaries);
        let by_latency = Grouping::by_dims(&latency_dims, &dictionaries);
        let target_columns: &[&str] = if judged { &TARGET_COLUMNS } else { &[] };
        let by_target = Grouping::by_columns(target_columns, &dictionaries);
        let timed = spec.dims.contains(&Dim::Timeliness);
        let groups = by_dims.size().saturating_mul(if timed { TIMELINESS_RADIX } else { 1 });
        if groups == u64::MAX {
            return Err(LedgerError::Limit {
                what: "combinations of dimensions in one row group",
                value: groups,
                limit: u64::MAX - 1,
            });
        }
        Ok(GroupState {
            day,
            dictionaries,
            targets: vec![(NOT_ASKED, 0); by_target.dense_size()],
            histograms: vec![NO_HISTOGRAM; by_latency.dense_size()],
            more_histograms: HashMap::new(),
            tallies: Tallies::new(groups),
            by_dims,
            by_target,
            by_latency,
            marks: Vec::new(),
            judgements: Judgements::default(),
            timed,
            latency_dims,
        })
    }

    /// Numbers the rows' groups for the counts.
    pub(super) fn number(
        &mut self,
        columns: &Columns,
        b: &RecordBatch,
        interner: &mut super::Interner,
    ) {
        self.by_dims.number(columns, b, &mut self.dictionaries, interner);
    }

    /// Numbers the rows' groups for targets, and for histograms where they are wanted.
    pub(super) fn number_judged(
        &mut self,
        columns: &Columns,
        b: &RecordBatch,
        latency: bool,
        interner: &mut super::Interner,
    ) {
        self.by_target.number(columns, b, &mut self.dictionaries, interner);
        if latency {
            self.by_latency.number(columns, b, &mut self.dictionaries, interner);
        }
    }

    /// The target of a group: µs after the start or [`NO_TARGET`], and 1 where it is assumed.
    #[inline]
    pub(super) fn target(&mut self, group: u64, cache: &mut TargetCache<'_>) -> (i64, u8) {
        match self.targets.get(group as usize) {
            Some(t) if t.0 != NOT_ASKED => *t,
            _ => self.ask_target(group, cache),
        }
    }

    #[cold]
    fn ask_target(&mut self, group: u64, cache: &mut TargetCache<'_>) -> (i64, u8) {
        let keys = self.dictionaries.decode(&self.by_target.axes, group);
        let t = cache
            .get(self.day, TARGET_COLUMNS.map(|c| text_of(&keys, c)))
            .map_or((NO_TARGET, 0), |t| (t.micros, u8::from(t.assumed)));
        if let Some(slot) = self.targets.get_mut(group as usize) {
            *slot = t;
        }
        t
    }

    /// The histogram of a group.
    #[inline]
    pub(super) fn histogram(&mut self, group: u64, all: &mut Histograms, spec: &Spec) -> u32 {
        match self.histograms.get(group as usize) {
            Some(&h) if h != NO_HISTOGRAM => h,
            _ => self.find_histogram(group, all, spec),
        }
    }

    fn find_histogram(&mut self, group: u64, all: &mut Histograms, spec: &Spec) -> u32 {
        if let Some(&h) = self.more_histograms.get(&group) {
            return h;
        }
        let keys = self.dictionaries.decode(&self.by_latency.axes, group);
        let day: Arc<str> = Arc::from(self.day.to_string());
        let keys = self
            .latency_dims
            .iter()
            .map(|d| if *d == Dim::Day { day.clone() } else { text_of(&keys, d.as_str()) })
            .collect();
        let h = all.of(keys, spec);
        match self.histograms.get_mut(group as usize) {
            Some(slot) => *slot = h,
            None => {
                self.more_histograms.insert(group, h);
            }
        }
        h
    }

    /// Counts the rows of a batch that is numbered, marked and judged.
    pub(super) fn tally(&mut self, rows: usize) {
        let j = &mut self.judgements;
        let groups = &mut self.by_dims.ids[..rows];
        if self.timed {
            for (g, &t) in groups.iter_mut().zip(&j.timeliness) {
                *g = *g * TIMELINESS_RADIX + u64::from(t);
            }
        }
        if j.assumed.len() < rows {
            j.assumed.clear();
            j.assumed.resize(rows, 0);
        }
        self.tallies.add(groups, &self.marks, &j.assumed);
    }
}

fn text_of(keys: &[(&'static str, Arc<str>)], column: &str) -> Arc<str> {
    keys.iter().find(|(k, _)| *k == column).map_or_else(|| Arc::from(""), |(_, t)| t.clone())
}
