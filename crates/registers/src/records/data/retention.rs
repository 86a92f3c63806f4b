//! Decisions on how long something is kept.

use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Identity, Index, Record, invalid, needed, ordered},
};
use northbound_types::{Day, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How much is kept.
    pub enum Kind("kind of retention") {
        /// Headers and hashes; the default.
        Headers = "headers",
        /// Message bodies too; only on request.
        Bodies = "bodies",
    }
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// What it is about: a table, a register or a feed. One decision each.
    pub what: String,
    /// How much is kept.
    pub keep: Kind,
    /// For how many months after the month of receipt; null: without end.
    pub months: Option<i64>,
    /// First day on which the decision holds.
    pub from: Day,
    /// Last day, inclusive; null while it holds.
    pub to: Option<Day>,
    /// Who decided.
    pub decided_by: String,
    /// Why, and on what ground.
    pub ground: String,
}

/// The longest retention that can be asked for, months: a hundred years.
pub const MAX_MONTHS: i64 = 1_200;

impl Record for Retention {
    const NOUN: Noun = Noun::Retention;
    fn identity(&self) -> Identity {
        Identity::Given(self.what.clone())
    }
    fn index(&self) -> Index {
        Index::default().days(self.from, self.to)
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Retention, "what", &self.what)?;
        needed(Noun::Retention, "decided_by", &self.decided_by)?;
        needed(Noun::Retention, "ground", &self.ground)?;
        if self.months.is_some_and(|m| !(0..=MAX_MONTHS).contains(&m)) {
            return Err(invalid(
                Noun::Retention,
                "months",
                format!("must be 0 to {MAX_MONTHS}, or null for no limit"),
            ));
        }
        ordered(Noun::Retention, &self.from, self.to.as_ref())
    }
}
