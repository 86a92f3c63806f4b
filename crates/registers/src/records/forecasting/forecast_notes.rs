//! What was said beside forecasts: why none was submitted (F3: to learn from, not to punish), and
//! notice of exceptional demand under the other rule (MP160).

use crate::records::forecasting::forecasts::month;
use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Identity, Index, Record, needed},
};
use northbound_types::{Day, Eui64, ForecastKind, Period, Utc};
use serde::{Deserialize, Serialize};

/// Why a User submitted no forecast, as it told in a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForecastReason {
    /// Of what.
    pub kind: ForecastKind,
    /// Who.
    pub user: Eui64,
    /// Its party.
    pub party: String,
    /// The month without a forecast.
    pub period: Period,
    /// A code of the setting `forecast-reason-codes`.
    pub code: String,
    /// What was said; empty where nothing beside the code.
    pub text: String,
    /// What would help, in the User's words; empty where nothing was said.
    pub idea: String,
    /// Day of the contact.
    pub contacted: Day,
    /// By what means: a call, a mail, a meeting.
    pub channel: String,
    /// It agreed to be named to the group.
    pub agreed_to_be_named: bool,
}

impl Record for ForecastReason {
    const NOUN: Noun = Noun::ForecastReason;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        on(&self.party, self.period, &self.code)
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Self::NOUN, "party", &self.party)?;
        needed(Self::NOUN, "code", &self.code)?;
        month(Self::NOUN, self.period)
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        vec![(Noun::User, self.user.to_string()), (Noun::Party, self.party.clone())]
    }
    fn owner(&self) -> Option<Eui64> {
        Some(self.user)
    }
}

/// Notice of exceptional demand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForecastNotice {
    /// Of what.
    pub kind: ForecastKind,
    /// Who.
    pub user: Eui64,
    /// Its party.
    pub party: String,
    /// The month in question.
    pub period: Period,
    /// Requests expected.
    pub count: i64,
    /// What is expected and why; empty where nothing was said.
    pub text: String,
    /// When it was given. A User states no other time than the present.
    pub made: Utc,
}

impl Record for ForecastNotice {
    const NOUN: Noun = Noun::ForecastNotice;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        on(&self.party, self.period, self.kind.as_str())
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Self::NOUN, "party", &self.party)?;
        crate::records::not_negative(Self::NOUN, "count", self.count)?;
        month(Self::NOUN, self.period)
    }
    fn check_change(&self, id: &str, _before: &Self) -> Result<(), RegisterError> {
        Err(RegisterError::Frozen {
            noun: Self::NOUN,
            id: id.to_owned(),
            why: "a notice cannot be changed; give another".to_owned(),
        })
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        vec![(Noun::User, self.user.to_string()), (Noun::Party, self.party.clone())]
    }
    fn owner(&self) -> Option<Eui64> {
        Some(self.user)
    }
    fn dated(&self) -> Option<Utc> {
        Some(self.made)
    }
}

fn on(party: &str, period: Period, lookup: &str) -> Index {
    Index {
        party: Some(party.to_owned()),
        period: Some(period.to_string()),
        lookup: Some(lookup.to_owned()),
        from: Some(period.first().start()),
        to: Some(period.after().start()),
        ..Index::default()
    }
}

/// The secret under which Users have pseudonyms; the secretariat keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PseudonymKey {
    /// Random text.
    pub secret: String,
}

/// A party that nobody can act for, so that only staff see the record.
const NOBODY: &str = "(secretariat)";

impl Record for PseudonymKey {
    const NOUN: Noun = Noun::PseudonymKey;
    fn identity(&self) -> Identity {
        Identity::Given("pseudonym-key".to_owned())
    }
    fn index(&self) -> Index {
        Index { party: Some(NOBODY.to_owned()), ..Index::default() }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Self::NOUN, "secret", &self.secret)
    }
    fn check_change(&self, id: &str, _before: &Self) -> Result<(), RegisterError> {
        Err(RegisterError::Frozen {
            noun: Self::NOUN,
            id: id.to_owned(),
            why: "with another secret, documents made so far could not be read again".to_owned(),
        })
    }
}
