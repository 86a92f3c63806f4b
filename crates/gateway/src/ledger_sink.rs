//! Rows of the ledger: gathered in memory, and committed every few seconds by a thread of its own with the journal's
//! position, so that a crash neither loses nor duplicates a row.

mod health;
mod ledger;
mod recent;
#[cfg(test)]
mod tests;
mod writer;

pub use health::{Failure, LedgerHealth};
pub use ledger::{FEED, LedgerSink, Thinning};
pub use recent::{About, Recent};
pub use writer::{Commit, Sink};

use crate::{config::Store, error::Result, metrics::Metrics};
use northbound_flow::{
    Core, Movement, Record,
    effect::{AlertRecord, DeliveryRecord},
    event::Unverified,
};
use northbound_types::Utc;
use std::sync::Arc;
use writer::Writer;

/// What one commit holds.
#[derive(Debug, Default)]
pub struct Rows {
    /// Units of the books that moved.
    pub movements: Vec<Movement>,
    /// Exchanges that change no more.
    pub settled: Vec<Record>,
    /// Alerts that change no more.
    pub alerts: Vec<AlertRecord>,
    /// Tries to deliver.
    pub tried: Vec<DeliveryRecord>,
    /// Messages whose sender was not verified.
    pub unverified: Vec<Unverified>,
}

impl Rows {
    fn len(&self) -> usize {
        self.movements.len()
            + self.settled.len()
            + self.alerts.len()
            + self.tried.len()
            + self.unverified.len()
    }
}

/// Buffers rows for the ledger.
pub struct RowBuffer {
    rows: Rows,
    /// Those of the last commit, which may still be under way.
    handed: Arc<Rows>,
    /// The position of that commit.
    handed_position: u64,
    /// Position of the last record whose rows are gathered.
    position: u64,
    writer: Option<Writer>,
    settings: Store,
    metrics: Arc<Metrics>,
    last: Utc,
}

impl RowBuffer {
    /// Gathers for a ledger; commits begin after `now`.
    ///
    /// # Errors
    /// The thread that commits cannot be started.
    pub fn new(
        sink: Box<dyn Sink>,
        settings: Store,
        metrics: Arc<Metrics>,
        health: LedgerHealth,
        now: Utc,
    ) -> Result<RowBuffer> {
        Ok(RowBuffer {
            rows: Rows::default(),
            handed: Arc::default(),
            handed_position: 0,
            position: 0,
            writer: Some(Writer::start(sink, health)?),
            settings,
            metrics,
            last: now,
        })
    }

    /// Gathers nothing.
    #[must_use]
    pub fn off(settings: Store, metrics: Arc<Metrics>) -> RowBuffer {
        RowBuffer {
            rows: Rows::default(),
            handed: Arc::default(),
            handed_position: 0,
            position: 0,
            writer: None,
            settings,
            metrics,
            last: Utc(0),
        }
    }

    /// Is there no ledger?
    #[must_use]
    pub fn is_off(&self) -> bool {
        self.writer.is_none()
    }

    fn takes(&mut self, position: u64) -> bool {
        self.position = self.position.max(position);
        self.writer.is_some()
    }
    pub(crate) fn moved(&mut self, position: u64, m: Movement) {
        if self.takes(position) {
            self.rows.movements.push(m);
        }
    }
    pub(crate) fn settled(&mut self, position: u64, r: Record) {
        if self.takes(position) {
            self.rows.settled.push(r);
        }
    }
    pub(crate) fn alert(&mut self, position: u64, r: AlertRecord) {
        if self.takes(position) {
            self.rows.alerts.push(r);
        }
    }
    pub(crate) fn tried(&mut self, position: u64, r: DeliveryRecord) {
        if self.takes(position) {
            self.rows.tried.push(r);
        }
    }

    pub(crate) fn unverified(&mut self, position: u64, u: Unverified) {
        if self.takes(position) {
            self.rows.unverified.push(u);
        }
    }

    /// Rows that the ledger does not have yet.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.rows.len() + self.writer.as_ref().map_or(0, Writer::waiting)
    }

    /// The rows that the ledger does not have at the position that it has reached, and that position. Those of
    /// a commit under way are among them.
    pub(crate) fn uncommitted(&self) -> (u64, impl Iterator<Item = &Rows>) {
        let reached = self.committed(self.position);
        let under_way = reached < self.handed_position;
        (reached, under_way.then(|| self.handed.as_ref()).into_iter().chain([&self.rows]))
    }

    /// Do more rows wait than may?
    #[must_use]
    pub fn overfull(&self, most: usize) -> bool {
        self.waiting() > most
    }

    /// Position of the ledger; that of the journal where there is none.
    #[must_use]
    pub fn committed(&self, journal: u64) -> u64 {
        self.writer.as_ref().map_or(journal, Writer::committed)
    }

    /// Commits where it is time and the last commit is done. `durable` is the journal's position, of
    /// which `flow` is the state.
    pub(crate) fn tick(&mut self, now: Utc, durable: u64, flow: &Core) {
        let waiting = self.waiting();
        self.metrics.ledger_waiting.set(waiting as u64);
        let elapsed = now.0 - self.last.0;
        let due = elapsed
            >= i64::try_from(self.settings.commit_seconds)
                .unwrap_or(i64::MAX / 1_000_000)
                .saturating_mul(1_000_000);
        if self.handed.len() > 0 && self.handed_position <= self.committed(durable) {
            self.handed = Arc::default();
        }
        if due || self.rows.len() >= self.settings.commit_rows {
            self.commit(now, durable, flow);
        }
    }

    /// Hands what is gathered to the ledger, unless the last commit is still under way.
    pub(crate) fn commit(&mut self, now: Utc, durable: u64, flow: &Core) -> bool {
        let Some(writer) = &mut self.writer else { return true };
        if writer.is_busy() {
            return false;
        }
        if durable <= writer.committed() && self.rows.len() == 0 {
            return true;
        }
        self.last = now;
        let mut open = (Vec::new(), Vec::new());
        flow.open(|r| open.0.push(r), |a| open.1.push(a));
        self.handed = Arc::new(std::mem::take(&mut self.rows));
        self.handed_position = durable;
        writer.hand(Commit {
            position: durable,
            now,
            rows: Arc::clone(&self.handed),
            open: open.0,
            open_alerts: open.1,
        });
        true
    }

    /// Commits everything, and waits for it.
    pub(crate) fn finish(&mut self, now: Utc, durable: u64, flow: &Core) {
        self.wait();
        self.commit(now, durable, flow);
        self.wait();
    }

    /// Waits until the commit that is under way is done.
    pub(crate) fn wait(&self) {
        if let Some(w) = &self.writer {
            w.wait();
        }
    }
}
