//! Attempts that an Allowed Exception takes out of numerator and denominator.

use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Identity, Imported, Index, Record, invalid, needed},
};
use northbound_types::{Period, Region};
use serde::{Deserialize, Serialize};

/// Attempts of one measure row in one period that do not count.
///
/// `northbound-measures` has the fields that it reads once more, checked and without the register
/// around them (its `inputs` say why); `northbound-packs` converts and keeps the two in step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllowedException {
    /// Measure.
    pub measure: String,
    /// Provider.
    pub provider: String,
    /// Region.
    pub region: Region,
    /// Period of the activity.
    pub period: Period,
    /// How many attempts.
    pub count: i64,
    /// How many of them had met the standard.
    pub met: i64,
    /// Which exception.
    pub reason: String,
}

impl Record for AllowedException {
    const NOUN: Noun = Noun::Exception;
    fn identity(&self) -> Identity {
        Identity::Content
    }
    fn index(&self) -> Index {
        Index {
            lookup: Some(self.about()),
            ..crate::records::on_figure(&self.measure, &self.provider, self.region, self.period)
        }
    }
    fn check(&self) -> Result<(), RegisterError> {
        crate::records::check_figure(Noun::Exception, &self.measure, &self.provider)?;
        needed(Noun::Exception, "reason", &self.reason)?;
        crate::records::not_negative(Noun::Exception, "count", self.count)?;
        crate::records::not_negative(Noun::Exception, "met", self.met)?;
        if self.met > self.count {
            return Err(invalid(
                Noun::Exception,
                "met",
                format!("({}) is more than count ({})", self.met, self.count),
            ));
        }
        Ok(())
    }
}

impl Imported for AllowedException {
    fn about(&self) -> String {
        format!(
            "{}|{}|{}|{}|{}",
            self.measure, self.provider, self.region, self.period, self.reason
        )
    }
}
