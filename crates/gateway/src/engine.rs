//! The engine: one thread owns the journal and the core. Inputs are gathered into a batch, stamped,
//! appended, synced once, and applied in order; only then do their effects happen. Nothing is acknowledged before
//! it has been synced.

mod effects;
mod mailbox;
pub mod offline;
mod recover;
mod run;
#[cfg(test)]
mod tests;

pub use effects::EffectSinks;
pub use mailbox::{Call, Handle, Notification, Outcome, Unavailable};
pub(crate) use recover::replay;
pub use recover::{Opened, Recovery, open};
pub use run::{Engine, Parts};

/// Inputs of one batch. More wait for the next sync.
pub const BATCH: usize = 2_048;
/// Requests that may wait for the engine; the next one is told to come later.
pub const WAITING_REQUESTS: usize = 16_384;
/// Inputs of the network and of deliveries that may wait for the engine; their senders then wait.
pub const WAITING_EVENTS: usize = 65_536;
