//! Histograms of one thread, found by a row group's local group number.

use super::{Histogram, Keys, Spec};
use crate::scan::judge::Judge;
use hashbrown::HashMap;

/// All histograms of a thread, one after another in one array.
pub(super) struct Histograms {
    /// Slot 0 is [`Self::NOWHERE`]; then for each histogram unanswered, clock error, buckets.
    counts: Vec<u32>,
    index: HashMap<Keys, u32>,
    wanted: Vec<Option<Vec<i32>>>,
    pub(super) exact: HashMap<(u32, i32), Vec<i64>>,
    buckets: usize,
}

impl Histograms {
    pub(super) fn new(judge: &dyn Judge) -> Histograms {
        Histograms {
            counts: vec![0],
            index: HashMap::new(),
            wanted: Vec::new(),
            exact: HashMap::new(),
            buckets: judge.buckets(),
        }
    }

    /// The histogram of a key, made where it is new.
    pub(super) fn of(&mut self, keys: Keys, spec: &Spec) -> u32 {
        if let Some(&i) = self.index.get(&keys) {
            return i;
        }
        let i = self.wanted.len() as u32;
        self.counts.resize(self.counts.len() + self.buckets + 2, 0);
        self.wanted.push(spec.collect.as_ref().map(|c| c.get(&keys).cloned().unwrap_or_default()));
        self.index.insert(keys, i);
        i
    }

    /// The slot of what belongs to no histogram.
    pub(super) const NOWHERE: u32 = 0;

    /// The slot of a bucket; -1 and -2 are clock errors and attempts without an answer.
    #[inline]
    pub(super) fn slot(&self, hist: u32, bucket: i32) -> u32 {
        1 + hist * (self.buckets as u32 + 2) + (bucket + 2) as u32
    }

    /// Counts one in each slot.
    pub(super) fn add_all(&mut self, slots: &[u32]) {
        for &s in slots {
            self.counts[s as usize] += 1;
        }
    }

    pub(super) fn collect(&mut self, hist: u32, bucket: i32, micros: i64) {
        if self.wanted[hist as usize].as_ref().is_some_and(|w| w.contains(&bucket)) {
            self.exact.entry((hist, bucket)).or_default().push(micros);
        }
    }

    pub(super) fn finish(self) -> (HashMap<Keys, Histogram>, HashMap<(Keys, i32), Vec<i64>>) {
        let mut keys: Vec<Keys> = vec![Vec::new(); self.wanted.len()];
        let found = (0..keys.len())
            .map(|h| {
                let of = &self.counts[self.slot(h as u32, -2) as usize..][..self.buckets + 2];
                Histogram {
                    buckets: of[2..].to_vec(),
                    unanswered: u64::from(of[0]),
                    clock_error: u64::from(of[1]),
                }
            })
            .collect::<Vec<_>>();
        for (k, i) in self.index {
            keys[i as usize] = k;
        }
        let exact =
            self.exact.into_iter().map(|((h, b), v)| ((keys[h as usize].clone(), b), v)).collect();
        (keys.iter().cloned().zip(found).collect(), exact)
    }
}
