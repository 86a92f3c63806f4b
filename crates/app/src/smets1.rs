//! SMETS1: defects, eligible combinations of device models, mitigations, migration by week, and the
//! criteria for live services.

pub mod combinations;
pub mod criteria;
pub mod defects;
pub mod exposure;
pub mod migrations;
pub mod mitigations;
