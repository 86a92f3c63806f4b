//! What the live core did between two commits, as rows.

use crate::{
    error::LedgerError,
    tables::{
        buffer::Buffer,
        fill::{self, Brought},
        rows::{AlertRow, DeliveryRow, ExchangeRow, Movement},
        schema::Table,
    },
};
use northbound_types::{AlertState, Day, Utc};
use std::collections::BTreeMap;

pub(super) type ByDay = BTreeMap<(Table, Day), Buffer>;

/// What tells one message of the live service from another: its identity and when it was received,
/// since a refused repeat has the identity of what it repeats.
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
const LATER: Brought = Brought { recorded: 0, source: 0 };

/// What the inputs after one journal position settled, moved and left open. The `row` of a row is not
/// used: the live source numbers its rows itself.
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
    /// An empty batch of what the inputs after this position did: the ledger's position when the batch was
    /// begun.
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

    /// Rows in it, movements left out.
    #[must_use]
    pub fn rows(&self) -> usize {
        [&self.settled, &self.later, &self.open]
            .into_iter()
            .flat_map(BTreeMap::values)
            .map(Buffer::len)
            .sum()
    }

    /// An exchange whose end is reached, and whose answer is delivered or parked or that needs none.
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

    /// An alert of which nothing more will be heard.
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

    /// An attempt to deliver.
    pub fn delivery(&mut self, r: &DeliveryRow<'_>) {
        fill::delivery(buffer(&mut self.settled, Table::Deliveries, r.attempted), r, LATER);
    }

    /// An exchange that is not settled yet, as it stands after the batch's last input.
    pub fn open_exchange(&mut self, r: &ExchangeRow<'_>) {
        fill::exchange(buffer(&mut self.open, Table::Exchanges, r.received), r, LATER);
    }

    /// An alert that is not settled yet.
    pub fn open_alert(&mut self, r: &AlertRow<'_>) {
        fill::alert(buffer(&mut self.open, Table::Alerts, r.received), r, LATER);
    }

    /// What became of an exchange after it was settled: an answer after its time-out, a late delivery. The
    /// row has the identity and the time of receipt of the earlier one, which counts no longer; both
    /// stay, and the books show the record as entering in its state.
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

    /// The same for an alert: one that was parked and is delivered after all.
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

    /// Steps that messages took, `units` of them. Kept independently of the rows: the books compare both.
    pub fn moved(&mut self, step: Movement, units: i64) {
        *self.moved.entry(step).or_default() += units;
    }

    /// The steps as rows, by day, an empty state where units enter.
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
