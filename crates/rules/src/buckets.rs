//! Latency buckets: integer boundaries in microseconds, each at most 1 % (or 1 µs) above the one
//! before. Bucket `i` holds `LOWER[i] <= v < LOWER[i + 1]`; the last has no upper end.
//!
//! The rule, in integers only: `LOWER[0] = 0`, `LOWER[1] = 1`, and
//! `LOWER[i + 1] = LOWER[i] + max(1, LOWER[i] / 100)`, until a boundary reaches 100 days. So up to
//! 200 µs each microsecond has its own bucket. `rules/buckets.csv` holds the same table for SQL;
//! a test proves the two equal.

use northbound_types::cells::BUCKET_CLOCK_ERROR;

/// The last boundary is the first that is at or above this: 100 days in µs.
pub const REACH_US: i64 = 100 * 86_400_000_000;

const fn next(lower: i64) -> i64 {
    let step = lower / 100;
    lower + if step > 1 { step } else { 1 }
}

const fn count() -> usize {
    let (mut n, mut at) = (1, 0);
    while at < REACH_US {
        at = next(at);
        n += 1;
    }
    n
}

/// How many buckets there are.
pub const BUCKETS: usize = count();

const fn boundaries() -> [i64; BUCKETS] {
    let mut table = [0; BUCKETS];
    let mut i = 1;
    while i < BUCKETS {
        table[i] = next(table[i - 1]);
        i += 1;
    }
    table
}

/// The lower end of each bucket in µs, ascending.
pub static LOWER: [i64; BUCKETS] = boundaries();

/// Leading bits by which the finder is indexed, beside the position of the highest.
const FRACTION_BITS: u32 = 7;
const CELLS_PER_OCTAVE: usize = 1 << FRACTION_BITS;
/// Octaves up to the highest bit of [`REACH_US`], and one beyond.
const OCTAVES: usize = 64 - REACH_US.leading_zeros() as usize + 1;

/// A cell of the finder: values that share their highest bits. At [`FRACTION_BITS`] of 7 a cell is
/// narrower than any bucket that it touches, so at most one boundary lies within it.
const fn cell_start(cell: usize) -> i64 {
    let octave = cell / CELLS_PER_OCTAVE;
    let part = (cell % CELLS_PER_OCTAVE) as i64;
    if octave < FRACTION_BITS as usize {
        return (1i64 << octave) + (part >> (FRACTION_BITS as usize - octave));
    }
    (CELLS_PER_OCTAVE as i64 + part) << (octave - FRACTION_BITS as usize)
}

const fn finder() -> [u16; OCTAVES * CELLS_PER_OCTAVE] {
    let lower = boundaries();
    let mut table = [0u16; OCTAVES * CELLS_PER_OCTAVE];
    let (mut cell, mut bucket) = (0, 0);
    while cell < table.len() {
        let start = cell_start(cell);
        while bucket + 1 < BUCKETS && lower[bucket + 1] <= start {
            bucket += 1;
        }
        table[cell] = bucket as u16;
        cell += 1;
    }
    table
}

static FINDER: [u16; OCTAVES * CELLS_PER_OCTAVE] = finder();

/// The bucket of a duration in µs; [`BUCKET_CLOCK_ERROR`] where it is negative.
///
/// Two table reads and a comparison: the scan kernel calls it once per message.
#[must_use]
#[inline]
pub fn bucket_of(us: i64) -> i32 {
    if us <= 0 {
        return if us < 0 { BUCKET_CLOCK_ERROR } else { 0 };
    }
    if us >= REACH_US {
        return last_buckets(us);
    }
    let octave = 63 - us.leading_zeros();
    let part = if octave >= FRACTION_BITS {
        us >> (octave - FRACTION_BITS)
    } else {
        us << (FRACTION_BITS - octave)
    };
    let cell = octave as usize * CELLS_PER_OCTAVE + (part as usize & (CELLS_PER_OCTAVE - 1));
    let first = FINDER[cell] as usize;
    (first + usize::from(us >= LOWER[first + 1])) as i32
}

#[cold]
fn last_buckets(us: i64) -> i32 {
    LOWER.partition_point(|&b| b <= us) as i32 - 1
}

/// The values of a bucket in µs, half-open; the last one ends at `i64::MAX`. `None` for an index
/// that is no bucket of durations.
#[must_use]
pub fn bounds(bucket: i32) -> Option<(i64, i64)> {
    let i = usize::try_from(bucket).ok()?;
    Some((*LOWER.get(i)?, LOWER.get(i + 1).copied().unwrap_or(i64::MAX)))
}

/// The upper end of each bucket in µs, ascending; the last is `i64::MAX`.
#[must_use]
pub fn edges() -> Vec<i64> {
    LOWER[1..].iter().copied().chain([i64::MAX]).collect()
}

/// The table as `rules/buckets.csv` holds it; the last bucket has no `to_us`.
#[must_use]
pub fn csv() -> String {
    let mut text = String::from("bucket,from_us,to_us\n");
    for (i, from) in LOWER.iter().enumerate() {
        let to = LOWER.get(i + 1).map_or_else(String::new, i64::to_string);
        text.push_str(&format!("{i},{from},{to}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn slow(us: i64) -> i32 {
        LOWER.partition_point(|&b| b <= us) as i32 - 1
    }

    #[test]
    fn the_file_is_the_rule() {
        assert_eq!(include_str!("../../../rules/buckets.csv"), csv());
    }

    #[test]
    fn every_boundary_and_its_neighbours_fall_where_a_search_finds_them() {
        for &b in &LOWER {
            for v in [b - 1, b, b + 1] {
                assert_eq!(bucket_of(v), slow(v), "{v}");
            }
        }
        for shift in 0..63 {
            for v in [(1i64 << shift) - 1, 1 << shift, (1 << shift) + 1] {
                assert_eq!(bucket_of(v), slow(v), "{v}");
            }
        }
        assert_eq!(bucket_of(-1), BUCKET_CLOCK_ERROR);
        assert_eq!(bucket_of(i64::MIN), BUCKET_CLOCK_ERROR);
        assert_eq!(bucket_of(i64::MAX), BUCKETS as i32 - 1);
    }

    #[test]
    fn at_most_one_boundary_lies_in_a_cell_of_the_finder() {
        for cell in 0..FINDER.len() - 1 {
            let (from, to) = (cell_start(cell), cell_start(cell + 1));
            if to <= from || from >= REACH_US {
                continue;
            }
            assert!(slow(to - 1) - slow(from) <= 1, "cell from {from} to {to}");
        }
    }

    #[test]
    fn the_table_reaches_100_days_in_steps_of_at_most_1_percent() {
        assert!(LOWER[BUCKETS - 1] >= REACH_US && LOWER[BUCKETS - 2] < REACH_US);
        for w in LOWER.windows(2) {
            assert!(w[1] > w[0]);
            assert!(w[1] - w[0] == 1 || (w[1] - w[0]) * 100 <= w[0], "{w:?}");
        }
        assert_eq!(bounds(-1), None);
        assert_eq!(bounds(BUCKETS as i32), None);
        assert_eq!(edges().len(), BUCKETS);
    }

    proptest! {
        #[test]
        fn lookup_is_the_search_and_the_bucket_within_1_percent(bits in 0u32..44, noise in any::<u64>()) {
            let us = ((noise >> 20) & ((1u64 << bits) - 1) | (1u64 << bits)) as i64;
            let bucket = bucket_of(us);
            prop_assert_eq!(bucket, slow(us));
            let (from, to) = bounds(bucket).unwrap();
            prop_assert!(from <= us && us < to);
            if us < REACH_US { prop_assert!((to - 1 - from) * 100 <= us); }
        }
    }
}
