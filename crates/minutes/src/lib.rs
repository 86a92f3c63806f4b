//! Minutes of meetings: files are read into blocks, and blocks into findings (meetings, attendance,
//! decisions, actions). Bytes in, findings out: this crate opens no file, and what differs from one
//! series of meetings to the next (markers, spellings of ids, words) is handed in as a [`Grammar`].
//!
//! 1. A reader turns a file of any supported format into [`Source`]: the same blocks whatever the
//!    format ([`block`]).
//! 2. Finders look only at blocks and say what they found, where, and how sure that is ([`finding`]).
//! 3. Every block that is not blank ends as used, ignored by a named rule, or unread.

pub mod agenda;
pub mod block;
pub mod compose;
pub mod error;
pub mod finding;
pub mod grammar;

pub use block::Source;
pub use error::MinutesError;
pub use finding::Findings;
pub use grammar::Grammar;
