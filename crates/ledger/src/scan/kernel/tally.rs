//! The counts of one row group, by group number.

use super::{
    Tally,
    axes::dense_size,
    marks::{COUNTED, DISPUTED, HIDDEN, disputed},
};
use hashbrown::HashMap;
use northbound_types::Timeliness;

/// Radix of the digit of timeliness: a power of two, so that it is a shift.
pub(super) const TIMELINESS_RADIX: u64 = 8;
const _: () = assert!(Timeliness::ALL.len() as u64 <= TIMELINESS_RADIX);

/// Counts in a plain array where the groups are few, else in a hash table.
pub(super) struct Tallies {
    /// Empty where the hash table is used.
    counted: Vec<u32>,
    /// Made where the first disputed row is met.
    disputed: Vec<u32>,
    /// Made where the first row judged by an unconfirmed target is met.
    assumed: Vec<u32>,
    /// Counted, disputed, assumed.
    sparse: HashMap<u64, [u32; 3]>,
}

impl Tallies {
    pub(super) fn new(groups: u64) -> Tallies {
        Tallies {
            counted: vec![0; dense_size(groups)],
            disputed: Vec::new(),
            assumed: Vec::new(),
            sparse: HashMap::new(),
        }
    }

    /// Counts the rows of a batch: their groups, marks, and 1 where the target is assumed.
    pub(super) fn add(&mut self, groups: &[u64], marks: &[u8], assumed: &[u8]) {
        let n = groups.len();
        let (marks, assumed) = (&marks[..n], &assumed[..n]);
        if self.counted.is_empty() {
            return self.add_sparse(groups, marks, assumed);
        }
        for r in 0..n {
            self.counted[groups[r] as usize] += u32::from(marks[r] & COUNTED);
        }
        let size = self.counted.len();
        for r in (0..n).filter(|&r| marks[r] == DISPUTED) {
            if self.disputed.is_empty() {
                self.disputed.resize(size, 0);
            }
            self.disputed[groups[r] as usize] += 1;
        }
        if assumed.contains(&1) {
            if self.assumed.is_empty() {
                self.assumed.resize(size, 0);
            }
            for r in 0..n {
                self.assumed[groups[r] as usize] += u32::from(assumed[r] & marks[r] & COUNTED);
            }
        }
    }

    fn add_sparse(&mut self, groups: &[u64], marks: &[u8], assumed: &[u8]) {
        for r in (0..groups.len()).filter(|&r| marks[r] != HIDDEN) {
            let c = self.sparse.entry(groups[r]).or_insert([0; 3]);
            c[0] += 1;
            c[1] += disputed(marks[r]);
            c[2] += u32::from(assumed[r]);
        }
    }

    /// Calls `f` with each group that has a row.
    pub(super) fn each(&self, mut f: impl FnMut(u64, Tally)) {
        let tally = |[count, disputed, assumed]: [u32; 3]| Tally {
            count: u64::from(count),
            disputed: u64::from(disputed),
            assumed: u64::from(assumed),
        };
        let at = |of: &[u32], g: usize| of.get(g).copied().unwrap_or(0);
        for (g, &c) in self.counted.iter().enumerate() {
            if c > 0 {
                f(g as u64, tally([c, at(&self.disputed, g), at(&self.assumed, g)]));
            }
        }
        for (&g, &c) in &self.sparse {
            f(g, tally(c));
        }
    }
}
