//! Writing: transactions that become one new version or none, for source files and the live service.

pub mod live;

mod identity;
mod postings;
pub(crate) mod tx;
