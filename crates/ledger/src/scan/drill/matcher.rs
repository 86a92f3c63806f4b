//! Which rows of a batch any of the selectors takes.

use crate::{
    manifest::FileEntry,
    read::batches::Batch,
    scan::judge::{Judge, TargetQuery},
    tables::schema::NONE,
};
use northbound_types::{Day, Dim, Eui64, RequestState, Selector, Timeliness, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// Decides the rows of a batch: for each selector and dimension, which of the batch's words it takes.
pub(super) struct Matcher {
    codes: Vec<Vec<i32>>,
    /// A selector is a list of (column, words taken); it takes a row where all of them do.
    selectors: Vec<Vec<(usize, Vec<bool>)>>,
}

impl Matcher {
    pub(super) fn new(
        b: &Batch<'_>,
        f: &FileEntry,
        dims: &BTreeSet<Dim>,
        selectors: &[Selector],
        judge: &dyn Judge,
    ) -> Matcher {
        let day = f.day.map_or_else(String::new, |d| d.to_string());
        let mut codes = Vec::new();
        let mut columns: BTreeMap<Dim, (usize, Vec<String>)> = BTreeMap::new();
        for &d in dims.iter().filter(|d| **d != Dim::Day) {
            let (k, w) = match d {
                Dim::User => users(b),
                Dim::Timeliness => timeliness(b, f, judge),
                d => b.words(d.as_str()),
            };
            columns.insert(d, (codes.len(), w));
            codes.push(k);
        }
        let selectors = selectors
            .iter()
            .filter(|s| s.any_of.iter().all(|(d, v)| *d != Dim::Day || v.contains(&day)))
            .map(|s| {
                s.any_of
                    .iter()
                    .filter_map(|(d, v)| {
                        columns.get(d).map(|(i, w)| (*i, w.iter().map(|t| v.contains(t)).collect()))
                    })
                    .collect()
            })
            .collect();
        Matcher { codes, selectors }
    }

    /// No selector takes any word of the batch, so no row can be taken.
    pub(super) fn takes_none(&self) -> bool {
        self.selectors.iter().all(|s| s.iter().any(|(_, taken)| !taken.contains(&true)))
    }

    pub(super) fn takes(&self, row: usize) -> bool {
        self.selectors
            .iter()
            .any(|s| s.iter().all(|(i, taken)| taken[self.codes[*i][row] as usize]))
    }
}

fn users(b: &Batch<'_>) -> (Vec<i32>, Vec<String>) {
    let mut index: BTreeMap<i64, i32> = BTreeMap::new();
    let mut words = Vec::new();
    let codes = b
        .ints("originator")
        .into_iter()
        .map(|v| {
            *index.entry(v).or_insert_with(|| {
                words.push(Eui64::from_i64(v).to_string());
                words.len() as i32 - 1
            })
        })
        .collect();
    (codes, words)
}

fn timeliness(b: &Batch<'_>, f: &FileEntry, judge: &dyn Judge) -> (Vec<i32>, Vec<String>) {
    let words: Vec<String> = Timeliness::ALL.iter().map(|t| t.as_str().to_owned()).collect();
    let cols =
        ["srv", "generation", "role", "mode", "test_kind", "leg", "state"].map(|n| b.words(n));
    let states: Vec<RequestState> =
        cols[6].1.iter().map(|s| s.parse().unwrap_or(RequestState::Refused)).collect();
    let (mut received, due, answer, target) =
        (b.ints("received"), b.ints("due"), b.ints("answer_sent"), b.ints("target_at"));
    // NONE is the least number, so an unknown due time moves nothing.
    for (r, d) in received.iter_mut().zip(due) {
        *r = (*r).max(d);
    }
    let ask = |key: &[i32; 6], day: Day| {
        let text = |c: usize| cols[c].1[key[c] as usize].as_str();
        let query = TargetQuery {
            srv: text(0),
            generation: text(1),
            role: text(2),
            mode: text(3),
            test_kind: text(4),
            leg: text(5),
            day,
        };
        judge.target(&query).map(|t| t.micros)
    };
    let mut rules: BTreeMap<[i32; 6], Option<i64>> = BTreeMap::new();
    let codes = (0..b.rows())
        .map(|i| {
            let key = [0, 1, 2, 3, 4, 5].map(|c: usize| cols[c].0[i]);
            let day = f.day.unwrap_or_else(|| Utc(received[i]).day());
            let rule = *rules.entry(key).or_insert_with_key(|key| ask(key, day));
            let target_at =
                if target[i] == NONE { rule.map(|m| received[i] + m) } else { Some(target[i]) };
            Timeliness::judge(
                states[cols[6].0[i] as usize],
                received[i],
                (answer[i] != NONE).then_some(answer[i]),
                target_at,
            ) as i32
        })
        .collect();
    (codes, words)
}
