//! A transaction as a [`RowSink`]: rows go into the buffer of their table and day.

use super::{FILE_ROWS, FILE_TEXT, SOURCE_DAYS, Tx};
use crate::{
    error::LedgerError,
    tables::{
        buffer::Buffer,
        fill::{self, Provenance},
        rows::{AlertRow, ExchangeRow, PayloadRow, StatedRow},
        schema::Table,
        sink::{RowSink, SinkError},
    },
};
use hashbrown::hash_map::Entry;
use northbound_types::{Day, Utc};

impl Tx {
    /// Counts a row of the current source; gives its provenance.
    fn next_row(&mut self) -> Result<Provenance, LedgerError> {
        let source = self.source()?;
        self.count_row()?;
        self.bound_texts()?;
        Ok(Provenance { recorded: self.now, source })
    }

    fn day_buffer(
        &mut self,
        table: Table,
        received: i64,
    ) -> Result<((Table, Day), &mut Buffer), LedgerError> {
        let key = (table, Utc(received).day());
        let buffer = match self.days.entry(key) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(new) => {
                self.source_days.insert(key.1);
                if self.source_days.len() > SOURCE_DAYS {
                    return Err(LedgerError::Limit {
                        what: "days on which messages of one source file were received (split the file)",
                        value: self.source_days.len() as u64,
                        limit: SOURCE_DAYS as u64,
                    });
                }
                new.insert(Buffer::new(table))
            }
        };
        Ok((key, buffer))
    }
}

impl RowSink for Tx {
    fn exchange(&mut self, r: &ExchangeRow<'_>) -> Result<(), SinkError> {
        let by = self.next_row()?;
        let (key, b) = self.day_buffer(Table::Exchanges, r.received)?;
        fill::exchange(b, r, by);
        let rows = b.len();
        self.postings.post(r);
        self.note_counter(Table::Exchanges, r.counter as i64);
        Ok(self.after_row(key, rows)?)
    }

    fn alert(&mut self, r: &AlertRow<'_>) -> Result<(), SinkError> {
        let by = self.next_row()?;
        let (key, b) = self.day_buffer(Table::Alerts, r.received)?;
        fill::alert(b, r, by);
        let rows = b.len();
        self.note_counter(Table::Alerts, r.counter as i64);
        Ok(self.after_row(key, rows)?)
    }

    fn payload(&mut self, r: &PayloadRow<'_>) -> Result<(), SinkError> {
        let by = self.next_row()?;
        let (key, b) = self.day_buffer(Table::Payloads, r.received)?;
        fill::payload(b, r, by);
        let rows = b.len();
        self.note_counter(Table::Payloads, r.counter as i64);
        Ok(self.after_row(key, rows)?)
    }

    fn stated(&mut self, r: &StatedRow) -> Result<(), SinkError> {
        let by = self.next_row()?;
        fill::stated(&mut self.stated, r, by)?;
        self.note_counter(Table::Stated, 0);
        if self.stated.len() >= FILE_ROWS || self.stated.weight() >= FILE_TEXT {
            let full = std::mem::replace(&mut self.stated, Buffer::new(Table::Stated));
            self.send(full, None, false)?;
        }
        Ok(())
    }
}
