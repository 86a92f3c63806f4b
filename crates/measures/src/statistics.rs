//! Exact arithmetic and statistics without floating point: rationals, intervals, comparisons of two
//! samples, percentiles from histograms.

pub mod correlation;
pub mod exact;
pub mod interval;
pub mod latency;
pub mod sampling;
pub mod two_samples;
