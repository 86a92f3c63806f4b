//! Migration of SMETS1 installations by week: what is planned, what was done, what is capped. Active
//! and dormant ones are apart and never added (D14).

use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Identity, Imported, Index, Record, invalid, needed},
};
use northbound_types::{Day, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a week's number is.
    pub enum MigrationKind("kind of migration number") {
        /// Planned in that week.
        Plan = "plan",
        /// Planned in all by the end of that week, the weeks before not told.
        Due = "due",
        /// Migrated in that week.
        Actual = "actual",
        /// Most that may be migrated in a week, from that week on.
        Cap = "cap",
    }
}

text_enum! {
    /// Does the meter still talk to its supplier?
    pub enum MeterStatus("status of an installation") {
        /// It does.
        Active = "active",
        /// It lost its smart service.
        Dormant = "dormant",
    }
}

/// Installations of one status in one week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationWeek {
    /// Plan, due, actual or cap.
    pub kind: MigrationKind,
    /// Cohort (`IOC`, `MOC`, `FOC`).
    pub cohort: String,
    /// Combination; empty where the number is for the whole cohort.
    pub combination: String,
    /// Active or dormant.
    pub status: MeterStatus,
    /// The Monday of the week.
    pub week: Day,
    /// Installations.
    pub count: i64,
    /// Who says so.
    pub source: String,
    /// In words; may be empty.
    pub note: String,
}

/// The Monday of the week that a day lies in.
#[must_use]
pub fn monday(day: Day) -> Day {
    day.plus(-i32::from(day.date().weekday().to_monday_zero_offset()))
}

impl Record for MigrationWeek {
    const NOUN: Noun = Noun::Migration;
    fn identity(&self) -> Identity {
        Identity::Content
    }
    fn index(&self) -> Index {
        Index { lookup: Some(self.about()), ..Index::default() }
            .days(self.week, Some(self.week.plus(6)))
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Migration, "cohort", &self.cohort)?;
        needed(Noun::Migration, "source", &self.source)?;
        crate::records::not_negative(Noun::Migration, "count", self.count)?;
        let first = monday(self.week);
        if first != self.week {
            return Err(invalid(
                Noun::Migration,
                "week",
                format!("({}) is not a Monday; it is in the week of {first}", self.week),
            ));
        }
        Ok(())
    }
}

impl Imported for MigrationWeek {
    /// A later number for the same week restates it.
    fn about(&self) -> String {
        format!("{}|{}|{}|{}|{}", self.kind, self.cohort, self.combination, self.status, self.week)
    }
}
