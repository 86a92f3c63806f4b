//! The integration tests of this crate, in one program so that it is linked once.

mod books;
mod bounded;
mod collisions;
mod find;
mod journal;
mod journal_support;
mod ledger;
mod live;
mod live_support;
mod retention;
mod support;
