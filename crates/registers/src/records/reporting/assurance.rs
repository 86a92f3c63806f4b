//! How far a figure can be relied on, and who says so (M8).

use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Identity, Index, Record, needed},
};
use northbound_types::{Period, Region, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How sure somebody is.
    pub enum Status("assurance status") {
        /// Asked, and not answered.
        Unconfirmed = "unconfirmed",
        /// Its source says that it is right.
        Confirmed = "confirmed",
        /// Somebody other than its source has checked it.
        Assured = "assured",
    }
}

/// The standing of one figure. One record a figure; its history tells each step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assurance {
    /// Measure.
    pub measure: String,
    /// Provider.
    pub provider: String,
    /// Region.
    pub region: Region,
    /// Period.
    pub period: Period,
    /// Status.
    pub status: Status,
    /// What was checked, and against what.
    pub what: String,
    /// Who says so.
    pub said_by: String,
}

impl Assurance {
    /// The id of the record for a figure.
    #[must_use]
    pub fn id_of(measure: &str, provider: &str, region: Region, period: Period) -> String {
        format!("{measure}|{provider}|{region}|{period}")
    }
}

impl Record for Assurance {
    const NOUN: Noun = Noun::Assurance;
    fn identity(&self) -> Identity {
        Identity::Given(Self::id_of(&self.measure, &self.provider, self.region, self.period))
    }
    fn index(&self) -> Index {
        crate::records::on_figure(&self.measure, &self.provider, self.region, self.period)
    }
    fn check(&self) -> Result<(), RegisterError> {
        crate::records::check_figure(Noun::Assurance, &self.measure, &self.provider)?;
        needed(Noun::Assurance, "what", &self.what)?;
        needed(Noun::Assurance, "said_by", &self.said_by)
    }
}
