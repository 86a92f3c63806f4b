//! Reconciliation: two or more sources of counts compared key by key, each difference split into
//! causes with their evidence, and remembered from run to run.
//!
//! The sources are named neutrally: none of them is "the reference". A difference is always
//! `a − b`; its parts add up to it, and what nobody can explain is a part of its own. Where both
//! sides hold message identities, [`messages`] finds the messages behind a difference.
//!
//! Source of the rule: needs row R1; the practice of table-diff tools (keep each difference with
//! cause, owner and decision; until a decision picks a side, what is published is a null).

pub mod breaks;
pub mod causes;
pub mod counts;
pub mod hints;
pub mod keyspace;
pub mod known;
pub mod messages;
pub mod pairing;
pub mod report;
pub mod source;

#[cfg(test)]
mod tests_counts;
#[cfg(test)]
mod tests_messages;

pub use breaks::LevelShift;
pub use causes::{Cause, Strength};
pub use counts::{Options, reconcile};
pub use hints::{Basis, Hint};
pub use known::{Known, KnownNote, Recognised, Status, apply_known};
pub use messages::{Finding, Message, MessageTotals, Profile, measured_hints, reconcile_messages};
pub use report::{Line, Outcome, Pair, Part, Report, SourceInfo, Sum, Totals};
pub use source::{CountRow, Notes, Source};

/// Why sources could not be compared. Each message says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReconcileError {
    /// Fewer than two, or more than the limit.
    #[error("{0} sources given; reconcile takes 2 to {max}", max = source::MAX_SOURCES)]
    Sources(usize),
    /// Names decide the difference keys, so they must be there and differ.
    #[error("source name {0:?} is empty or given twice; give each source its own name")]
    Name(String),
    /// A chosen key that a source does not hold.
    #[error(
        "source {source_name:?} has no key {key:?}; it has: {has}. Choose keys that every source holds"
    )]
    NoKey {
        /// The source.
        source_name: String,
        /// The key asked for.
        key: String,
        /// The keys it has.
        has: String,
    },
    /// No key at all is common to the sources.
    #[error("the sources have no key in common; map their columns to the same names first")]
    NoCommonKey,
    /// A row with more or fewer values than the source has keys, or lacking one by name.
    #[error("source {source_name:?}, row {row}: {what}; it needs one value for each of: {keys}")]
    Row {
        /// The source.
        source_name: String,
        /// Row number in the order added, from 1.
        row: usize,
        /// What is wrong with it.
        what: String,
        /// The keys it should have.
        keys: String,
    },
    /// A negative tolerance or rounding.
    #[error(
        "source {0:?} states a negative tolerance or rounding; write it as a count of messages, 0 where exact"
    )]
    Tolerance(String),
    /// Sums beyond 64 bits.
    #[error("the counts of {0:?} add up to more than 64 bits hold; split the period")]
    Overflow(String),
    /// More distinct key values than a run can number.
    #[error("the values of the chosen keys need {0} bits together, over {max}; choose fewer keys", max = keyspace::MAX_KEY_BITS)]
    KeyBits(u32),
    /// A hint about a source or key set that is not compared.
    #[error("hint {label:?} {what}; give it for a compared source and the chosen keys")]
    Hint {
        /// The hint's label.
        label: String,
        /// What is wrong with it.
        what: String,
    },
    /// So many alternatives that they cannot all be tried.
    #[error("the hints allow {0} combinations of causes, over {max}; give fewer alternatives", max = hints::MAX_COMBINATIONS)]
    Combinations(usize),
    /// Messages not in the order of their identities.
    #[error("side {side}: message {id} comes after {after}; sort the messages by identity first")]
    Unsorted {
        /// `a` or `b`.
        side: &'static str,
        /// The message out of place.
        id: String,
        /// What came before it.
        after: String,
    },
    /// One identity held absurdly often.
    #[error("side {side}: message {id} is held more than {max} times; the identities of that source are broken", max = messages::MAX_COPIES)]
    Copies {
        /// `a` or `b`.
        side: &'static str,
        /// The identity.
        id: String,
    },
}
