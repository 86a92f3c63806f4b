//! The rows of one live commit.

use crate::{
    error::LedgerError,
    tables::{
        buffer::Buffer,
        fill::{self, Provenance},
        rows::{AlertRow, DeliveryRow, ExchangeRow, Movement, UnverifiedRow},
        schema::Table,
    },
};
use northbound_types::{AlertState, Day, Utc};
use std::collections::BTreeMap;

pub(super) type ByDay = BTreeMap<(Table, Day), Buffer>;

/// The columns that identify a message of the live service: its identity and its time of receipt, since
/// a refused repeat has the identity of the message that it repeats.
pub(super) fn key_columns(table: Table) -> &'static [&'static str] {
    match table {
        Table::Exchanges => {
            &["namespace", "originator", "target", "counter", "leg", "instance", "received"]
        }
        Table::Alerts => &["namespace", "device", "recipient", "counter", "code", "received"],
        _ => &[],
    }
}

/// Filled in when the batch is committed.
const LATER: Provenance = Provenance { recorded: Utc(0), source: 0 };

/// What the inputs after one journal position settled, moved and left open. The field `row` of the rows
/// is not used: the live source numbers its rows itself.
#[derive(Debug, Clone)]
pub struct LiveBatch {
    pub(super) after: u64,
    pub(super) settled: ByDay,
    /// Rows that supersede a settled one.
    pub(super) later: ByDay,
    pub(super) open: ByDay,
    moved: BTreeMap<Movement, i64>,
}

fn buffer(rows: &mut ByDay, table: Table, at: i64) -> &mut Buffer {
    rows.entry((table, Utc(at).day())).or_insert_with(|| Buffer::new(table))
}

impl LiveBatch {
    /// An empty batch for the inputs after this position, which the ledger has reached.
    #[must_use]
    pub fn after(position: u64) -> LiveBatch {
        LiveBatch {
            after: position,
            settled: ByDay::new(),
            later: ByDay::new(),
            open: ByDay::new(),
            moved: BTreeMap::new(),
        }
    }

    /// Rows in the batch, without movements.
    #[must_use]
    pub fn rows(&self) -> usize {
        [&self.settled, &self.later, &self.open]
            .into_iter()
            .flat_map(BTreeMap::values)
            .map(Buffer::len)
            .sum()
    }

    /// Adds an exchange that has ended and whose answer is delivered, parked or not needed.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] where its state is a live one.
    pub fn exchange(&mut self, r: &ExchangeRow<'_>) -> Result<(), LedgerError> {
        if r.state.is_live() {
            return Err(LedgerError::Refused(format!(
                "a message that is {} is not settled; it belongs to the open rows",
                r.state
            )));
        }
        fill::exchange(buffer(&mut self.settled, Table::Exchanges, r.received), r, LATER);
        Ok(())
    }

    /// Adds an alert to which nothing more can happen.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] where it is still to be delivered.
    pub fn alert(&mut self, r: &AlertRow<'_>) -> Result<(), LedgerError> {
        if r.state == AlertState::Pending {
            return Err(LedgerError::Refused(
                "an alert that is pending is not settled; it belongs to the open rows".into(),
            ));
        }
        fill::alert(buffer(&mut self.settled, Table::Alerts, r.received), r, LATER);
        Ok(())
    }

    /// Adds an attempt to deliver.
    pub fn delivery(&mut self, r: &DeliveryRow<'_>) {
        fill::delivery(buffer(&mut self.settled, Table::Deliveries, r.attempted), r, LATER);
    }

    /// Adds messages whose sender was not verified.
    pub fn unverified(&mut self, r: &UnverifiedRow) {
        fill::unverified(buffer(&mut self.settled, Table::Unverified, r.received.0), r, LATER);
    }

    /// Adds an exchange that is not settled yet, in its state after the batch's last input.
    pub fn open_exchange(&mut self, r: &ExchangeRow<'_>) {
        fill::exchange(buffer(&mut self.open, Table::Exchanges, r.received), r, LATER);
    }

    /// Adds an alert that is not settled yet.
    pub fn open_alert(&mut self, r: &AlertRow<'_>) {
        fill::alert(buffer(&mut self.open, Table::Alerts, r.received), r, LATER);
    }

    /// Adds a later state of a settled exchange: an answer after its time-out, a late delivery. The row
    /// has the identity and the time of receipt of the earlier one, which no longer counts. Both remain
    /// in the ledger, and in the books the new record enters in its state.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] where its state is a live one.
    pub fn supersede_exchange(&mut self, r: &ExchangeRow<'_>) -> Result<(), LedgerError> {
        if r.state.is_live() {
            return Err(LedgerError::Refused(format!(
                "a settled message cannot be {} again",
                r.state
            )));
        }
        fill::exchange(buffer(&mut self.later, Table::Exchanges, r.received), r, LATER);
        self.moved(
            Movement {
                day: Utc(r.received).day(),
                region: r.region,
                kind: r.kind,
                from: None,
                to: r.state,
            },
            1,
        );
        Ok(())
    }

    /// Adds a later state of a settled alert: one that was parked and is delivered after all.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] where it is pending.
    pub fn supersede_alert(&mut self, r: &AlertRow<'_>) -> Result<(), LedgerError> {
        if r.state == AlertState::Pending {
            return Err(LedgerError::Refused("a settled alert cannot be pending again".into()));
        }
        fill::alert(buffer(&mut self.later, Table::Alerts, r.received), r, LATER);
        Ok(())
    }

    /// Adds a step that `units` messages took. Steps are counted independently of the rows, so that the
    /// books can compare both.
    pub fn moved(&mut self, step: Movement, units: i64) {
        *self.moved.entry(step).or_default() += units;
    }

    /// The steps as rows, by day; `from_state` is empty where units enter.
    pub(super) fn movements(&self, now: Utc, source: i64) -> Vec<(Day, Buffer)> {
        let mut days: BTreeMap<Day, Buffer> = BTreeMap::new();
        for (m, &units) in self.moved.iter().filter(|(_, u)| **u != 0) {
            days.entry(m.day)
                .or_insert_with(|| Buffer::new(Table::Movements))
                .row()
                .word(&m.day.to_string())
                .word(m.region.as_str())
                .word(m.kind.as_str())
                .word(m.from.map_or("", |s| s.as_str()))
                .word(m.to.as_str())
                .int(units)
                .int(now.0)
                .int(now.0)
                .int(source);
        }
        days.into_iter().collect()
    }
}
