//! Work packages (S5): activities of a quarter with their money, and who recommended or approved
//! them. A quarter's label is never read without a stated definition, and no amount is made up.

use crate::records::oversight::bodies::{Body, Power};
use crate::{
    error::RegisterError,
    gate::{Gate, Receipt, Write},
    noun::Noun,
    read::AsAt,
    record::{Identity, Index, Record, invalid, needed, only_via},
};
use northbound_types::{Day, Period, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What quarters are counted from.
    pub enum QuarterDefinition("definition of quarters") {
        /// From January.
        Calendar = "calendar",
        /// From April: the second quarter is July to September.
        AprilYear = "april-year",
    }
}

/// The calendar quarter that a label such as `Q2 2020` names under a definition.
#[must_use]
pub fn quarter(label: &str, definition: QuarterDefinition) -> Option<Period> {
    let upper = label.trim().to_uppercase();
    let (q, year) = upper.strip_prefix('Q')?.split_once(|c: char| c.is_whitespace() || c == '-')?;
    let (q, year): (i8, i16) = (q.parse().ok()?, year.trim().parse().ok()?);
    if !(1..=4).contains(&q) {
        return None;
    }
    let shift = match definition {
        QuarterDefinition::Calendar => 0,
        QuarterDefinition::AprilYear => 1,
    };
    format!("{year:04}-Q{q}").parse::<Period>().ok().map(|p| p.plus(shift))
}

text_enum! {
    /// The state of a work package.
    pub enum PackageState("state of a work package") {
        /// Proposed.
        Draft = "draft",
        /// Recommended by a body that may recommend.
        Recommended = "recommended",
        /// Approved by a body that may approve money.
        Approved = "approved",
    }
}

/// An activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageLine {
    /// What is done.
    pub activity: String,
    /// Budget in pence; null where none was given.
    pub budget_pence: Option<i64>,
    /// Spent, in pence; null where it was not said.
    pub actual_pence: Option<i64>,
    /// Where the amount stands; empty where none was given.
    pub source: String,
}

/// A step of approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalStep {
    /// What it became.
    pub state: PackageState,
    /// By which body.
    pub by: String,
    /// When.
    pub on: Day,
    /// Meeting or document.
    pub source: String,
}

/// A work package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkPackage {
    /// Short name.
    pub id: String,
    /// Title.
    pub title: String,
    /// Quarter as labelled, such as `Q2 2020`.
    pub quarter: String,
    /// What quarters are counted from.
    pub definition: QuarterDefinition,
    /// First day that the label means.
    pub from: Day,
    /// Last day, inclusive.
    pub to: Day,
    /// Activities.
    pub lines: Vec<PackageLine>,
    /// Its state.
    pub state: PackageState,
    /// How it got there.
    pub steps: Vec<ApprovalStep>,
}

impl WorkPackage {
    /// The sum of the amounts that were given, and of how many lines; `None` where no line has one.
    /// `of` chooses budget or actual.
    #[must_use]
    pub fn sum(&self, of: impl Fn(&PackageLine) -> Option<i64>) -> Option<(i64, usize)> {
        let given: Vec<i64> = self.lines.iter().filter_map(of).collect();
        let total = given.iter().try_fold(0i64, |a, n| a.checked_add(*n))?;
        (!given.is_empty()).then_some((total, given.len()))
    }
}

impl Record for WorkPackage {
    const NOUN: Noun = Noun::WorkPackage;
    fn identity(&self) -> Identity {
        Identity::Given(self.id.clone())
    }
    fn index(&self) -> Index {
        Index { lookup: Some(self.quarter.clone()), ..Index::default() }
            .days(self.from, Some(self.to))
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::WorkPackage, "id", &self.id)?;
        needed(Noun::WorkPackage, "title", &self.title)?;
        let Some(p) = quarter(&self.quarter, self.definition) else {
            return Err(invalid(
                Noun::WorkPackage,
                "quarter",
                format!("{:?} is not a quarter such as Q2 2020", self.quarter),
            ));
        };
        if (p.first(), p.after().plus(-1)) != (self.from, self.to) {
            return Err(invalid(
                Noun::WorkPackage,
                "from",
                format!(
                    "and to do not agree with {} of a {} year: {} to {}",
                    self.quarter,
                    self.definition,
                    p.first(),
                    p.after().plus(-1)
                ),
            ));
        }
        for l in &self.lines {
            needed(Noun::WorkPackage, "lines", &l.activity)?;
            if l.budget_pence.is_some() || l.actual_pence.is_some() {
                needed(Noun::WorkPackage, "source", &l.source)?;
            }
        }
        let reached = self.steps.last().map_or(PackageState::Draft, |s| s.state);
        if reached != self.state {
            return Err(invalid(
                Noun::WorkPackage,
                "state",
                format!("is {}, but the last step leads to {reached}", self.state),
            ));
        }
        Ok(())
    }
    fn check_change(&self, id: &str, before: &Self) -> Result<(), RegisterError> {
        let frozen = |why: &str| {
            Err(RegisterError::Frozen {
                noun: Noun::WorkPackage,
                id: id.to_owned(),
                why: why.to_owned(),
            })
        };
        if !self.steps.starts_with(&before.steps) {
            return frozen(
                "steps of approval cannot be changed; add the next one with `workpackage recommend` or `approve`",
            );
        }
        if before.state == PackageState::Approved
            && (self.from, self.to) != (before.from, before.to)
        {
            return frozen("it is approved for its quarter");
        }
        Ok(())
    }
    fn guard_direct_edit(&self, id: &str, before: Option<&Self>) -> Result<(), RegisterError> {
        let (steps, state) = before
            .map_or((self.steps.is_empty(), self.state == PackageState::Draft), |b| {
                (b.steps == self.steps, b.state == self.state)
            });
        only_via(
            Noun::WorkPackage,
            id,
            &[("steps", steps, "workpackage recommend"), ("state", state, "workpackage recommend")],
        )
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        self.steps.iter().map(|s| (Noun::Body, s.by.clone())).collect()
    }
}

impl Gate<'_> {
    /// Recommends or approves: only a body with the power to do so can.
    ///
    /// # Errors
    /// As [`Gate::change`]; [`RegisterError::Frozen`] where the body lacks the power.
    pub fn package_step(
        &self,
        id: &str,
        step: &ApprovalStep,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        let powers = self.show::<Body>(&step.by, AsAt::NOW)?.record.powers;
        let need = match step.state {
            PackageState::Approved => Power::ApproveMoney,
            PackageState::Draft | PackageState::Recommended => Power::Recommend,
        };
        self.via_gate::<WorkPackage>(id, write, |w| {
            if !powers.contains(&need) {
                return Err(RegisterError::Frozen {
                    noun: Noun::WorkPackage,
                    id: id.to_owned(),
                    why: format!(
                        "{} lacks the power {need}; only a body with that power makes it {}",
                        step.by, step.state
                    ),
                });
            }
            w.state = step.state;
            w.steps.push(step.clone());
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_needs_its_definition() {
        let of = |l: &str, d| {
            quarter(l, d).map(|p| (p.first().to_string(), p.after().plus(-1).to_string()))
        };
        let days = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(of("Q2 2020", QuarterDefinition::AprilYear), days("2020-07-01", "2020-09-30"));
        assert_eq!(of("q2-2020", QuarterDefinition::Calendar), days("2020-04-01", "2020-06-30"));
        assert_eq!(of("Q4 2020", QuarterDefinition::AprilYear), days("2021-01-01", "2021-03-31"));
        for bad in ["Q5 2020", "Q0 2020", "2020 Q2", "Q2", "second"] {
            assert_eq!(of(bad, QuarterDefinition::Calendar), None, "{bad}");
        }
    }
}
