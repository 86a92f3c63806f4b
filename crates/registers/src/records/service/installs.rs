//! Installation counts as somebody states them (S2): a series with its source and coverage, so that
//! a change of either is seen before two counts are compared.

use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Identity, Index, Record, needed},
};
use northbound_types::{Period, Region};
use serde::{Deserialize, Serialize};

/// Installations of one period in one region, by one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstallCount {
    /// Who states it.
    pub source: String,
    /// Period.
    pub period: Period,
    /// Region; `none`: all.
    pub region: Region,
    /// How many.
    pub count: i64,
    /// Whom or what it counts, in words: `large suppliers, SMETS2 only`.
    pub coverage: String,
    /// What broke the series with this period (a new method, a new system); empty where nothing did.
    pub series_break: String,
    /// Document and place; empty where not known.
    pub place: String,
}

impl Record for InstallCount {
    const NOUN: Noun = Noun::Install;
    fn identity(&self) -> Identity {
        Identity::Given(format!("{}|{}|{}", self.source, self.period, self.region))
    }
    fn index(&self) -> Index {
        Index {
            region: Some(self.region),
            period: Some(self.period.to_string()),
            lookup: Some(self.source.clone()),
            ..Index::default()
        }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Install, "source", &self.source)?;
        needed(Noun::Install, "coverage", &self.coverage)?;
        crate::records::not_negative(Noun::Install, "count", self.count)
    }
}
