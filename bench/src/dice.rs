//! A small generator of random numbers (SplitMix64): same seed, same data.

/// The state.
pub struct Dice(u64);

impl Dice {
    /// From a seed.
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }
    /// 64 random bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    /// Below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }
    /// An index by weights that fall as 1, 1/2, 1/3 … over `n`.
    pub fn zipf(&mut self, table: &[u64]) -> usize {
        let total = table.last().copied().unwrap_or(1);
        let x = self.below(total);
        table.partition_point(|&c| c <= x)
    }
}

/// Cumulative weights 1, 1/2, 1/3 …
pub fn zipf_table(n: usize) -> Vec<u64> {
    (1..=n as u64)
        .scan(0, |s, i| {
            *s += 1_000_000 / i;
            Some(*s)
        })
        .collect()
}
