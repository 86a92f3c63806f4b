//! Histograms of one thread, found by a row group's local group number.

use super::{Histogram, Keys, Spec};
use crate::judge::Judge;
use hashbrown::HashMap;

/// All histograms of a thread, one after another in one array.
pub(super) struct Histograms {
    counts: Vec<u32>,
    unanswered: Vec<u64>,
    clock_error: Vec<u64>,
    collects: bool,
    index: HashMap<Keys, u32>,
    wanted: Vec<Option<Vec<i32>>>,
    pub(super) exact: HashMap<(u32, i32), Vec<i64>>,
    buckets: usize,
}

impl Histograms {
    pub(super) fn new(judge: &dyn Judge) -> Histograms {
        Histograms { counts: Vec::new(), unanswered: Vec::new(), clock_error: Vec::new(), collects: false, index: HashMap::new(), wanted: Vec::new(), exact: HashMap::new(), buckets: judge.buckets() }
    }

    /// The histogram of a key, made where it is new.
    pub(super) fn of(&mut self, keys: Keys, spec: &Spec) -> u32 {
        if let Some(&i) = self.index.get(&keys) { return i; }
        let i = self.unanswered.len() as u32;
        self.counts.resize(self.counts.len() + self.buckets, 0);
        self.unanswered.push(0);
        self.clock_error.push(0);
        self.collects = spec.collect.is_some();
        self.wanted.push(spec.collect.as_ref().map(|c| c.get(&keys).cloned().unwrap_or_default()));
        self.index.insert(keys, i);
        i
    }

    #[inline]
    pub(super) fn add(&mut self, hist: u32, bucket: i32, micros: i64) {
        if self.collects { return self.collect(hist, bucket, micros); }
        match usize::try_from(bucket) {
            Ok(b) => self.counts[hist as usize * self.buckets + b] += 1,
            Err(_) => self.clock_error[hist as usize] += 1,
        }
    }

    fn collect(&mut self, hist: u32, bucket: i32, micros: i64) {
        if self.wanted[hist as usize].as_ref().is_some_and(|w| w.contains(&bucket)) { self.exact.entry((hist, bucket)).or_default().push(micros); }
    }

    #[inline]
    pub(super) fn unanswered(&mut self, hist: u32) { self.unanswered[hist as usize] += 1; }

    pub(super) fn finish(self) -> (HashMap<Keys, Histogram>, HashMap<(Keys, i32), Vec<i64>>) {
        let mut keys: Vec<Keys> = vec![Vec::new(); self.unanswered.len()];
        let found = (0..keys.len()).map(|h| Histogram {
            buckets: self.counts[h * self.buckets..(h + 1) * self.buckets].to_vec(), unanswered: self.unanswered[h], clock_error: self.clock_error[h],
        });
        for (k, i) in self.index { keys[i as usize] = k; }
        let exact = self.exact.into_iter().map(|((h, b), v)| ((keys[h as usize].clone(), b), v)).collect();
        (keys.iter().cloned().zip(found).collect(), exact)
    }
}
