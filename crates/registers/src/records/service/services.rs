//! Down times and planned maintenance, in whole minutes.

use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Identity, Imported, Index, Record, invalid, needed},
};
pub use northbound_types::ServiceKind;
use northbound_types::Utc;
use serde::{Deserialize, Serialize};

/// Microseconds in a minute.
pub const MINUTE_US: i64 = 60_000_000;

/// A stretch of time of one service.
///
/// `northbound-measures` has the fields that it reads once more, checked and without the register
/// around them (its `inputs` say why); `northbound-packs` converts and keeps the two in step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceInterval {
    /// The service's name.
    pub service: String,
    /// Start, a whole minute in UTC.
    pub from: Utc,
    /// End (half-open), a whole minute in UTC; null while it lasts.
    pub to: Option<Utc>,
    /// Down or planned.
    pub kind: ServiceKind,
    /// Incident or change that it belongs to; empty where none.
    pub reference: String,
    /// In words; may be empty.
    pub note: String,
}

impl Record for ServiceInterval {
    const NOUN: Noun = Noun::Service;
    fn identity(&self) -> Identity {
        Identity::Content
    }
    fn index(&self) -> Index {
        Index { lookup: Some(self.about()), from: Some(self.from), to: self.to, ..Index::default() }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Service, "service", &self.service)?;
        for (field, at) in [("from", Some(self.from)), ("to", self.to)] {
            if at.is_some_and(|t| t.0.rem_euclid(MINUTE_US) != 0) {
                return Err(invalid(
                    Noun::Service,
                    field,
                    "is not on a whole minute; downtime is recorded in whole minutes, as in the contract",
                ));
            }
        }
        if self.to.is_some_and(|t| t <= self.from) {
            return Err(invalid(
                Noun::Service,
                "to",
                "is not after from; an interval has at least one minute",
            ));
        }
        Ok(())
    }
}

impl Imported for ServiceInterval {
    /// One outage is known by when it began: a later statement of its end restates it.
    fn about(&self) -> String {
        format!("{}|{}|{}", self.service, self.kind, self.from)
    }
}
