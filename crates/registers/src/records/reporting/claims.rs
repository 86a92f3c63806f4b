//! Statements about months ("below target 10 months in a row"), so that they can be checked against
//! the figures, and named when a reissue takes the ground from under them (X1, M11).

use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Identity, Index, Record, needed},
};
use northbound_types::{Period, Region};
use serde::{Deserialize, Serialize};

/// A statement, as it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Measure.
    pub measure: String,
    /// Provider.
    pub provider: String,
    /// Region.
    pub region: Region,
    /// The last month that it speaks of.
    pub until: Period,
    /// The statement, such as `below target 10 months in a row`.
    pub text: String,
    /// Who makes it.
    pub source: String,
    /// In which document; empty where unknown.
    pub document: String,
    /// Where in it; empty where unknown.
    pub place: String,
}

impl Record for Claim {
    const NOUN: Noun = Noun::Claim;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        crate::records::on_figure(&self.measure, &self.provider, self.region, self.until)
    }
    fn check(&self) -> Result<(), RegisterError> {
        crate::records::check_figure(Noun::Claim, &self.measure, &self.provider)?;
        needed(Noun::Claim, "text", &self.text)?;
        needed(Noun::Claim, "source", &self.source)
    }
}
