//! The engine: one thread owns the journal and the core. Inputs are gathered into a batch, stamped,
//! appended, synced once, applied in their order; only then are their effects carried out. What has
//! not been synced is answered to nobody.

mod carry;
mod mailbox;
mod recover;
mod run;
#[cfg(test)]
mod tests;

pub use carry::Outward;
pub use mailbox::{Back, Front, Handle, Said};
pub(crate) use recover::replay;
pub use recover::{Opened, Recovery, open};
pub use run::{Engine, Parts};

/// Inputs of one batch. More wait for the next sync.
pub const BATCH: usize = 2_048;
/// Requests that may wait for the engine; the next one is told to come later.
pub const WAITING_REQUESTS: usize = 16_384;
/// Inputs of the network and of deliveries that may wait for the engine; their senders then wait.
pub const WAITING_EVENTS: usize = 65_536;
