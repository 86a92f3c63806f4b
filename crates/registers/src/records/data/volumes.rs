//! What others counted: totals by User, service and month where the ledger does not hold the messages
//! (certificate requests, say), and corrections, which may be negative (R8).

use crate::records::forecasting::forecasts::{month, service};
use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Identity, Imported, Index, Record, invalid, needed},
};
use northbound_types::{Eui64, ForecastKind, Period, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a count is.
    pub enum Counted("kind of count") {
        /// All of the month.
        Total = "total",
        /// To be added to what is otherwise known; negative where too much was counted.
        Correction = "correction",
    }
}

/// A count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// Of what.
    pub kind: ForecastKind,
    /// Whose.
    pub user: Eui64,
    /// The party of the User.
    pub party: String,
    /// Service Reference Variant; `single` or `batched` for certificate requests.
    pub srv: String,
    /// Mode; empty for certificate requests.
    pub mode: String,
    /// Month.
    pub period: Period,
    /// All of it, or a correction.
    pub counted: Counted,
    /// How many.
    pub count: i64,
    /// What tells one correction from another; empty for a total.
    pub reference: String,
}

impl Record for Volume {
    const NOUN: Noun = Noun::Volume;
    fn identity(&self) -> Identity {
        Identity::Content
    }
    fn index(&self) -> Index {
        Index {
            party: Some(self.party.clone()),
            period: Some(self.period.to_string()),
            lookup: Some(self.about()),
            from: Some(self.period.first().start()),
            to: Some(self.period.after().start()),
            ..Index::default()
        }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Volume, "party", &self.party)?;
        service(Noun::Volume, self.kind, &self.srv, &self.mode)?;
        month(Noun::Volume, self.period)?;
        match self.counted {
            Counted::Correction if self.reference.trim().is_empty() => Err(invalid(
                Noun::Volume,
                "reference",
                "is empty; a correction needs one, to distinguish it from others",
            )),
            Counted::Total if !self.reference.is_empty() => Err(invalid(
                Noun::Volume,
                "reference",
                "is given, but a total has none; a second total of the same thing would contradict the first",
            )),
            _ => Ok(()),
        }
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        vec![(Noun::User, self.user.to_string()), (Noun::Party, self.party.clone())]
    }
    fn owner(&self) -> Option<Eui64> {
        Some(self.user)
    }
}

impl Imported for Volume {
    fn about(&self) -> String {
        format!(
            "{}|{}|{}|{}|{}|{}|{}",
            self.kind, self.user, self.srv, self.mode, self.period, self.counted, self.reference
        )
    }
}
