//! The work of oversight bodies: actions, changes, Exceptional Events, decisions, documents, work
//! packages.

pub mod action_standing;
pub mod actions;
pub mod bodies;
pub mod cases;
pub mod changes;
pub mod decisions;
pub mod documents;
pub mod workpackages;
