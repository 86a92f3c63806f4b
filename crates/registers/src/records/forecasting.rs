//! Forecasts as submitted, and the notes beside them.

pub mod forecast_notes;
pub mod forecasts;
