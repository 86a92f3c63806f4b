//! p50, p95 and p99 from histograms (`docs/measures.md`, Latency), with and without attempts that
//! were never answered and with and without tests. A percentile is the upper edge of its bucket
//! (within 1 %); one that falls among the unanswered is "longer than the deadline". Percentiles are
//! never averaged: histograms are summed first. Offered, answered and timed out stand beside them.

use crate::inputs::Latency;
use northbound_types::{
    Dim, Figure, Null, NullReason, Quantity, Selector, TestKind,
    cells::{BUCKET_CLOCK_ERROR, BUCKET_UNANSWERED},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The percentiles that are printed.
pub const PERCENTILES: [u32; 3] = [50, 95, 99];

/// Percentiles of one selection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Percentiles {
    /// Attempts without an answer are part of the population.
    pub with_unanswered: bool,
    /// Tests are part of the population.
    pub with_tests: bool,
    /// Attempts offered.
    pub offered: u64,
    /// Answered.
    pub answered: u64,
    /// Never answered.
    pub unanswered: u64,
    /// Answered before they were sent, by their clocks: in no percentile.
    pub clock_errors: u64,
    /// Percentile and figure, in the order of [`PERCENTILES`].
    pub at: Vec<(u32, Figure)>,
}

/// A summed histogram.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Answered, by bucket.
    pub answered: BTreeMap<usize, u64>,
    /// Never answered.
    pub unanswered: u64,
    /// Clock errors.
    pub clock_errors: u64,
}

impl Histogram {
    /// Sums the rows that the selector takes. A dimension that the rows do not hold takes none.
    #[must_use]
    pub fn of(latency: Latency<'_>, selector: &Selector, with_tests: bool) -> Histogram {
        let test = latency.dims.iter().position(|&d| d == Dim::TestKind);
        let wanted: Vec<_> = selector
            .any_of
            .iter()
            .map(|(d, v)| (latency.dims.iter().position(|x| x == d), v))
            .collect();
        let mut h = Histogram::default();
        for row in latency.rows {
            let taken = wanted.iter().all(|(at, v)| {
                at.is_some_and(|i| row.keys.get(i).is_some_and(|k| v.contains(&**k)))
            });
            let is_test = test
                .is_some_and(|i| row.keys.get(i).is_some_and(|k| &**k != TestKind::None.as_str()));
            if !taken || (is_test && !with_tests) {
                continue;
            }
            match (row.bucket, usize::try_from(row.bucket)) {
                (BUCKET_UNANSWERED, _) => h.unanswered += row.count,
                (_, Ok(bucket)) => *h.answered.entry(bucket).or_default() += row.count,
                // Any other negative bucket is a clock error, as BUCKET_CLOCK_ERROR is.
                (BUCKET_CLOCK_ERROR, _) | (_, Err(_)) => h.clock_errors += row.count,
            }
        }
        h
    }

    /// How many were answered.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.answered.values().sum()
    }

    /// The `p`-th percentile by nearest rank: the smallest value that at least `p` in 100 do not
    /// exceed. `deadline` in µs is what the unanswered are known to be longer than.
    #[must_use]
    pub fn percentile(
        &self,
        p: u32,
        edges: &[i64],
        with_unanswered: bool,
        deadline: Option<i64>,
    ) -> Figure {
        let all = self.count() + if with_unanswered { self.unanswered } else { 0 };
        if all == 0 {
            return Figure::ratio(0, 0);
        }
        let rank = (u128::from(all) * u128::from(p)).div_ceil(100).max(1);
        let mut passed = 0u128;
        for (&bucket, &n) in &self.answered {
            passed += u128::from(n);
            if passed < rank {
                continue;
            }
            return match (edges.get(bucket), edges.last()) {
                (Some(&micros), _) => Figure::value(Quantity::Duration { micros, bucketed: true }),
                (None, Some(&micros)) => Figure::value(Quantity::LongerThan { micros }),
                (None, None) => Figure::Null(Null::because(
                    NullReason::NotDeterminable,
                    "no table of bucket boundaries",
                )),
            };
        }
        match deadline {
            Some(micros) => Figure::value(Quantity::LongerThan { micros }),
            None => Figure::Null(Null::because(
                NullReason::NotDeterminable,
                "it falls among attempts without an answer, and their deadline is unknown",
            )),
        }
    }
}

/// The percentiles of a selection in one of the four ways.
#[must_use]
pub fn percentiles(
    latency: Latency<'_>,
    selector: &Selector,
    deadline: Option<i64>,
    with_unanswered: bool,
    with_tests: bool,
) -> Percentiles {
    let h = Histogram::of(latency, selector, with_tests);
    Percentiles {
        with_unanswered,
        with_tests,
        offered: h.count() + h.unanswered + h.clock_errors,
        answered: h.count() + h.clock_errors,
        unanswered: h.unanswered,
        clock_errors: h.clock_errors,
        at: PERCENTILES
            .iter()
            .map(|&p| (p, h.percentile(p, latency.edges, with_unanswered, deadline)))
            .collect(),
    }
}

/// All four ways: with and without unanswered, with and without tests.
#[must_use]
pub fn four_ways(
    latency: Latency<'_>,
    selector: &Selector,
    deadline: Option<i64>,
) -> Vec<Percentiles> {
    [(true, false), (false, false), (true, true), (false, true)]
        .iter()
        .map(|&(unanswered, tests)| percentiles(latency, selector, deadline, unanswered, tests))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use northbound_types::LatencyRow;
    use proptest::prelude::*;
    use std::sync::Arc;

    const DIMS: [Dim; 2] = [Dim::Region, Dim::TestKind];

    /// Edges in steps of 1 %, from 1 ms.
    fn edges() -> Vec<i64> {
        let mut v = vec![1_000i64];
        while *v.last().unwrap() < 100_000_000 {
            let l = *v.last().unwrap();
            v.push(l + l / 100);
        }
        v
    }
    fn row(region: &str, test: &str, bucket: i32, count: u64) -> LatencyRow {
        LatencyRow { keys: vec![Arc::from(region), Arc::from(test)], bucket, count }
    }

    #[test]
    fn a_percentile_among_the_unanswered_is_longer_than_the_deadline() {
        let edges = edges();
        let rows = [
            row("north", "none", 10, 90),
            row("north", "none", BUCKET_UNANSWERED, 10),
            row("north", "rtt4", 0, 900),
            row("south", "none", 50, 7),
            row("north", "none", BUCKET_CLOCK_ERROR, 3),
        ];
        let l = Latency { dims: &DIMS, rows: &rows, edges: &edges };
        let north = Selector::all().and(Dim::Region, ["north"]);
        let deadline = Some(30_000_000);
        let p = percentiles(l, &north, deadline, true, false);
        assert_eq!((p.offered, p.answered, p.unanswered, p.clock_errors), (103, 93, 10, 3));
        assert_eq!(
            p.at[0].1,
            Figure::value(Quantity::Duration { micros: edges[10], bucketed: true })
        );
        assert_eq!(p.at[1].1, Figure::value(Quantity::LongerThan { micros: 30_000_000 }));
        // Exactly nine in ten are answered: p90 is a number, p91 is not.
        let h = Histogram::of(l, &north, false);
        assert!(matches!(
            h.percentile(90, &edges, true, deadline).as_value().unwrap().quantity,
            Quantity::Duration { .. }
        ));
        assert!(matches!(
            h.percentile(91, &edges, true, deadline).as_value().unwrap().quantity,
            Quantity::LongerThan { .. }
        ));
        assert!(matches!(h.percentile(91, &edges, true, None), Figure::Null(_)));
        assert!(matches!(
            percentiles(l, &north, deadline, false, false).at[2].1.as_value().unwrap().quantity,
            Quantity::Duration { .. }
        ));
        assert_eq!(
            percentiles(l, &north, deadline, true, true).at[0].1,
            Figure::value(Quantity::Duration { micros: edges[0], bucketed: true })
        );
        assert!(matches!(
            percentiles(l, &Selector::all().and(Dim::Srv, ["4.1.1"]), deadline, true, true).at[0].1,
            Figure::Null(_)
        ));
    }

    proptest! {
        #[test]
        fn bucketed_percentiles_are_within_one_per_cent(mut values in proptest::collection::vec(2_000i64..90_000_000, 1..200), p in 1u32..=100) {
            let edges = edges();
            let rows: Vec<_> = values.iter().map(|v| row("north", "none", edges.partition_point(|e| e < v) as i32, 1)).collect();
            let h = Histogram::of(Latency { dims: &DIMS, rows: &rows, edges: &edges }, &Selector::all(), false);
            values.sort_unstable();
            let exact = values[(values.len() * p as usize).div_ceil(100).max(1) - 1];
            let Quantity::Duration { micros, .. } = h.percentile(p, &edges, true, None).as_value().unwrap().quantity else { panic!() };
            prop_assert!(micros >= exact && (micros - exact) * 100 <= exact, "{} against {}", micros, exact);
        }
    }
}
