//! Methodology to figures: pure functions from counts, intervals, populations and stated figures
//! to figures. No I/O, no clock, no randomness; the as-at time is an argument.
//!
//! Each rule is described in `docs/measures.md` with its source.

pub mod error;
pub mod evaluate;
pub mod forecast;
pub mod incidents;
pub mod inputs;
pub mod notes;
pub mod oversight;
pub mod reconcile;
pub mod result;
pub mod settings;
pub mod smets1;
pub mod statistics;
pub mod views;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests_properties;

pub use error::MeasureError;
pub use evaluate::evaluate;
pub use inputs::Inputs;
pub use result::MeasureResult;
pub use settings::Settings;
