//! From rows to counts and histograms, and from a count back to its messages.

pub mod drill;
pub mod judge;
pub mod judged;

pub(crate) mod kernel;
pub(crate) mod rollup;
