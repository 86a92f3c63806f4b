//! The interface that readers of records write to.

use crate::tables::rows::{AlertRow, ExchangeRow, PayloadRow, StatedRow};

/// Why a sink could not store a row, such as a full disk. Bad rows are the reader's to reject.
pub type SinkError = Box<dyn std::error::Error + Send + Sync>;

/// Accepts rows from a reader.
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
