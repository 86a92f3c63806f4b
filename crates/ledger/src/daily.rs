//! What the small message tables hold day by day: payloads by outcome, and the days on which a feed
//! brought anything.

use crate::{
    each::each,
    error::LedgerError,
    schema::{NONE, Table},
    snapshot::{Days, PayloadCount, Snapshot},
};
use northbound_types::{Day, RequestState, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// Day, region, provider, feed.
pub type PayloadKey = (Day, String, String, String);

impl Snapshot {
    /// Payloads by received day, region, provider and feed.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn payload_days(
        &self,
        days: Days,
    ) -> Result<BTreeMap<PayloadKey, PayloadCount>, LedgerError> {
        let mut out: BTreeMap<PayloadKey, PayloadCount> = BTreeMap::new();
        let aside = self.aside(days)?;
        let columns = ["region", "provider", "feed", "state", "received", "completed", "target_at"];
        each(
            &self.dir,
            Table::Payloads,
            &self.files(Table::Payloads, days),
            &columns,
            &self.visible,
            &aside,
            &mut |_, b| {
                let words = ["region", "provider", "feed", "state"].map(|c| b.words(c));
                let word = |c: usize, i: usize| words[c].1[words[c].0[i] as usize].clone();
                let (received, done, target) =
                    (b.ints("received"), b.ints("completed"), b.ints("target_at"));
                for i in (0..b.rows()).filter(|&i| b.keep[i]) {
                    let c = out
                        .entry((Utc(received[i]).day(), word(0, i), word(1, i), word(2, i)))
                        .or_default();
                    match (word(3, i).as_str(), done[i], target[i]) {
                        ("failed", ..) => c.failed += 1,
                        (_, NONE, _) => c.pending += 1,
                        (_, _, NONE) => c.no_target += 1,
                        (_, d, t) if d <= t => c.in_time += 1,
                        _ => c.late += 1,
                    }
                }
                Ok(())
            },
        )?;
        Ok(out)
    }

    /// The received days on which each feed brought rows of a table (`Alerts` or `Payloads`; the
    /// days of exchanges stand in the counts).
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn feed_days(
        &self,
        table: Table,
        days: Days,
    ) -> Result<BTreeMap<String, BTreeSet<Day>>, LedgerError> {
        let mut out: BTreeMap<String, BTreeSet<Day>> = BTreeMap::new();
        let aside = self.aside(days)?;
        each(
            &self.dir,
            table,
            &self.files(table, days),
            &["feed", "received"],
            &self.visible,
            &aside,
            &mut |_, b| {
                let (codes, words) = b.words("feed");
                let received = b.ints("received");
                for i in (0..b.rows()).filter(|&i| b.keep[i]) {
                    let (feed, day) = (&words[codes[i] as usize], Utc(received[i]).day());
                    match out.get_mut(feed) {
                        Some(d) => {
                            d.insert(day);
                        }
                        None => {
                            out.insert(feed.clone(), BTreeSet::from([day]));
                        }
                    }
                }
                Ok(())
            },
        )?;
        Ok(out)
    }

    /// The shortest time after which an attempt was given up, in µs, by region and mode: what a
    /// percentile among the unanswered is longer than. Attempts still open, shed or without a route
    /// are taken to wait as long. `None` where an attempt timed out and its time-out is not known.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn deadlines(
        &self,
        days: Days,
    ) -> Result<BTreeMap<(String, String), Option<i64>>, LedgerError> {
        let ended = RequestState::TimedOut.as_str();
        let mut out: BTreeMap<(String, String), Option<i64>> = BTreeMap::new();
        let aside = self.aside(days)?;
        let files: Vec<_> = self
            .files(Table::Exchanges, days)
            .into_iter()
            .filter(|f| f.states.is_empty() || f.states.contains_key(ended))
            .collect();
        each(
            &self.dir,
            Table::Exchanges,
            &files,
            &["region", "mode", "state", "received", "due", "timeout_at"],
            &self.visible,
            &aside,
            &mut |_, b| {
                let words = ["region", "mode", "state"].map(|c| b.words(c));
                let word = |c: usize, i: usize| words[c].1[words[c].0[i] as usize].as_str();
                let relevant: Vec<bool> = words[2].1.iter().map(|s| s == ended).collect();
                let (received, due, timeout) =
                    (b.ints("received"), b.ints("due"), b.ints("timeout_at"));
                for i in (0..b.rows()).filter(|&i| b.keep[i] && relevant[words[2].0[i] as usize]) {
                    // Time counts from when the request was due, where that is later than its receipt;
                    // an unknown due time is the least number.
                    let waited = (timeout[i] != NONE).then(|| timeout[i] - received[i].max(due[i]));
                    let key = (word(0, i).to_owned(), word(1, i).to_owned());
                    out.entry(key)
                        .and_modify(|least| *least = least.zip(waited).map(|(a, b)| a.min(b)))
                        .or_insert(waited);
                }
                Ok(())
            },
        )?;
        Ok(out)
    }
}
