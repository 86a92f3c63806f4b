//! A seeded generator of our own: SplitMix64 (a 64-bit counter run through a mixing function; full
//! period, passes the usual batteries, thirty lines). Not for secrets.

/// The increment of the counter: 2^64 divided by the golden ratio, made odd.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// One stream of draws. The same seed and the same parts give the same draws on every machine.
#[derive(Debug, Clone)]
pub struct Rng(u64);

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Rng {
    /// The stream that belongs to a seed and to the parts that name what is drawn for.
    #[must_use]
    pub fn stream(seed: u64, parts: &[u64]) -> Rng {
        Rng(parts.iter().fold(mix(seed ^ GOLDEN), |h, &p| {
            mix(h.wrapping_add(GOLDEN) ^ mix(p.wrapping_add(GOLDEN)))
        }))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// A whole number in `0..n` (0 where `n` is 0), by the high half of a product: the bias is
    /// below n ÷ 2^64.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u64
    }

    /// A whole number in `from..to` (`from` where the range is empty).
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        from + self.below(u64::try_from(to.saturating_sub(from)).unwrap_or(0)) as i64
    }

    /// True with a chance of `ppm` in a million.
    pub fn chance(&mut self, ppm: u64) -> bool {
        self.below(1_000_000) < ppm
    }

    /// The index of one of the weights, in proportion to them (0 where all are 0).
    pub fn weighted(&mut self, weights: impl Iterator<Item = u64> + Clone) -> usize {
        let mut left = self.below(weights.clone().sum());
        for (i, w) in weights.enumerate() {
            if left < w {
                return i;
            }
            left -= w;
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ() {
        let take = |parts: &[u64]| {
            let mut r = Rng::stream(7, parts);
            (0..4).map(|_| r.bits()).collect::<Vec<_>>()
        };
        assert_eq!(take(&[1, 2]), take(&[1, 2]));
        assert_ne!(take(&[1, 2]), take(&[2, 1]));
        assert_ne!(take(&[0]), take(&[]));
    }

    #[test]
    fn draws_stay_in_range_and_spread() {
        let mut r = Rng::stream(1, &[]);
        let mut seen = [0u32; 10];
        for _ in 0..10_000 {
            seen[r.below(10) as usize] += 1;
        }
        assert!(seen.iter().all(|&n| (850..1150).contains(&n)), "{seen:?}");
        assert_eq!(r.below(0), 0);
        assert_eq!(r.between(5, 5), 5);
        assert!(!r.chance(0) && r.chance(1_000_000));
        let mut w = [0u32; 3];
        for _ in 0..4_000 {
            w[r.weighted([1u64, 0, 3].into_iter())] += 1;
        }
        assert!(w[1] == 0 && (850..1150).contains(&w[0]), "{w:?}");
    }
}
