//! DUIS messages as a User's adaptor archives them: a folder, zip or tar of XML, read message by
//! message and put together into exchanges, alerts and firmware payloads.
//!
//! A User's archive knows what that User sent and was sent. It does not know when the service
//! received a request or when the regional network had it: those times stay empty, and the time
//! of a request comes from one of [`TimeBasis`], which the summary counts.

mod alerts;
mod archive;
mod assemble;
mod container;
mod error;
mod exchange;
mod inventory;
mod outcome;
mod record;
mod spill;
mod split;

#[cfg(test)]
mod tests;

pub use archive::{Entry, Item, ReadOptions, ReadSummary, Reject, read_archive};
pub use assemble::{ArchiveSink, Orphan, Summary, assemble};
pub use error::ArchiveError;
pub use inventory::{DeviceInfo, Inventory};
pub use outcome::{AssembleOptions, ThrottledCount};
pub use record::TimeBasis;
