//! What the coverage database predicts.

use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Identity, Imported, Index, Record, needed, ordered},
};
use northbound_types::{Day, Region};
use serde::{Deserialize, Serialize};

/// A prediction for one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoveragePrediction {
    /// The hub or the place, as its source names it.
    pub place: String,
    /// Region.
    pub region: Region,
    /// Provider.
    pub provider: String,
    /// First day for which it is predicted.
    pub from: Day,
    /// Last day, inclusive; null where open.
    pub to: Option<Day>,
    /// Coverage promised.
    pub covered: bool,
    /// In words; may be empty.
    pub note: String,
}

impl Record for CoveragePrediction {
    const NOUN: Noun = Noun::Coverage;
    fn identity(&self) -> Identity {
        Identity::Content
    }
    fn index(&self) -> Index {
        Index {
            provider: Some(self.provider.clone()),
            region: Some(self.region),
            lookup: Some(self.about()),
            ..Index::default()
        }
        .days(self.from, self.to)
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Coverage, "place", &self.place)?;
        needed(Noun::Coverage, "provider", &self.provider)?;
        ordered(Noun::Coverage, &self.from, self.to.as_ref())
    }
}

impl Imported for CoveragePrediction {
    fn about(&self) -> String {
        format!("{}|{}|{}", self.place, self.provider, self.from)
    }
}
