//! One row group: decode the columns that matter, number the groups, count.

use super::{
    Found, Interner, Keys, Spec, Tally, TargetCache, latency::Histograms, words::user_text,
};
use crate::{
    error::{LedgerError, ar, pq},
    file::Opened,
    judge::Judge,
    manifest::FileEntry,
    schema::Table,
    visible::{Aside, Places, Visible},
};
use arrow_array::{
    Array, RecordBatch,
    cast::AsArray,
    types::{Int32Type, Int64Type, TimestampMicrosecondType},
};
use hashbrown::HashMap;
use northbound_types::{Day, Dim, RequestState, Timeliness, cells::BUCKET_UNANSWERED};
use parquet::arrow::ProjectionMask;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Rows decoded at once: their codes and times stay in the second-level cache.
const BATCH: usize = 16 * 1024;
/// Up to this many local groups the counts are a plain array.
const DENSE: u64 = 1 << 18;

/// A file to be scanned.
pub(super) struct Input<'a> {
    pub(super) path: PathBuf,
    pub(super) entry: &'a FileEntry,
    pub(super) opened: Opened,
}

impl<'a> Input<'a> {
    pub(super) fn open(dir: &Path, entry: &'a FileEntry) -> Result<Input<'a>, LedgerError> {
        let path = dir.join(&entry.path);
        let opened = Opened::open(&path, Table::Exchanges, false)?;
        Ok(Input { path, entry, opened })
    }
}

/// The columns that decide a target. The leg is no dimension of the counts.
const TARGET_COLUMNS: [&str; 6] = ["srv", "generation", "role", "mode", "test_kind", "leg"];

/// A thread's work.
pub(super) struct Worker<'a> {
    spec: &'a Spec,
    judge: &'a dyn Judge,
    visible: &'a Visible,
    aside: &'a Aside,
    interner: Interner,
    targets: TargetCache<'a>,
    global: Global,
    counts: HashMap<Codes, Tally>,
    hists: Histograms,
    judged: bool,
}

/// The columns of one row group that are read, by what they are for.
struct Plan {
    names: Vec<&'static str>,
}

impl Plan {
    fn at(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| *n == name)
    }
}

/// Local dictionaries of a row group, by dimension.
struct Local {
    /// For each column used: its texts by local code.
    texts: HashMap<&'static str, Vec<Arc<str>>>,
    users: HashMap<i64, u32>,
}

impl<'a> Worker<'a> {
    pub(super) fn new(
        judge: &'a dyn Judge,
        spec: &'a Spec,
        visible: &'a Visible,
        aside: &'a Aside,
    ) -> Self {
        let judged = spec.latency.is_some() || spec.dims.contains(&Dim::Timeliness);
        Worker {
            spec,
            judge,
            visible,
            aside,
            judged,
            interner: Interner::default(),
            targets: TargetCache::new(judge),
            global: Global::default(),
            counts: HashMap::new(),
            hists: Histograms::new(judge),
        }
    }

    pub(super) fn finish(self) -> Found {
        let (latency, exact) = self.hists.finish();
        let counts = self
            .counts
            .into_iter()
            .map(|(codes, t)| {
                let keys: Keys = self
                    .spec
                    .dims
                    .iter()
                    .map(|&d| self.global.texts[d as usize][codes[d as usize] as usize].clone())
                    .collect();
                (keys, t)
            })
            .collect();
        Found { counts, latency, exact }
    }

    fn plan(&self, entry: &FileEntry) -> (Plan, bool, bool) {
        let mut wanted: Vec<&str> = Vec::new();
        let mut want = |n: &'static str| {
            if !wanted.contains(&n) {
                wanted.push(n)
            }
        };
        for d in self.spec.dims.iter().chain(self.spec.latency.iter().flatten()) {
            match d {
                Dim::Day | Dim::Timeliness => {}
                Dim::User => want("originator"),
                d => want(d.as_str()),
            }
        }
        if self.judged {
            for n in ["state", "received", "due", "answer_sent", "target_at"] {
                want(n);
            }
            for n in TARGET_COLUMNS {
                want(n);
            }
        }
        let known = self.visible.needs_known(entry);
        if known {
            want("known");
        }
        let aside = entry
            .sources
            .iter()
            .any(|s| self.aside.hidden.contains_key(s) || self.aside.disputed.contains_key(s));
        if aside {
            want("place");
        }
        let source = self.visible.needs_source(entry) || (aside && entry.sources.len() > 1);
        if source {
            want("source");
        }
        // A scan without any column cannot tell how many rows there are.
        if wanted.is_empty() {
            wanted.push("kind");
        }
        let names = Table::Exchanges
            .columns()
            .iter()
            .map(|(n, _)| *n)
            .filter(|n| wanted.contains(n))
            .collect();
        (Plan { names }, aside, source)
    }

    pub(super) fn row_group(&mut self, input: &Input<'_>, group: usize) -> Result<(), LedgerError> {
        let (plan, aside, by_source) = self.plan(input.entry);
        let mask = ProjectionMask::columns(
            input.opened.parquet().file_metadata().schema_descr(),
            plan.names.iter().copied(),
        );
        let reader = pq(
            &input.path,
            input
                .opened
                .reader(&input.path)?
                .with_projection(mask)
                .with_row_groups(vec![group])
                .with_batch_size(BATCH)
                .build(),
        )?;
        let mut state: Option<GroupState> = None;
        for batch in reader {
            let batch = ar(&input.path, batch)?;
            let fresh = match &state {
                Some(s) => !s.same_dictionaries(&batch),
                None => true,
            };
            if fresh {
                // The reader changes a dictionary inside a row group only where the file fell back to
                // plain pages; the counts so far are folded away and numbering starts anew.
                if let Some(s) = state.take() {
                    self.fold(s);
                }
                state =
                    Some(GroupState::new(self, &plan, &batch, input.entry.day.unwrap_or(Day(0)))?);
            }
            if let Some(s) = &mut state {
                self.batch(s, &plan, &batch, input.entry, aside, by_source);
                let users = s.local.users.len() as u64;
                if users > USERS_IN_GROUP {
                    return Err(LedgerError::Limit {
                        what: "Users in one row group of exchanges",
                        value: users,
                        limit: USERS_IN_GROUP,
                    });
                }
            }
        }
        if let Some(s) = state {
            self.fold(s);
        }
        Ok(())
    }

    /// Counts a batch.
    fn batch(
        &mut self,
        s: &mut GroupState,
        plan: &Plan,
        b: &RecordBatch,
        entry: &FileEntry,
        aside: bool,
        by_source: bool,
    ) {
        let n = b.num_rows();
        self.mark_rows(s, plan, b, entry, aside, by_source);
        number(&mut s.gid, n, &s.count_axes, plan, b, &mut s.local, &mut self.interner);
        if self.judged {
            number(&mut s.tgid, n, &s.target_axes, plan, b, &mut s.local, &mut self.interner);
            if self.spec.latency.is_some() {
                number(&mut s.lgid, n, &s.latency_axes, plan, b, &mut s.local, &mut self.interner);
            }
            self.judge_rows(s, plan, b);
        }
        s.tally(n);
    }

    /// Fills `keep` (0 not counted, 1 counted, 3 counted and disputed).
    fn mark_rows(
        &self,
        s: &mut GroupState,
        plan: &Plan,
        b: &RecordBatch,
        entry: &FileEntry,
        aside: bool,
        by_source: bool,
    ) {
        let n = b.num_rows();
        s.keep.clear();
        s.keep.resize(n, 1);
        if let (Some(i), Some(t)) = (plan.at("known"), self.visible.as_at) {
            let known = b.column(i).as_primitive::<TimestampMicrosecondType>().values();
            for (k, &v) in s.keep.iter_mut().zip(known) {
                *k = u8::from(v <= t);
            }
        }
        let source = by_source
            .then(|| plan.at("source"))
            .flatten()
            .map(|i| b.column(i).as_primitive::<Int64Type>().values());
        if let Some(source) = source.filter(|_| !self.visible.retracted.is_empty()) {
            for (k, &v) in s.keep.iter_mut().zip(source) {
                if self.visible.is_retracted(v) {
                    *k = 0;
                }
            }
        }
        if !aside {
            return;
        }
        let Some(place) =
            plan.at("place").map(|i| b.column(i).as_primitive::<Int64Type>().values())
        else {
            return;
        };
        let none = Places::default();
        let mut set_for = |source: i64, rows: std::ops::Range<usize>| {
            let hidden = self.aside.hidden.get(&source).unwrap_or(&none);
            let disputed = self.aside.disputed.get(&source).unwrap_or(&none);
            for r in rows {
                if hidden.has(place[r]) {
                    s.keep[r] = 0;
                } else if s.keep[r] == 1 && disputed.has(place[r]) {
                    s.keep[r] = 3;
                }
            }
        };
        match source {
            None => set_for(entry.sources.first().copied().unwrap_or(0), 0..n),
            Some(src) => {
                let mut from = 0;
                for r in 1..=n {
                    if r == n || src[r] != src[from] {
                        set_for(src[from], from..r);
                        from = r;
                    }
                }
            }
        }
    }

    /// Derives timeliness and latency of each row from its times, never from a stored outcome. Time
    /// counts from receipt, or from when the request was due where that is later: a future-dated
    /// request is not late for waiting as asked.
    fn judge_rows(&mut self, s: &mut GroupState, plan: &Plan, b: &RecordBatch) {
        let n = b.num_rows();
        let (Some(rc), Some(an), Some(tg), Some(st)) =
            (plan.at("received"), plan.at("answer_sent"), plan.at("target_at"), plan.at("state"))
        else {
            return;
        };
        let mut starts = std::mem::take(&mut s.starts);
        starts.clear();
        starts.extend_from_slice(
            &b.column(rc).as_primitive::<TimestampMicrosecondType>().values()[..n],
        );
        if let Some(due) = plan
            .at("due")
            .map(|i| b.column(i).as_primitive::<TimestampMicrosecondType>())
            .filter(|d| d.null_count() < n)
        {
            for (r, start) in starts.iter_mut().enumerate() {
                if due.is_valid(r) {
                    *start = (*start).max(due.value(r));
                }
            }
        }
        let received = &starts[..];
        let answer = b.column(an).as_primitive::<TimestampMicrosecondType>();
        let answers = &answer.values()[..n];
        let answered_at = answer.nulls();
        let stated = b.column(tg).as_primitive::<TimestampMicrosecondType>();
        let stated_some = stated.null_count() < n;
        let state = &b.column(st).as_dictionary::<Int32Type>().keys().values()[..n];
        s.time.clear();
        s.time.resize(n, Timeliness::NotApplicable as u8);
        s.assumed.clear();
        s.assumed.resize(n, 0);
        for r in 0..n {
            let class = s.state_class[state[r] as usize];
            if class != ANSWERED {
                if class == ATTEMPT {
                    s.time[r] = Timeliness::Unanswered as u8;
                }
                continue;
            }
            let (target, assumed) = if stated_some && stated.is_valid(r) {
                (stated.value(r), 0)
            } else {
                let (micros, assumed) = s.target(s.tgid[r], &mut self.targets);
                (if micros == NO_TARGET { NO_TARGET } else { received[r] + micros }, assumed)
            };
            s.assumed[r] = assumed;
            let dated = answered_at.is_none_or(|v| v.is_valid(r));
            // As `Timeliness::judge` has it (a test holds the two equal), with selections in place of
            // branches: late or not, target or not cannot be predicted.
            let late =
                if answers[r] > target { Timeliness::Late as u8 } else { Timeliness::InTime as u8 };
            let judged = if target == NO_TARGET { Timeliness::NoTarget as u8 } else { late };
            s.time[r] = if !dated {
                Timeliness::NoTarget as u8
            } else if answers[r] < received[r] {
                Timeliness::ClockError as u8
            } else {
                judged
            };
        }
        if self.spec.latency.is_some() {
            self.time_rows(s, received, answers, answered_at, state);
        }
        s.starts = starts;
    }

    /// Adds the rows' latencies to their histograms: first where each belongs, then all additions, so
    /// that the machine can have many of them under way.
    fn time_rows(
        &mut self,
        s: &mut GroupState,
        received: &[i64],
        answers: &[i64],
        answered_at: Option<&arrow_buffer::NullBuffer>,
        state: &[i32],
    ) {
        let n = received.len();
        s.micros.clear();
        s.micros.extend(answers.iter().zip(received).map(|(a, r)| a.wrapping_sub(*r)));
        s.buckets.resize(n, 0);
        self.judge.bucket_all(&s.micros, &mut s.buckets);
        s.slots.clear();
        for r in 0..n {
            let class = s.state_class[state[r] as usize];
            let dated = class == ANSWERED && answered_at.is_none_or(|v| v.is_valid(r));
            let slot = if s.keep[r] == 0 || !(dated || class == ATTEMPT) {
                Histograms::NOWHERE
            } else {
                let h = s.histogram(s.lgid[r], &mut self.hists, self.spec);
                self.hists.slot(h, if dated { s.buckets[r] } else { BUCKET_UNANSWERED })
            };
            s.slots.push(slot);
        }
        if self.spec.collect.is_some() {
            for r in 0..n {
                if s.slots[r] == Histograms::NOWHERE || s.state_class[state[r] as usize] != ANSWERED
                {
                    continue;
                }
                let h = s.histogram(s.lgid[r], &mut self.hists, self.spec);
                self.hists.collect(h, s.buckets[r], s.micros[r]);
            }
        } else {
            self.hists.add_all(&s.slots);
        }
    }

    /// Adds a row group's counts to the thread's, under codes that hold across row groups.
    fn fold(&mut self, s: GroupState) {
        let timed = self.spec.dims.contains(&Dim::Timeliness);
        let mut base: Codes = [0; DIMS];
        if self.spec.dims.contains(&Dim::Day) {
            let day = self.interner.get(&s.day.to_string());
            base[Dim::Day as usize] = self.global.code(Dim::Day, &day);
        }
        let empty = self.interner.get("");
        for &d in &self.spec.dims {
            if !matches!(d, Dim::Day | Dim::Timeliness) {
                base[d as usize] = self.global.code(d, &empty);
            }
        }
        let times: Vec<u32> = Timeliness::ALL
            .iter()
            .map(|t| {
                let text = self.interner.get(t.as_str());
                self.global.code(Dim::Timeliness, &text)
            })
            .collect();
        let axes: Vec<(u64, usize, Vec<u32>)> = s
            .count_axes
            .iter()
            .rev()
            .map(|a| {
                let texts = s.local.texts.get(a.column).map_or(&[][..], Vec::as_slice);
                let dim = a.dim.unwrap_or(Dim::Day);
                (a.size, dim as usize, texts.iter().map(|t| self.global.code(dim, t)).collect())
            })
            .collect();
        let counts = &mut self.counts;
        s.each(|gid, tally| {
            let mut rest = gid;
            let mut codes = base;
            if timed {
                codes[Dim::Timeliness as usize] = times[(rest % 8) as usize];
                rest /= 8;
            }
            for (size, dim, map) in &axes {
                if let Some(&c) = map.get((rest % size) as usize) {
                    codes[*dim] = c;
                }
                rest /= size;
            }
            let e = counts.entry(codes).or_default();
            e.count += tally.count;
            e.disputed += tally.disputed;
            e.assumed += tally.assumed;
        });
    }
}

/// One digit of the mixed radix number.
#[derive(Debug, Clone, Copy)]
struct Axis {
    /// `None` for a column that is no dimension.
    dim: Option<Dim>,
    column: &'static str,
    size: u64,
}

/// Classes of states, as far as judging goes.
const OTHER: u8 = 0;
const ATTEMPT: u8 = 1;
const ANSWERED: u8 = 2;
/// No rule gives a target.
const NO_TARGET: i64 = i64::MAX;
/// The rules were not asked yet.
const NOT_ASKED: i64 = i64::MIN;

/// What one row group has counted so far.
struct GroupState {
    day: Day,
    local: Local,
    dictionaries: Vec<(usize, *const u8, usize)>,
    count_axes: Vec<Axis>,
    target_axes: Vec<Axis>,
    latency_axes: Vec<Axis>,
    latency_dims: Vec<Dim>,
    state_class: Vec<u8>,
    target_table: Vec<(i64, u8)>,
    hist_table: HashMap<u64, u32>,
    hist_dense: Vec<u32>,
    gid: Vec<u64>,
    tgid: Vec<u64>,
    lgid: Vec<u64>,
    keep: Vec<u8>,
    time: Vec<u8>,
    assumed: Vec<u8>,
    starts: Vec<i64>,
    micros: Vec<i64>,
    buckets: Vec<i32>,
    slots: Vec<u32>,
    timed: bool,
    dense: Vec<u32>,
    /// Disputed and assumed of the dense groups; made where the first is met.
    flagged: [Vec<u32>; 2],
    sparse: HashMap<u64, [u32; 3]>,
}

/// Users of a row group are numbered as they come; more than this in one row group is refused.
pub(super) const USERS_IN_GROUP: u64 = 1 << 14;
/// Dimensions that a count can have.
const DIMS: usize = Dim::ALL.len();
/// Codes of a group by dimension, the same for all row groups of a thread.
type Codes = [u32; DIMS];

/// Texts of each dimension under the codes of one thread.
#[derive(Default)]
struct Global {
    texts: [Vec<Arc<str>>; DIMS],
    index: [HashMap<Arc<str>, u32>; DIMS],
}

impl Global {
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

impl GroupState {
    fn new(
        w: &mut Worker<'_>,
        plan: &Plan,
        b: &RecordBatch,
        day: Day,
    ) -> Result<GroupState, LedgerError> {
        let mut texts: HashMap<&'static str, Vec<Arc<str>>> = HashMap::new();
        let mut dictionaries = Vec::new();
        let mut state_class = Vec::new();
        for (i, name) in plan.names.iter().enumerate() {
            let Some(d) = b.column(i).as_any_dictionary_opt() else { continue };
            let values = d.values().as_string::<i32>();
            dictionaries.push((i, values.value_data().as_ptr(), values.len()));
            if *name == "state" {
                state_class = values
                    .iter()
                    .map(|v| match v.unwrap_or("").parse::<RequestState>() {
                        Ok(s) if s.is_answered() => ANSWERED,
                        Ok(s) if s.is_attempt() => ATTEMPT,
                        _ => OTHER,
                    })
                    .collect();
            }
            texts.insert(*name, values.iter().map(|v| w.interner.get(v.unwrap_or(""))).collect());
        }
        let axis = |d: &Dim| match d {
            Dim::Day | Dim::Timeliness => None,
            Dim::User => {
                Some(Axis { dim: Some(Dim::User), column: "originator", size: USERS_IN_GROUP })
            }
            d => Some(Axis {
                dim: Some(*d),
                column: d.as_str(),
                size: texts.get(d.as_str()).map_or(1, |t| t.len().max(1) as u64),
            }),
        };
        let target_axis = |c: &&'static str| Axis {
            dim: None,
            column: c,
            size: texts.get(*c).map_or(1, |t| t.len().max(1) as u64),
        };
        let count_axes: Vec<Axis> = w.spec.dims.iter().filter_map(axis).collect();
        let latency_dims = w.spec.latency.clone().unwrap_or_default();
        let latency_axes: Vec<Axis> = latency_dims.iter().filter_map(axis).collect();
        let target_axes: Vec<Axis> =
            if w.judged { TARGET_COLUMNS.iter().map(target_axis).collect() } else { Vec::new() };
        let product = |axes: &[Axis]| axes.iter().fold(1u64, |p, a| p.saturating_mul(a.size));
        let timed = w.spec.dims.contains(&Dim::Timeliness);
        let groups = product(&count_axes).saturating_mul(if timed { 8 } else { 1 });
        if groups == u64::MAX {
            return Err(LedgerError::Limit {
                what: "combinations of dimensions in one row group",
                value: groups,
                limit: u64::MAX - 1,
            });
        }
        let hist_groups = product(&latency_axes);
        Ok(GroupState {
            day,
            local: Local { texts, users: HashMap::new() },
            dictionaries,
            state_class,
            target_table: vec![
                (NOT_ASKED, 0);
                if product(&target_axes) <= DENSE {
                    product(&target_axes) as usize
                } else {
                    0
                }
            ],
            hist_dense: vec![u32::MAX; if hist_groups <= DENSE { hist_groups as usize } else { 0 }],
            hist_table: HashMap::new(),
            latency_dims,
            dense: vec![0; if groups <= DENSE { groups as usize } else { 0 }],
            flagged: [Vec::new(), Vec::new()],
            sparse: HashMap::new(),
            count_axes,
            target_axes,
            latency_axes,
            timed,
            gid: Vec::new(),
            tgid: Vec::new(),
            lgid: Vec::new(),
            keep: Vec::new(),
            time: Vec::new(),
            assumed: Vec::new(),
            starts: Vec::new(),
            micros: Vec::new(),
            buckets: Vec::new(),
            slots: Vec::new(),
        })
    }

    fn same_dictionaries(&self, b: &RecordBatch) -> bool {
        self.dictionaries.iter().all(|&(i, data, len)| {
            b.column(i).as_any_dictionary_opt().is_some_and(|d| {
                let v = d.values().as_string::<i32>();
                v.len() == len && v.value_data().as_ptr() == data
            })
        })
    }

    fn text(&self, column: &'static str, code: u64) -> Arc<str> {
        self.local
            .texts
            .get(column)
            .and_then(|t| t.get(code as usize))
            .cloned()
            .unwrap_or_else(|| Arc::from(""))
    }

    /// The texts of a group's number, by column.
    fn decode(&self, axes: &[Axis], number: u64) -> Vec<(&'static str, Arc<str>)> {
        let mut rest = number;
        let mut out: Vec<(&'static str, Arc<str>)> = axes
            .iter()
            .rev()
            .map(|a| {
                let c = rest % a.size;
                rest /= a.size;
                (a.column, self.text(a.column, c))
            })
            .collect();
        out.reverse();
        out
    }

    #[inline]
    fn target(&mut self, tgid: u64, cache: &mut TargetCache<'_>) -> (i64, u8) {
        match self.target_table.get(tgid as usize) {
            Some(t) if t.0 != NOT_ASKED => *t,
            _ => self.ask_target(tgid, cache),
        }
    }

    #[cold]
    fn ask_target(&mut self, tgid: u64, cache: &mut TargetCache<'_>) -> (i64, u8) {
        let keys = self.decode(&self.target_axes, tgid);
        let of = |c: &str| {
            keys.iter().find(|(k, _)| *k == c).map_or_else(|| Arc::from(""), |(_, t)| t.clone())
        };
        let t = cache
            .get(self.day, TARGET_COLUMNS.map(of))
            .map_or((NO_TARGET, 0), |t| (t.micros, u8::from(t.assumed)));
        if let Some(slot) = self.target_table.get_mut(tgid as usize) {
            *slot = t;
        }
        t
    }

    #[inline]
    fn histogram(&mut self, lgid: u64, hists: &mut Histograms, spec: &Spec) -> u32 {
        if let Some(&h) = self.hist_dense.get(lgid as usize)
            && h != u32::MAX
        {
            return h;
        }
        self.ask_histogram(lgid, hists, spec)
    }

    fn ask_histogram(&mut self, lgid: u64, hists: &mut Histograms, spec: &Spec) -> u32 {
        if let Some(&h) = self.hist_table.get(&lgid) {
            return h;
        }
        let keys = self.decode(&self.latency_axes, lgid);
        let day: Arc<str> = Arc::from(self.day.to_string());
        let h = hists.of(
            self.latency_dims
                .iter()
                .map(|d| match d {
                    Dim::Day => day.clone(),
                    d => keys
                        .iter()
                        .find(|(k, _)| *k == d.as_str())
                        .map_or_else(|| Arc::from(""), |(_, t)| t.clone()),
                })
                .collect(),
            spec,
        );
        match self.hist_dense.get_mut(lgid as usize) {
            Some(slot) => *slot = h,
            None => {
                self.hist_table.insert(lgid, h);
            }
        }
        h
    }

    fn tally(&mut self, n: usize) {
        if self.timed {
            for (g, &t) in self.gid[..n].iter_mut().zip(&self.time) {
                *g = *g * 8 + u64::from(t);
            }
        }
        if self.assumed.len() < n {
            self.assumed.clear();
            self.assumed.resize(n, 0);
        }
        if self.dense.is_empty() {
            for r in 0..n {
                let k = self.keep[r];
                if k == 0 {
                    continue;
                }
                let c = self.sparse.entry(self.gid[r]).or_insert([0; 3]);
                c[0] += 1;
                c[1] += u32::from(k >> 1);
                c[2] += u32::from(self.assumed[r]);
            }
        } else {
            for r in 0..n {
                self.dense[self.gid[r] as usize] += u32::from(self.keep[r] & 1);
            }
            let size = self.dense.len();
            for r in (0..n).filter(|&r| self.keep[r] == 3) {
                if self.flagged[0].is_empty() {
                    self.flagged[0].resize(size, 0);
                }
                self.flagged[0][self.gid[r] as usize] += 1;
            }
            if self.assumed.contains(&1) {
                if self.flagged[1].is_empty() {
                    self.flagged[1].resize(size, 0);
                }
                for r in 0..n {
                    self.flagged[1][self.gid[r] as usize] +=
                        u32::from(self.assumed[r] & self.keep[r] & 1);
                }
            }
        }
    }

    fn each(&self, mut f: impl FnMut(u64, Tally)) {
        let tally = |c: &[u32; 3]| Tally {
            count: u64::from(c[0]),
            disputed: u64::from(c[1]),
            assumed: u64::from(c[2]),
        };
        let flag = |i: usize, g: usize| self.flagged[i].get(g).copied().unwrap_or(0);
        for (g, &c) in self.dense.iter().enumerate() {
            if c > 0 {
                f(g as u64, tally(&[c, flag(0, g), flag(1, g)]));
            }
        }
        for (&g, c) in &self.sparse {
            f(g, tally(c));
        }
    }
}

/// Numbers each row's group along the axes: a mixed radix number of dictionary codes, column by
/// column.
fn number(
    out: &mut Vec<u64>,
    n: usize,
    axes: &[Axis],
    plan: &Plan,
    b: &RecordBatch,
    local: &mut Local,
    interner: &mut Interner,
) {
    out.clear();
    out.resize(n, 0);
    for a in axes {
        if a.dim == Some(Dim::User) {
            let Some(i) = plan.at("originator") else { continue };
            let values = b.column(i).as_primitive::<Int64Type>().values();
            let texts = local.texts.entry("originator").or_default();
            let mut last = (0i64, u32::MAX);
            for (g, &v) in out.iter_mut().zip(values) {
                if last.1 == u32::MAX || last.0 != v {
                    let code = *local.users.entry(v).or_insert_with(|| {
                        texts.push(interner.get(&user_text(v)));
                        (texts.len() - 1) as u32
                    });
                    last = (v, code);
                }
                *g = *g * a.size + u64::from(last.1).min(a.size - 1);
            }
            continue;
        }
        let Some(i) = plan.at(a.column) else { continue };
        if a.size == 1 {
            continue;
        }
        let keys = b.column(i).as_dictionary::<Int32Type>().keys().values();
        for (g, &k) in out.iter_mut().zip(keys) {
            *g = *g * a.size + k as u64;
        }
    }
}
