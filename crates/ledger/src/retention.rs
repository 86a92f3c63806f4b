//! Which versions of the ledger are deleted, and the record of those that were.
//!
//! A service that commits every few seconds would fill its disk with manifests and with files of open
//! rows that only those manifests name. So old live commits are deleted: never another kind of commit,
//! the newest version, the last one of a day, or a version that something cites. Each deleted range
//! leaves a line in a list, which the next commit seals; so the chain can still be verified across it,
//! and a query as at a time inside it is refused instead of being answered from an older version.

mod prune;
pub(crate) mod ranges;
mod removal;

#[cfg(test)]
mod tests;

pub use prune::{Pruned, RetentionPolicy, prune};
pub use ranges::{PrunedRange, pruned_ranges};
