//! Firmware payloads by what became of them.

use super::snapshot::{Days, Snapshot};
use crate::{
    error::LedgerError,
    tables::schema::{NONE, Table},
};
use northbound_types::{Day, Utc};
use std::{collections::BTreeMap, ops::AddAssign};

/// Day, region, provider, feed.
pub type PayloadKey = (Day, String, String, String);

/// Firmware payloads by outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct PayloadCount {
    /// Completed, not above the target.
    pub in_time: u64,
    /// Completed above the target.
    pub late: u64,
    /// Completed, no target known.
    pub no_target: u64,
    /// Failed.
    pub failed: u64,
    /// Open at the cut-off.
    pub pending: u64,
}

impl PayloadCount {
    /// Counts one payload; times in µs, [`NONE`] where unknown.
    fn count(&mut self, state: &str, completed: i64, target: i64) {
        match (state, completed, target) {
            ("failed", ..) => self.failed += 1,
            (_, NONE, _) => self.pending += 1,
            (_, _, NONE) => self.no_target += 1,
            (_, done, target) if done <= target => self.in_time += 1,
            _ => self.late += 1,
        }
    }
}

impl AddAssign for PayloadCount {
    fn add_assign(&mut self, more: PayloadCount) {
        self.in_time += more.in_time;
        self.late += more.late;
        self.no_target += more.no_target;
        self.failed += more.failed;
        self.pending += more.pending;
    }
}

impl Snapshot {
    /// Payloads by region and provider.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn payloads(
        &self,
        days: Days,
    ) -> Result<BTreeMap<(String, String), PayloadCount>, LedgerError> {
        let mut out: BTreeMap<(String, String), PayloadCount> = BTreeMap::new();
        for ((_, region, provider, _), count) in self.payload_days(days)? {
            *out.entry((region, provider)).or_default() += count;
        }
        Ok(out)
    }

    /// Payloads by received day, region, provider and feed.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn payload_days(
        &self,
        days: Days,
    ) -> Result<BTreeMap<PayloadKey, PayloadCount>, LedgerError> {
        let mut out: BTreeMap<PayloadKey, PayloadCount> = BTreeMap::new();
        let columns = ["region", "provider", "feed", "state", "received", "completed", "target_at"];
        self.batches(Table::Payloads, days, &columns, &mut |_, b| {
            let words = ["region", "provider", "feed", "state"].map(|c| b.words(c));
            let word = |c: usize, i: usize| words[c].1[words[c].0[i] as usize].as_str();
            let (received, done, target) =
                (b.ints("received"), b.ints("completed"), b.ints("target_at"));
            for i in (0..b.rows()).filter(|&i| b.keep[i]) {
                let [region, provider, feed] = [0, 1, 2].map(|c| word(c, i).to_owned());
                out.entry((Utc(received[i]).day(), region, provider, feed)).or_default().count(
                    word(3, i),
                    done[i],
                    target[i],
                );
            }
            Ok(())
        })?;
        Ok(out)
    }
}
