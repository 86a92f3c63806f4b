//! The devices with most alerts in any one hour, exactly, by sliding windows.
//!
//! First pass: alerts by device and clock hour. Any window of one hour lies in two neighbouring
//! clock hours, so their sum bounds it from above, and a single clock hour is itself a window that
//! bounds the best from below. Only devices whose upper bound reaches the k-th best lower bound are
//! looked at in the second pass.

use crate::{
    error::LedgerError,
    read::{
        batches::{Batch, for_each_batch},
        snapshot::{Days, Snapshot},
    },
    tables::schema::Table,
};
use hashbrown::{HashMap, HashSet};
use northbound_types::{Eui64, Utc};

const HOUR: i64 = 3_600_000_000;

/// A device and its busiest hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Storm {
    /// The device.
    pub device: Eui64,
    /// Most alerts received in any half-open hour.
    pub alerts: u64,
    /// Start of the first such hour: the time of its first alert.
    pub from: Utc,
}

impl Snapshot {
    /// The `k` devices with most alerts received in any one hour, most first, then by device. Exact
    /// repeats and excluded alerts are left out.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn storms(&self, days: Days, k: usize) -> Result<Vec<Storm>, LedgerError> {
        let files = self.files(Table::Alerts, days);
        let aside = self.aside(days)?;
        let mut hours: HashMap<(i64, i64), u32> = HashMap::new();
        for_each_batch(
            &self.dir,
            Table::Alerts,
            &files,
            &COLUMNS,
            &self.visible,
            &aside,
            &mut |_, b| {
                let (device, received, storm) =
                    (b.ints("device"), b.ints("received"), of_a_storm(b));
                for i in (0..b.rows()).filter(|&i| storm[i]) {
                    *hours.entry((device[i], received[i].div_euclid(HOUR))).or_default() += 1;
                }
                Ok(())
            },
        )?;
        let candidates = candidates(&hours, k);
        let mut times: HashMap<i64, Vec<i64>> = HashMap::new();
        for_each_batch(
            &self.dir,
            Table::Alerts,
            &files,
            &COLUMNS,
            &self.visible,
            &aside,
            &mut |_, b| {
                let (device, received, storm) =
                    (b.ints("device"), b.ints("received"), of_a_storm(b));
                for i in (0..b.rows()).filter(|&i| storm[i] && candidates.contains(&device[i])) {
                    times.entry(device[i]).or_default().push(received[i]);
                }
                Ok(())
            },
        )?;
        let mut storms: Vec<Storm> = times.into_iter().map(|(d, t)| busiest(d, t)).collect();
        storms.sort_by(|a, b| b.alerts.cmp(&a.alerts).then(a.device.cmp(&b.device)));
        storms.truncate(k);
        Ok(storms)
    }
}

const COLUMNS: [&str; 4] = ["device", "state", "excluded", "received"];

/// Alerts that make a storm: those that count, without exact repeats and without codes that an
/// exclusion list keeps out of storm protection.
fn of_a_storm(b: &Batch<'_>) -> Vec<bool> {
    let ((sk, sw), (ek, ew)) = (b.words("state"), b.words("excluded"));
    let state: Vec<bool> = sw.iter().map(|s| s != "duplicate").collect();
    let free: Vec<bool> = ew.iter().map(|e| e == "false").collect();
    (0..b.rows()).map(|i| b.keep[i] && state[sk[i] as usize] && free[ek[i] as usize]).collect()
}

fn candidates(hours: &HashMap<(i64, i64), u32>, k: usize) -> HashSet<i64> {
    let mut best: HashMap<i64, u32> = HashMap::new();
    for (&(d, _), &n) in hours {
        let e = best.entry(d).or_default();
        *e = (*e).max(n);
    }
    let mut lower: Vec<u32> = best.into_values().collect();
    let bar = if lower.len() > k && k > 0 {
        let at = lower.len() - k;
        *lower.select_nth_unstable(at).1
    } else {
        0
    };
    hours
        .iter()
        .filter(|&(&(d, h), &n)| n + hours.get(&(d, h + 1)).copied().unwrap_or(0) >= bar)
        .map(|(&(d, _), _)| d)
        .collect()
}

fn busiest(device: i64, mut times: Vec<i64>) -> Storm {
    times.sort_unstable();
    let (mut from, mut best) = (0, (0usize, 0i64));
    for to in 0..times.len() {
        while times[to] - times[from] >= HOUR {
            from += 1;
        }
        if to + 1 - from > best.0 {
            best = (to + 1 - from, times[from]);
        }
    }
    Storm { device: Eui64::from_i64(device), alerts: best.0 as u64, from: Utc(best.1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn candidates_hold_the_true_best(alerts in proptest::collection::vec((0i64..12, 0i64..40), 1..300), k in 1usize..5) {
            let mut hours = HashMap::new();
            let mut times: HashMap<i64, Vec<i64>> = HashMap::new();
            for &(d, q) in &alerts {
                let t = q * HOUR / 4;
                *hours.entry((d, t.div_euclid(HOUR))).or_insert(0u32) += 1;
                times.entry(d).or_default().push(t);
            }
            let mut all: Vec<Storm> = times.into_iter().map(|(d, t)| busiest(d, t)).collect();
            all.sort_by(|a, b| b.alerts.cmp(&a.alerts).then(a.device.cmp(&b.device)));
            let kth = all[k.min(all.len()) - 1].alerts;
            let found = candidates(&hours, k);
            for s in all.iter().filter(|s| s.alerts >= kth) { prop_assert!(found.contains(&s.device.to_i64())); }
        }
    }

    #[test]
    fn an_hour_is_half_open() {
        assert_eq!(busiest(1, vec![0, HOUR]).alerts, 1);
        assert_eq!(busiest(1, vec![0, HOUR - 1]).alerts, 2);
    }
}
