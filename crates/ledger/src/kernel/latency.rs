//! Histograms of one thread, found by a row group's local group number.

use super::{Histogram, Keys, Spec};
use crate::judge::Judge;
use hashbrown::HashMap;

/// All histograms of a thread.
pub(super) struct Histograms {
    pub(super) found: Vec<Histogram>,
    index: HashMap<Keys, u32>,
    wanted: Vec<Option<Vec<i32>>>,
    pub(super) exact: HashMap<(u32, i32), Vec<i64>>,
    buckets: usize,
}

impl Histograms {
    pub(super) fn new(judge: &dyn Judge) -> Histograms {
        Histograms { found: Vec::new(), index: HashMap::new(), wanted: Vec::new(), exact: HashMap::new(), buckets: judge.buckets() }
    }

    /// The histogram of a key, made where it is new.
    pub(super) fn of(&mut self, keys: Keys, spec: &Spec) -> u32 {
        if let Some(&i) = self.index.get(&keys) { return i; }
        let i = self.found.len() as u32;
        self.found.push(Histogram { buckets: vec![0; self.buckets], unanswered: 0, clock_error: 0 });
        self.wanted.push(spec.collect.as_ref().map(|c| c.get(&keys).cloned().unwrap_or_default()));
        self.index.insert(keys, i);
        i
    }

    #[inline]
    pub(super) fn add(&mut self, hist: u32, bucket: i32, micros: i64) {
        let h = hist as usize;
        match &self.wanted[h] {
            None => match usize::try_from(bucket) {
                Ok(b) => self.found[h].buckets[b] += 1,
                Err(_) => self.found[h].clock_error += 1,
            },
            Some(w) => if w.contains(&bucket) { self.exact.entry((hist, bucket)).or_default().push(micros) },
        }
    }

    #[inline]
    pub(super) fn unanswered(&mut self, hist: u32) { self.found[hist as usize].unanswered += 1; }

    pub(super) fn finish(self) -> (HashMap<Keys, Histogram>, HashMap<(Keys, i32), Vec<i64>>) {
        let mut keys: Vec<Keys> = vec![Vec::new(); self.found.len()];
        for (k, i) in self.index { keys[i as usize] = k; }
        let exact = self.exact.into_iter().map(|((h, b), v)| ((keys[h as usize].clone(), b), v)).collect();
        (keys.iter().cloned().zip(self.found).collect(), exact)
    }
}
