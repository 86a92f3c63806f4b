//! Rows that are not in the ledger yet, with the columns that they will have there.

use crate::{
    error::{LedgerError, ar},
    read::{batches::Batch, texts::texts},
    tables::{
        buffer::Buffer,
        fill::{self, Provenance},
        rows::{AlertRow, DeliveryRow, ExchangeRow},
        schema::Table,
    },
};
use northbound_types::Utc;
use std::{collections::BTreeMap, path::Path};

/// Column and value of a row.
type Columns = BTreeMap<&'static str, String>;

/// An exchange as a row of the ledger, without the columns that say where the row is.
///
/// # Errors
/// Where it cannot be laid out: a fault of the program.
pub fn exchange(row: &ExchangeRow<'_>) -> Result<Columns, LedgerError> {
    laid_out(Table::Exchanges, |b, by| fill::exchange(b, row, by))
}

/// An alert, likewise.
///
/// # Errors
/// As [`exchange`].
pub fn alert(row: &AlertRow<'_>) -> Result<Columns, LedgerError> {
    laid_out(Table::Alerts, |b, by| fill::alert(b, row, by))
}

/// An attempt to deliver, likewise.
///
/// # Errors
/// As [`exchange`].
pub fn delivery(row: &DeliveryRow<'_>) -> Result<Columns, LedgerError> {
    laid_out(Table::Deliveries, |b, by| fill::delivery(b, row, by))
}

fn laid_out(
    table: Table,
    fill: impl FnOnce(&mut Buffer, Provenance),
) -> Result<Columns, LedgerError> {
    let mut buffer = Buffer::new(table);
    fill(&mut buffer, Provenance { recorded: Utc(0), source: 0 });
    let batch = ar(Path::new("(a row that is not committed yet)"), buffer.batch(0, 1))?;
    let mut columns = texts(table, &Batch::over(&batch, &[]), &[0]).pop().unwrap_or_default();
    for provenance in ["recorded", "source", "place"] {
        columns.remove(provenance);
    }
    Ok(columns)
}
