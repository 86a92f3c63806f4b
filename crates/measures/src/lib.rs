//! Methodology to figures: pure functions from counts, intervals, populations and stated figures
//! to figures. No I/O, no clock, no randomness; the as-at time is an argument.
//!
//! Each rule stands in `docs/measures.md` with its source.

pub mod availability;
pub mod bands;
pub mod claims;
pub mod compare;
pub mod composite;
pub mod contacts;
pub mod contribution;
pub mod correlation;
pub mod counting;
pub mod coverage;
pub mod diff;
pub mod error;
pub mod evaluate;
pub mod event;
pub mod evidence;
pub mod exact;
pub mod expectation;
pub mod explanations;
pub mod exposure;
pub mod forecast;
pub mod hubs;
pub mod incident_books;
pub mod incident_clock;
pub mod incident_reports;
pub mod incident_response;
pub mod incidents;
pub mod inputs;
pub mod install_index;
pub mod interval;
pub mod latency;
pub mod observation;
pub mod outage;
pub mod payloads;
pub mod process;
pub mod reconcile;
pub mod registration;
pub mod result;
pub mod sampling;
pub mod sentiment;
pub mod settings;
pub mod slices;
pub mod stated;
pub mod streaks;
pub mod tension;
pub mod two_samples;
pub mod volumes;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests_evaluate;
#[cfg(test)]
mod tests_properties;

pub use error::MeasureError;
pub use evaluate::evaluate;
pub use inputs::Inputs;
pub use result::MeasureResult;
pub use settings::Settings;
