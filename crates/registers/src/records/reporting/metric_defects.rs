//! Defects of measures, for whoever reforms them (M16).

use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Identity, Index, Record, needed},
};
use northbound_types::Day;
use serde::{Deserialize, Serialize};

/// What is wrong with a measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricDefect {
    /// Measure.
    pub measure: String,
    /// What is wrong with it.
    pub what: String,
    /// What it leads to.
    pub effect: String,
    /// Who found it.
    pub found_by: String,
    /// When.
    pub on: Day,
    /// The change that is to mend it; empty where none is.
    pub change: String,
}

impl Record for MetricDefect {
    const NOUN: Noun = Noun::MetricDefect;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        Index { measure: Some(self.measure.clone()), ..Index::default() }.on(self.on)
    }
    fn check(&self) -> Result<(), RegisterError> {
        for (field, text) in
            [("measure", &self.measure), ("what", &self.what), ("found_by", &self.found_by)]
        {
            needed(Noun::MetricDefect, field, text)?;
        }
        Ok(())
    }
}
