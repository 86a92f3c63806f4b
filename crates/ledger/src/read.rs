//! Reading the ledger as at a time.

pub mod alerts;
pub mod collisions;
pub mod content;
pub mod counts;
pub mod payloads;
pub mod snapshot;
pub mod stated;
pub mod storms;
pub mod unverified;

mod traffic;

pub(crate) mod batches;
pub(crate) mod texts;
pub(crate) mod visible;
