//! What a reader of records writes to.

use crate::tables::rows::{AlertRow, ExchangeRow, PayloadRow, StatedRow};

/// Why a sink would not take a row: a full disk, for one. Never a bad row: those are the reader's.
pub type SinkError = Box<dyn std::error::Error + Send + Sync>;

/// Takes rows as a reader finds them.
pub trait RowSink {
    /// One exchange.
    ///
    /// # Errors
    /// When the row cannot be stored.
    fn exchange(&mut self, row: &ExchangeRow<'_>) -> Result<(), SinkError>;
    /// One alert.
    ///
    /// # Errors
    /// When the row cannot be stored.
    fn alert(&mut self, row: &AlertRow<'_>) -> Result<(), SinkError>;
    /// One firmware payload.
    ///
    /// # Errors
    /// When the row cannot be stored.
    fn payload(&mut self, row: &PayloadRow<'_>) -> Result<(), SinkError>;
    /// One stated figure.
    ///
    /// # Errors
    /// When the row cannot be stored.
    fn stated(&mut self, row: &StatedRow) -> Result<(), SinkError>;
}
