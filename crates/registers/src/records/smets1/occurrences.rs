//! Erroneous events by month, as counted by somebody, to be held against what is expected (D7).

use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Identity, Index, Record, invalid, needed},
    records::smets1::defects::Unit,
};
use northbound_types::{Day, Period};
use serde::{Deserialize, Serialize};

/// The events of one month, in one unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrence {
    /// The defect behind them.
    pub defect: String,
    /// Month.
    pub month: Period,
    /// Alerts or failures: they are never added.
    pub unit: Unit,
    /// How many.
    pub count: i64,
    /// Last day counted, where the month is not over; null: the whole month.
    pub to: Option<Day>,
    /// Who counted.
    pub source: String,
}

impl Record for Occurrence {
    const NOUN: Noun = Noun::Occurrence;
    fn identity(&self) -> Identity {
        Identity::Given(format!("{}|{}|{}", self.defect, self.month, self.unit))
    }
    fn index(&self) -> Index {
        Index {
            period: Some(self.month.to_string()),
            lookup: Some(self.defect.clone()),
            ..Index::default()
        }
        .days(self.month.first(), Some(self.month.after().plus(-1)))
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Occurrence, "source", &self.source)?;
        crate::records::not_negative(Noun::Occurrence, "count", self.count)?;
        if !matches!(self.month, Period::Month(..)) {
            return Err(invalid(
                Noun::Occurrence,
                "month",
                format!("is {}; write a calendar month, such as 2020-05", self.month),
            ));
        }
        match self.to {
            Some(t) if !self.month.contains(t) => {
                Err(invalid(Noun::Occurrence, "to", format!("({t}) is outside {}", self.month)))
            }
            _ => Ok(()),
        }
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        vec![(Noun::Defect, self.defect.clone())]
    }
}
