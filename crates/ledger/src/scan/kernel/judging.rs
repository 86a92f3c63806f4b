//! Timeliness and latency of each row of a batch, from its times and never from a stored outcome.

use super::{
    Spec, TargetCache,
    columns::Columns,
    dictionaries::StateClass,
    group::{GroupState, NO_TARGET},
    histograms::Histograms,
    marks::HIDDEN,
};
use crate::scan::judge::Judge;
use arrow_array::{
    Array, RecordBatch,
    cast::AsArray,
    types::{Int32Type, TimestampMicrosecondType},
};
use arrow_buffer::NullBuffer;
use northbound_types::{Timeliness, cells::BUCKET_UNANSWERED};

/// What was judged of the rows of a batch. The buffers are used again for the next batch.
///
/// Times here stay raw microseconds: these loops run over every row of a scan, and the histograms'
/// bucket function takes whole slices.
#[derive(Default)]
pub(super) struct Judgements {
    /// [`Timeliness`] as its number.
    pub(super) timeliness: Vec<u8>,
    /// 1 where the target rests on an unconfirmed rule.
    pub(super) assumed: Vec<u8>,
    /// From when time counts, µs.
    starts: Vec<i64>,
    /// From start to answer, µs.
    latencies: Vec<i64>,
    buckets: Vec<i32>,
    slots: Vec<u32>,
}

/// The columns of a batch that decide.
struct Times<'b> {
    answers: &'b [i64],
    /// Which rows have an answer's time; `None`: all.
    answered: Option<&'b NullBuffer>,
    /// Code of each row's state.
    states: &'b [i32],
}

impl Times<'_> {
    #[inline]
    fn has_answer(&self, row: usize) -> bool {
        self.answered.is_none_or(|v| v.is_valid(row))
    }
}

/// Judges the rows of batches, with what its worker lends.
pub(super) struct RowJudge<'w, 'j> {
    pub(super) spec: &'w Spec,
    pub(super) judge: &'j dyn Judge,
    pub(super) targets: &'w mut TargetCache<'j>,
    pub(super) histograms: &'w mut Histograms,
}

impl RowJudge<'_, '_> {
    /// Judges the rows of a batch whose groups are numbered already.
    pub(super) fn judge_rows(&mut self, s: &mut GroupState, columns: &Columns, b: &RecordBatch) {
        let n = b.num_rows();
        let column = |name| columns.position(name).map(|i| b.column(i));
        let (Some(received), Some(answer), Some(stated), Some(state)) =
            (column("received"), column("answer_sent"), column("target_at"), column("state"))
        else {
            return;
        };
        let mut j = std::mem::take(&mut s.judgements);
        let received = received.as_primitive::<TimestampMicrosecondType>();
        j.set_starts(
            &received.values()[..n],
            column("due").map(|due| due.as_primitive::<TimestampMicrosecondType>()),
        );
        let answer = answer.as_primitive::<TimestampMicrosecondType>();
        let times = Times {
            answers: &answer.values()[..n],
            answered: answer.nulls(),
            states: &state.as_dictionary::<Int32Type>().keys().values()[..n],
        };
        let stated = stated.as_primitive::<TimestampMicrosecondType>();
        self.judge_timeliness(s, &mut j, &times, stated);
        if self.spec.latency.is_some() {
            self.count_latencies(s, &mut j, &times);
        }
        s.judgements = j;
    }

    fn judge_timeliness(
        &mut self,
        s: &mut GroupState,
        j: &mut Judgements,
        times: &Times<'_>,
        stated: &arrow_array::TimestampMicrosecondArray,
    ) {
        let starts = &j.starts[..];
        let n = starts.len();
        let any_stated = stated.null_count() < n;
        j.timeliness.clear();
        j.timeliness.resize(n, Timeliness::NotApplicable as u8);
        j.assumed.clear();
        j.assumed.resize(n, 0);
        for r in 0..n {
            let class = s.dictionaries.state_class[times.states[r] as usize];
            if class != StateClass::Answered {
                if class == StateClass::Attempt {
                    j.timeliness[r] = Timeliness::Unanswered as u8;
                }
                continue;
            }
            let (target, assumed) = if any_stated && stated.is_valid(r) {
                (stated.value(r), 0)
            } else {
                let (micros, assumed) = s.target(s.by_target.ids[r], self.targets);
                (if micros == NO_TARGET { NO_TARGET } else { starts[r] + micros }, assumed)
            };
            j.assumed[r] = assumed;
            // As `Timeliness::judge` has it (a test compares the two), with selections in place of
            // branches: late or not, target or not cannot be predicted.
            let answer = times.answers[r];
            let late =
                if answer > target { Timeliness::Late as u8 } else { Timeliness::InTime as u8 };
            let judged = if target == NO_TARGET { Timeliness::NoTarget as u8 } else { late };
            j.timeliness[r] = if !times.has_answer(r) {
                Timeliness::NoTarget as u8
            } else if answer < starts[r] {
                Timeliness::ClockError as u8
            } else {
                judged
            };
        }
    }

    /// Adds the rows' latencies to their histograms: first the slot of each, then all additions, so
    /// that the processor can have many of them under way.
    fn count_latencies(&mut self, s: &mut GroupState, j: &mut Judgements, times: &Times<'_>) {
        let n = j.starts.len();
        j.latencies.clear();
        j.latencies.extend(times.answers.iter().zip(&j.starts).map(|(a, r)| a.wrapping_sub(*r)));
        j.buckets.resize(n, 0);
        self.judge.bucket_all(&j.latencies, &mut j.buckets);
        j.slots.clear();
        for r in 0..n {
            let class = s.dictionaries.state_class[times.states[r] as usize];
            let timed = class == StateClass::Answered && times.has_answer(r);
            let slot = if s.marks[r] == HIDDEN || !(timed || class == StateClass::Attempt) {
                Histograms::NOWHERE
            } else {
                let h = s.histogram(s.by_latency.ids[r], self.histograms, self.spec);
                self.histograms.slot(h, if timed { j.buckets[r] } else { BUCKET_UNANSWERED })
            };
            j.slots.push(slot);
        }
        if self.spec.collect.is_some() {
            self.collect_latencies(s, j, times);
        } else {
            self.histograms.add_all(&j.slots);
        }
    }

    /// Keeps the exact latencies of the wanted buckets.
    fn collect_latencies(&mut self, s: &mut GroupState, j: &Judgements, times: &Times<'_>) {
        for r in 0..j.slots.len() {
            let class = s.dictionaries.state_class[times.states[r] as usize];
            if j.slots[r] == Histograms::NOWHERE || class != StateClass::Answered {
                continue;
            }
            let h = s.histogram(s.by_latency.ids[r], self.histograms, self.spec);
            self.histograms.collect(h, j.buckets[r], j.latencies[r]);
        }
    }
}

impl Judgements {
    /// Time counts from receipt, or from when the request was due where that is later: a future-dated
    /// request is not late for waiting as asked.
    fn set_starts(
        &mut self,
        received: &[i64],
        due: Option<&arrow_array::TimestampMicrosecondArray>,
    ) {
        self.starts.clear();
        self.starts.extend_from_slice(received);
        let Some(due) = due.filter(|d| d.null_count() < received.len()) else { return };
        for (r, start) in self.starts.iter_mut().enumerate() {
            if due.is_valid(r) {
                *start = (*start).max(due.value(r));
            }
        }
    }
}
