//! Parties, people and bodies, and the nominated contacts of each party.

pub mod contacts;
pub mod names;
pub mod parties;
