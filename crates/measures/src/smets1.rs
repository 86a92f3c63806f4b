//! SMETS1 testing and migration: installations exposed to a defect, defects against the number expected,
//! installations against a baseline.

pub mod expectation;
pub mod exposure;
pub mod install_index;
