//! Counts by which anomaly detection compares volume with its thresholds. Windows are of fixed
//! length from the start of the day (inferred).

use super::UserNo;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Counts of the present window, by threshold and User.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Windows {
    counts: BTreeMap<(u32, Option<UserNo>), (i64, u32)>,
}

impl Windows {
    /// Counts a request under a threshold (by its place in the policy), for one User or for all;
    /// gives the count of the present window, this request included. `length` is in µs.
    pub(crate) fn count(
        &mut self,
        threshold: u32,
        user: Option<UserNo>,
        now: i64,
        length: i64,
    ) -> u32 {
        let window = now.div_euclid(length);
        let (of, count) = self.counts.entry((threshold, user)).or_default();
        if *of != window {
            (*of, *count) = (window, 0);
        }
        *count = count.saturating_add(1);
        *count
    }
}
