//! Methodology to figures: pure functions
pub mod reconcile;
