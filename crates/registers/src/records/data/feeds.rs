//! Feeds with what is expected of them, and their known faults (M9).

use crate::{
    error::RegisterError,
    gate::{Gate, Receipt, Write},
    noun::Noun,
    record::{Identity, Index, Record, invalid, needed, ordered},
};
pub use northbound_types::Severity;
use northbound_types::{Day, Region, text_enum, workdays::Calendar};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

text_enum! {
    /// On which days something must come.
    pub enum Expected("expected calendar") {
        /// Every day.
        Daily = "daily",
        /// Every Working Day of the calendar in force.
        WorkingDays = "working-days",
        /// Once for each month: stands for the month's first day.
        Monthly = "monthly",
        /// On the days listed in `days`.
        Days = "days",
    }
}

/// A feed: somebody who sends us something again and again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    /// Name, as in the rows that it brings.
    pub id: String,
    /// In words.
    pub title: String,
    /// The provider that it reports for; null where it reports for all.
    pub provider: Option<String>,
    /// The region that it reports for; null where for all.
    pub region: Option<Region>,
    /// What it brings: `messages`, `tests`, `services`, `alerts`, `payloads`, `hubs`, `population`, `incidents`, `figures`.
    pub brings: Vec<String>,
    /// Measures that rest on it beside those that `brings` tells.
    pub measures: Vec<String>,
    /// Declared rank: of two records that contradict each other the one of the lower rank counts.
    pub rank: i64,
    /// When something must come.
    pub calendar: Expected,
    /// The days, where the calendar is `days`.
    pub days: BTreeSet<Day>,
    /// First day on which something is expected.
    pub from: Day,
    /// Last day, inclusive; null while it runs.
    pub to: Option<Day>,
    /// Who fixes it: a body or a role, not a person's name.
    pub owner: String,
}

impl Feed {
    /// The days of `first..after` on which it must bring something. Silence does not shorten the
    /// list: it comes from the calendar, never from what arrived.
    #[must_use]
    pub fn expected(&self, first: Day, after: Day, calendar: &Calendar) -> BTreeSet<Day> {
        (first.0..after.0)
            .map(Day)
            .filter(|d| *d >= self.from && self.to.is_none_or(|t| *d <= t))
            .filter(|d| match self.calendar {
                Expected::Daily => true,
                Expected::WorkingDays => calendar.is_working(*d),
                Expected::Monthly => d.month().first() == *d,
                Expected::Days => self.days.contains(d),
            })
            .collect()
    }
}

impl Record for Feed {
    const NOUN: Noun = Noun::Feed;
    fn identity(&self) -> Identity {
        Identity::Given(self.id.clone())
    }
    fn index(&self) -> Index {
        Index { provider: self.provider.clone(), region: self.region, ..Index::default() }
            .days(self.from, self.to)
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Feed, "id", &self.id)?;
        needed(Noun::Feed, "title", &self.title)?;
        needed(Noun::Feed, "owner", &self.owner)?;
        if self.brings.is_empty() {
            return Err(invalid(
                Noun::Feed,
                "brings",
                "is empty; give its contents, such as messages",
            ));
        }
        if (self.calendar == Expected::Days) == self.days.is_empty() {
            return Err(invalid(
                Noun::Feed,
                "days",
                "must be listed for the calendar `days`, and for no other",
            ));
        }
        ordered(Noun::Feed, &self.from, self.to.as_ref())
    }
}

/// A stretch of days on which a source was not to be trusted.
///
/// `northbound-measures` has the fields that it reads once more, checked and without the register
/// around them (its `inputs` say why); `northbound-packs` converts and keeps the two in step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The feed at fault.
    pub feed: Option<String>,
    /// The provider at fault: all that it reports.
    pub provider: Option<String>,
    /// First faulty day.
    pub from: Day,
    /// Last faulty day, inclusive; null while it lasts.
    pub to: Option<Day>,
    /// What is wrong.
    pub what: String,
    /// The change request that repairs it.
    pub change_request: Option<String>,
    /// How bad.
    pub severity: Severity,
    /// Measures hit; empty: every measure that rests on the feed or provider.
    pub measures: Vec<String>,
    /// Whose job the repair is.
    pub owner: Option<String>,
    /// Who reported it, or where it was said.
    pub reported_by: String,
    /// What ended it (a release, a notice); null while it lasts.
    pub closed_by: Option<String>,
}

impl Record for Fault {
    const NOUN: Noun = Noun::Fault;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        Index { provider: self.provider.clone(), lookup: self.feed.clone(), ..Index::default() }
            .days(self.from, self.to)
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Fault, "what", &self.what)?;
        needed(Noun::Fault, "reported_by", &self.reported_by)?;
        if self.feed.is_none() && self.provider.is_none() {
            return Err(invalid(
                Noun::Fault,
                "feed",
                "and provider are both missing; name at least one",
            ));
        }
        if self.closed_by.is_some() && self.to.is_none() {
            return Err(invalid(
                Noun::Fault,
                "to",
                "is missing, though the fault is closed; give its last day",
            ));
        }
        ordered(Noun::Fault, &self.from, self.to.as_ref())
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        self.feed.iter().map(|f| (Noun::Feed, f.clone())).collect()
    }
}

impl Gate<'_> {
    /// Ends a fault. `by` says what ended it, such as a release or a notice.
    ///
    /// # Errors
    /// As [`Gate::change`]; [`RegisterError::Frozen`] where it is closed already.
    pub fn close_fault(
        &self,
        id: &str,
        to: Day,
        by: &str,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        let mut write = write.clone();
        if write.reason.trim().is_empty() {
            by.clone_into(&mut write.reason);
        }
        self.update::<Fault>(id, &write, |f| {
            if let Some(by) = &f.closed_by {
                return Err(RegisterError::Frozen {
                    noun: Noun::Fault,
                    id: id.to_owned(),
                    why: format!("it was already closed, by {by}"),
                });
            }
            needed(Noun::Fault, "closed_by", by)?;
            f.to = Some(to);
            f.closed_by = Some(by.to_owned());
            Ok(())
        })
    }
}
