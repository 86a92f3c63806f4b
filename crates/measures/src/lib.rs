//! Methodology to figures: pure functions
