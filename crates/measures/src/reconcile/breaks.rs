//! Level shifts: from some period on, the difference between two sources is larger or smaller by a
//! steady amount. Nobody may have declared the change, so it is found and proposed.
//!
//! For one key over its periods, every split into an earlier and a later part is tried. Each part is
//! described by its median, and a split is as good as the distances from the medians are small.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Fewest periods on either side of a break.
pub const LEAST_PERIODS: usize = 3;
/// Longest series that is searched; the newest periods count.
const MOST_PERIODS: usize = 240;
/// Most lines of a pair that are searched.
pub(crate) const MOST_LINES: usize = 200_000;

/// A level shift of one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelShift {
    /// Key values without the period.
    pub keys: BTreeMap<String, String>,
    /// First period after the shift.
    pub from: String,
    /// Median of `a − b` before it, messages.
    pub before: i64,
    /// Median of `a − b` from then on, messages.
    pub after: i64,
    /// Periods before the shift.
    pub periods_before: usize,
    /// Periods from it on.
    pub periods_after: usize,
}

/// Where a series shifts: the index of the first value after the shift, and both medians.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shift {
    pub at: usize,
    pub before: i64,
    pub after: i64,
}

/// The lower middle value: one that was observed.
fn median(values: &[i64]) -> i64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(0)
}

fn distance(values: &[i64], from: i64) -> u128 {
    values.iter().map(|v| u128::from(v.abs_diff(from))).sum()
}

/// The one shift of a series of differences, oldest first; `tolerance` is what the sources state for
/// one value. A shift must explain three quarters of all distances from a single level, and be larger
/// than the tolerance and than three times the mean distance that is left.
pub(crate) fn find(series: &[i64], tolerance: i64) -> Option<Shift> {
    let skipped = series.len().saturating_sub(MOST_PERIODS);
    let series = &series[skipped..];
    let n = series.len();
    if n < 2 * LEAST_PERIODS {
        return None;
    }
    let whole = distance(series, median(series));
    let (left, best) = (LEAST_PERIODS..=n - LEAST_PERIODS)
        .map(|at| {
            let (early, late) = series.split_at(at);
            let (before, after) = (median(early), median(late));
            (distance(early, before) + distance(late, after), Shift { at, before, after })
        })
        .min_by_key(|(left, s)| (*left, s.at))?;
    let size = u128::from(best.after.abs_diff(best.before));
    let steady = left.saturating_mul(4) <= whole
        && size > u128::from(tolerance.unsigned_abs())
        && size.saturating_mul(n as u128) > left.saturating_mul(3);
    steady.then_some(Shift { at: best.at + skipped, ..best })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_steady_shift_is_found_with_its_size_and_place() {
        let found = find(&[0, 1, 0, -1, 100, 101, 99, 100], 0);
        assert_eq!(found, Some(Shift { at: 4, before: 0, after: 100 }));
        // Downwards too, and where both sides differ all the time.
        assert_eq!(
            find(&[50, 50, 50, 10, 10, 10], 0),
            Some(Shift { at: 3, before: 50, after: 10 })
        );
    }

    #[test]
    fn what_is_no_shift_is_not_proposed() {
        assert_eq!(find(&[0, 0, 100, 100, 100], 0), None, "too few periods");
        assert_eq!(find(&[0, 0, 0, 90, 0, 0, 0, 0], 0), None, "one odd month");
        assert_eq!(find(&[0, 40, 5, 60, 20, 70, 10, 55], 0), None, "noise");
        assert_eq!(find(&[0, 10, 20, 30, 40, 50, 60, 70], 0), None, "a trend");
        assert_eq!(find(&[7, 7, 7, 7, 7, 7], 0), None, "steady");
        // Exactly the tolerance is no shift, one more is.
        assert_eq!(find(&[0, 0, 0, 5, 5, 5], 5), None);
        assert!(find(&[0, 0, 0, 6, 6, 6], 5).is_some());
    }

    proptest! {
        #[test]
        fn a_planted_shift_is_found_where_it_was_planted(
            early in prop::collection::vec(-2i64..=2, 3..12),
            late in prop::collection::vec(-2i64..=2, 3..12),
            size in prop_oneof![40i64..10_000, -10_000i64..-40],
        ) {
            let series: Vec<i64> =
                early.iter().copied().chain(late.iter().map(|v| v + size)).collect();
            let found = find(&series, 0).unwrap();
            prop_assert_eq!(found.at, early.len());
            prop_assert!((found.after - found.before - size).abs() <= 4);
        }
    }
}
