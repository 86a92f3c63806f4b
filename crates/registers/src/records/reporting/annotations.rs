//! Remarks on a stretch of time, such as a pandemic (R10). Marked months are never dropped.

use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Identity, Index, Record, needed, ordered},
};
use northbound_types::Day;
use serde::{Deserialize, Serialize};

/// A remark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// First day.
    pub from: Day,
    /// Last day, inclusive; null while it lasts.
    pub to: Option<Day>,
    /// In a few words, for charts.
    pub title: String,
    /// In full.
    pub text: String,
    /// Who says so, where.
    pub source: String,
}

impl Record for Annotation {
    const NOUN: Noun = Noun::Annotation;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        Index::default().days(self.from, self.to)
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Annotation, "title", &self.title)?;
        needed(Noun::Annotation, "source", &self.source)?;
        ordered(Noun::Annotation, &self.from, self.to.as_ref())
    }
}
