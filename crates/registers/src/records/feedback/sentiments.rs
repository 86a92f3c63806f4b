//! What parties say of the service (M15) and what they complain of (M13). Both belong to the party:
//! others see only counts by class.

use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Identity, Index, Record, needed},
};
use northbound_types::{Day, Period, Region, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How a party finds the service.
    pub enum Mood("sentiment") {
        /// Poor.
        Poor = "poor",
        /// Neither.
        Fair = "fair",
        /// Good.
        Good = "good",
    }
}

/// What one party says of one region in one month. Said again, it replaces what was said before, so
/// that each party counts once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentiment {
    /// Party.
    pub party: String,
    /// Region; `none`: the service as a whole.
    pub region: Region,
    /// Month.
    pub period: Period,
    /// How it finds the service.
    pub mood: Mood,
    /// In its own words; never published. May be empty.
    pub text: String,
    /// How it was asked.
    pub source: String,
}

impl Sentiment {
    /// The id of what a party says of a region in a month.
    #[must_use]
    pub fn id_of(party: &str, region: Region, period: Period) -> String {
        format!("{party}|{region}|{period}")
    }
}

impl Record for Sentiment {
    const NOUN: Noun = Noun::Sentiment;
    fn identity(&self) -> Identity {
        Identity::Given(Self::id_of(&self.party, self.region, self.period))
    }
    fn index(&self) -> Index {
        Index {
            party: Some(self.party.clone()),
            region: Some(self.region),
            period: Some(self.period.to_string()),
            ..Index::default()
        }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Sentiment, "party", &self.party)?;
        needed(Noun::Sentiment, "source", &self.source)?;
        match self.period {
            Period::Month(..) => Ok(()),
            Period::Quarter(..) | Period::Day(_) => Err(crate::record::invalid(
                Noun::Sentiment,
                "period",
                format!(
                    "({}) is not a month such as 2026-04; each party counts once per month",
                    self.period
                ),
            )),
        }
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        vec![(Noun::Party, self.party.clone())]
    }
}

/// A complaint, and who heard it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complaint {
    /// The party that complains.
    pub party: String,
    /// Region; `none`: none is named.
    pub region: Region,
    /// When.
    pub on: Day,
    /// Who was told: a body or provider.
    pub heard_by: String,
    /// Of what.
    pub text: String,
    /// Document or place; empty where not known.
    pub source: String,
}

impl Record for Complaint {
    const NOUN: Noun = Noun::Complaint;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        Index { party: Some(self.party.clone()), region: Some(self.region), ..Index::default() }
            .on(self.on)
    }
    fn check(&self) -> Result<(), RegisterError> {
        for (field, text) in
            [("party", &self.party), ("heard_by", &self.heard_by), ("text", &self.text)]
        {
            needed(Noun::Complaint, field, text)?;
        }
        Ok(())
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        vec![(Noun::Party, self.party.clone())]
    }
}
