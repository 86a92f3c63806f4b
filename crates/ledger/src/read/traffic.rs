//! Traffic by hour, time-outs, and the days on which a feed brought rows: not in the rollups.

use super::{
    batches::for_each_batch,
    snapshot::{Days, Snapshot},
};
use crate::{
    error::LedgerError,
    tables::schema::{NONE, Table},
};
use northbound_types::{Day, RequestState, Utc, time::DAY_US};
use std::collections::{BTreeMap, BTreeSet};

const HOUR_US: i64 = DAY_US / 24;

impl Snapshot {
    /// Test commands and own requests by hour of day: `(region, test kind, hour) → count`.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn by_hour(&self, days: Days) -> Result<BTreeMap<(String, String, u8), u64>, LedgerError> {
        let mut out = BTreeMap::new();
        self.batches(Table::Exchanges, days, &["region", "test_kind", "received"], &mut |_, b| {
            let (rk, rw) = b.words("region");
            let (tk, tw) = b.words("test_kind");
            let mut n = vec![0u64; rw.len() * tw.len() * 24];
            for (i, t) in b.ints("received").into_iter().enumerate().filter(|(i, _)| b.keep[*i]) {
                let hour = t.rem_euclid(DAY_US) / HOUR_US;
                n[(rk[i] as usize * tw.len() + tk[i] as usize) * 24 + hour as usize] += 1;
            }
            for (i, &c) in n.iter().enumerate().filter(|(_, c)| **c > 0) {
                *out.entry((
                    rw[i / 24 / tw.len()].clone(),
                    tw[i / 24 % tw.len()].clone(),
                    (i % 24) as u8,
                ))
                .or_default() += c;
            }
            Ok(())
        })?;
        Ok(out)
    }

    /// The received days on which each feed brought rows of a table (`Alerts` or `Payloads`; the
    /// days of exchanges are in the counts).
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn feed_days(
        &self,
        table: Table,
        days: Days,
    ) -> Result<BTreeMap<String, BTreeSet<Day>>, LedgerError> {
        let mut out: BTreeMap<String, BTreeSet<Day>> = BTreeMap::new();
        self.batches(table, days, &["feed", "received"], &mut |_, b| {
            let (codes, words) = b.words("feed");
            let received = b.ints("received");
            for i in (0..b.rows()).filter(|&i| b.keep[i]) {
                let (feed, day) = (&words[codes[i] as usize], Utc(received[i]).day());
                match out.get_mut(feed) {
                    Some(days) => {
                        days.insert(day);
                    }
                    None => {
                        out.insert(feed.clone(), BTreeSet::from([day]));
                    }
                }
            }
            Ok(())
        })?;
        Ok(out)
    }

    /// The shortest time-out of an abandoned attempt, in µs, by region and mode: a percentile that falls
    /// among the unanswered is longer than this. Attempts still open, shed or without a route are taken
    /// to have waited as long. `None` where an attempt timed out and its time-out is not known.
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
        for_each_batch(
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
