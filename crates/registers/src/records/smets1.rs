//! SMETS1 testing and migration: defects, device model combinations, Live Services Criteria,
//! mitigations, migration by week.

pub mod combinations;
pub mod criteria;
pub mod defects;
pub mod migrations;
pub mod mitigations;
pub mod occurrences;
