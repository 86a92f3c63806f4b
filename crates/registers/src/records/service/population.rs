//! How many devices there were, by day.

use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Identity, Imported, Index, Record, needed},
};
use northbound_types::{Day, Generation, Region};
use serde::{Deserialize, Serialize};

/// Devices of one kind in one region on one day.
///
/// `northbound-measures` has the fields that it reads once more, checked and without the register
/// around them (its `inputs` say why); `northbound-packs` converts and keeps the two in step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PopulationDay {
    /// Day.
    pub day: Day,
    /// Region.
    pub region: Region,
    /// Generation.
    pub generation: Generation,
    /// Device type, such as `ESME`.
    pub device_type: String,
    /// Status, such as `commissioned`.
    pub status: String,
    /// How many.
    pub count: i64,
}

impl Record for PopulationDay {
    const NOUN: Noun = Noun::Population;
    fn identity(&self) -> Identity {
        Identity::Content
    }
    fn index(&self) -> Index {
        Index { region: Some(self.region), lookup: Some(self.about()), ..Index::default() }
            .on(self.day)
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Population, "device_type", &self.device_type)?;
        needed(Noun::Population, "status", &self.status)?;
        crate::records::not_negative(Noun::Population, "count", self.count)
    }
}

impl Imported for PopulationDay {
    fn about(&self) -> String {
        format!(
            "{}|{}|{}|{}|{}",
            self.day, self.region, self.generation, self.device_type, self.status
        )
    }
}
