//! Defects found in SMETS1 testing (D1 to D3, D7, D8, D13): what they hit, what that means by party
//! category, what bodies decide, when the fix comes and how sure that is, how many events are expected.

use crate::{
    error::RegisterError,
    gate::{Gate, Receipt, Write},
    noun::Noun,
    record::{Identity, Index, Record, invalid, needed, only_via, ordered},
    records::oversight::decisions::{self, Decision},
};
use northbound_types::{Day, text_enum};
use serde::{Deserialize, Serialize};

/// The class of an impact on everybody together.
pub const OVERALL: &str = "overall";
/// How a fix date reads that nobody says how sure it is.
pub const UNCONFIRMED: &str = "unconfirmed";

text_enum! {
    /// The state of a defect.
    pub enum DefectState("state of a defect") {
        /// Open.
        Open = "open",
        /// Fixed.
        Fixed = "fixed",
        /// Closed without a fix: no defect, or accepted as it is.
        Closed = "closed",
    }
}

/// How a defect ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefectEnd {
    /// It was fixed.
    Fixed,
    /// It was closed without a fix.
    Unfixed,
}

text_enum! {
    /// How bad a defect is for a class of parties. The scale is assumed.
    pub enum ImpactLevel("level of impact") {
        /// None.
        None = "none",
        /// Hardly noticed.
        Minimal = "minimal",
        /// Noticed; work goes on.
        Moderate = "moderate",
        /// Work stops, or customers are hit.
        Major = "major",
    }
}

/// What a defect means for one class of parties.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassImpact {
    /// Party category, or `overall`.
    pub class: String,
    /// How bad.
    pub level: ImpactLevel,
    /// Who says so.
    pub by: String,
    /// When.
    pub on: Day,
    /// A first view: not yet reviewed.
    pub provisional: bool,
    /// The review that is to settle it, or that did: `LSC`.
    pub review: String,
    /// In words; may be empty.
    pub note: String,
}

text_enum! {
    /// How sure a date is.
    pub enum Confidence("confidence") {
        /// More likely not.
        Low = "low",
        /// As likely as not.
        Medium = "medium",
        /// Likely.
        High = "high",
        /// Done, or beyond doubt.
        Certain = "certain",
    }
}

/// A date for the fix, as somebody gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixDate {
    /// The day; null where the words do not tell one.
    pub date: Option<Day>,
    /// The words: `end of September 2020`.
    pub stated: String,
    /// What a quarter in the words means, and who says so; null where the words hold none.
    pub definition: Option<String>,
    /// How sure it is; null: unconfirmed.
    pub confidence: Option<Confidence>,
    /// Who says how sure it is; null where unknown.
    pub confirmed_by: Option<String>,
    /// Who gave the date.
    pub by: String,
    /// When.
    pub on: Day,
    /// Where that stands; empty where unknown.
    pub document: String,
}

impl FixDate {
    /// `high`, or `unconfirmed`.
    #[must_use]
    pub const fn sure(&self) -> &'static str {
        match self.confidence {
            Some(c) => c.as_str(),
            None => UNCONFIRMED,
        }
    }
}

text_enum! {
    /// What an expected number counts.
    pub enum Unit("unit of a count") {
        /// Erroneous alerts.
        Alerts = "alerts",
        /// Failures that lie behind them.
        Failures = "failures",
    }
}

text_enum! {
    /// Which part of a year an expected number is for.
    pub enum Span("span of an expectation") {
        /// The whole of it.
        Whole = "whole",
        /// What was left when it was stated.
        Rest = "rest",
    }
}

/// How many events somebody expects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectation {
    /// How many.
    pub about: i64,
    /// Of what; null where unknown: the question stays open.
    pub unit: Option<Unit>,
    /// First day of the year or other stretch named.
    pub from: Day,
    /// Its last day, inclusive.
    pub to: Day,
    /// The whole stretch or what was left of it; null where unknown.
    pub span: Option<Span>,
    /// Who says so.
    pub by: String,
    /// When.
    pub on: Day,
    /// Where that stands; empty where unknown.
    pub document: String,
}

/// A defect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Defect {
    /// Title.
    pub title: String,
    /// In full; may be empty.
    pub text: String,
    /// Day on which it was found.
    pub found: Day,
    /// Test completion report, or other place, in which it was found.
    pub found_in: String,
    /// Cohort (`IOC`, `MOC`, `FOC`); null where none is named.
    pub cohort: Option<String>,
    /// Combinations that it hits, by id.
    pub combinations: Vec<String>,
    /// Severity as the report words it; null where unknown.
    pub severity: Option<String>,
    /// Its state.
    pub state: DefectState,
    /// What ended it; null while it is open.
    pub ended_by: Option<String>,
    /// The action that asks what it hits; null where nobody was asked. Until that action is closed
    /// the three lists below read as unknown.
    pub asked_in: Option<String>,
    /// Functions hit; null: unknown.
    pub functions: Option<Vec<String>>,
    /// SRVs hit; null: unknown.
    pub srvs: Option<Vec<String>>,
    /// Attributes hit; null: unknown.
    pub attributes: Option<Vec<String>>,
    /// Impact by class, every statement in order.
    pub impacts: Vec<ClassImpact>,
    /// What bodies decide on it.
    pub trail: Vec<Decision>,
    /// Dates for its fix, every one in order.
    pub fixes: Vec<FixDate>,
    /// How many events are expected.
    pub expectation: Option<Expectation>,
}

impl Defect {
    /// A defect that was just found.
    #[must_use]
    pub fn found(title: &str, found: Day, found_in: &str) -> Defect {
        Defect {
            title: title.to_owned(),
            text: String::new(),
            found,
            found_in: found_in.to_owned(),
            cohort: None,
            combinations: Vec::new(),
            severity: None,
            state: DefectState::Open,
            ended_by: None,
            asked_in: None,
            functions: None,
            srvs: None,
            attributes: None,
            impacts: Vec::new(),
            trail: Vec::new(),
            fixes: Vec::new(),
            expectation: None,
        }
    }
    /// Is it neither fixed nor closed?
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == DefectState::Open
    }
    /// What an assessment lacks: severity, overall impact.
    #[must_use]
    pub fn not_assessed(&self) -> Vec<&'static str> {
        let severity = self.severity.as_deref().is_some_and(|s| !s.trim().is_empty());
        let overall = self.impact_on(OVERALL).is_some();
        [("the severity", severity), ("the overall impact", overall)]
            .into_iter()
            .filter(|(_, there)| !there)
            .map(|(what, _)| what)
            .collect()
    }
    /// The newest statement on a class.
    #[must_use]
    pub fn impact_on(&self, class: &str) -> Option<&ClassImpact> {
        self.impacts.iter().rev().find(|i| i.class == class)
    }
    /// The newest statement on each class, in the order in which classes first came.
    #[must_use]
    pub fn impact(&self) -> Vec<&ClassImpact> {
        let mut classes: Vec<&str> = Vec::new();
        for i in &self.impacts {
            if !classes.contains(&i.class.as_str()) {
                classes.push(&i.class);
            }
        }
        classes.into_iter().filter_map(|c| self.impact_on(c)).collect()
    }
    /// The date that holds now.
    #[must_use]
    pub fn fix(&self) -> Option<&FixDate> {
        self.fixes.last()
    }
    /// Writes what a body decided.
    pub fn decide(&mut self, body: &str, on: Day, outcome: &str, document: &str) {
        decisions::decide(&mut self.trail, body, on, outcome, document);
    }
}

/// Does a text name a quarter (`Q3 2020`, `third quarter`)? Whose quarter that is, nobody can tell
/// without being told.
#[must_use]
pub fn names_a_quarter(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|w| {
        let w = w.to_lowercase();
        matches!(w.as_str(), "q1" | "q2" | "q3" | "q4" | "quarter" | "quarters")
            || (w.len() > 2
                && ["q1", "q2", "q3", "q4"].iter().any(|q| {
                    w.ends_with(q) && w.bytes().take(w.len() - 2).all(|b| b.is_ascii_digit())
                }))
    })
}

impl FixDate {
    fn check(&self) -> Result<(), RegisterError> {
        let no = |problem: &str| Err(invalid(Noun::Defect, "fixes", problem));
        needed(Noun::Defect, "fixes", &self.by)?;
        if self.date.is_none() && self.stated.trim().is_empty() {
            return no("needs a day, or the wording in which it was given");
        }
        if self.date.is_some()
            && names_a_quarter(&self.stated)
            && self.definition.as_deref().is_none_or(|d| d.trim().is_empty())
        {
            return no(
                "derives a day from a quarter: give the definition of the quarter and its source (--definition), or leave out the day",
            );
        }
        if self.confidence.is_some()
            != self.confirmed_by.as_deref().is_some_and(|b| !b.trim().is_empty())
        {
            return no(
                "has a confidence without its source, or a source without a confidence; give both or neither",
            );
        }
        Ok(())
    }
}

impl Expectation {
    fn check(&self) -> Result<(), RegisterError> {
        crate::records::not_negative(Noun::Defect, "expectation", self.about)?;
        needed(Noun::Defect, "expectation", &self.by)?;
        ordered(Noun::Defect, &self.from, Some(&self.to))?;
        if self.on > self.to {
            return Err(invalid(
                Noun::Defect,
                "expectation",
                format!("was stated on {}, after its last day {}", self.on, self.to),
            ));
        }
        Ok(())
    }
}

impl Record for Defect {
    const NOUN: Noun = Noun::Defect;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        Index { lookup: self.cohort.clone(), ..Index::default() }.days(self.found, None)
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Defect, "title", &self.title)?;
        needed(Noun::Defect, "found_in", &self.found_in)?;
        for i in &self.impacts {
            needed(Noun::Defect, "impacts", &i.class)?;
            needed(Noun::Defect, "impacts", &i.by)?;
            if i.review.trim().is_empty() {
                return Err(invalid(
                    Noun::Defect,
                    "impacts",
                    "needs the review that confirms it: an assessment is provisional until then",
                ));
            }
        }
        for d in &self.trail {
            d.check(Noun::Defect)?;
        }
        for f in &self.fixes {
            f.check()?;
        }
        if let Some(e) = &self.expectation {
            e.check()?;
        }
        if self.is_open() == self.ended_by.is_some() {
            return Err(invalid(
                Noun::Defect,
                "ended_by",
                "must be given if, and only if, the defect is fixed or closed",
            ));
        }
        Ok(())
    }
    fn guard_direct_edit(&self, id: &str, before: Option<&Self>) -> Result<(), RegisterError> {
        let (state, ended_by) =
            before.map_or((DefectState::Open, None), |b| (b.state, b.ended_by.as_ref()));
        only_via(
            Noun::Defect,
            id,
            &[
                ("state", self.state == state, "northbound defect close"),
                ("ended_by", self.ended_by.as_ref() == ended_by, "northbound defect close"),
            ],
        )
    }
    fn check_change(&self, id: &str, before: &Self) -> Result<(), RegisterError> {
        let frozen = |why: &str| {
            Err(RegisterError::Frozen {
                noun: Noun::Defect,
                id: id.to_owned(),
                why: why.to_owned(),
            })
        };
        if !self.fixes.starts_with(&before.fixes) {
            return frozen(
                "earlier dates of the fix cannot be changed; give a new one with `northbound defect fix`",
            );
        }
        if !self.impacts.starts_with(&before.impacts) {
            return frozen(
                "earlier assessments of the impact cannot be changed; give a new one with `northbound defect impact`",
            );
        }
        decisions::only_grows(Noun::Defect, id, &before.trail, &self.trail)
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        self.combinations.iter().map(|c| (Noun::Combination, c.clone())).collect()
    }
}

impl Gate<'_> {
    /// Ends a defect: fixed, or closed without a fix. `ended_by` names the release or decision.
    ///
    /// # Errors
    /// As [`Gate::change`].
    pub fn close_defect(
        &self,
        id: &str,
        end: DefectEnd,
        ended_by: &str,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        self.via_gate::<Defect>(id, write, |d| {
            d.state = match end {
                DefectEnd::Fixed => DefectState::Fixed,
                DefectEnd::Unfixed => DefectState::Closed,
            };
            d.ended_by = Some(ended_by.to_owned());
            Ok(())
        })
    }

    /// Records an impact on a class of parties. A provisional first view is settled only by the
    /// review that it names.
    ///
    /// # Errors
    /// [`RegisterError::Frozen`] where another review would settle it; else as [`Gate::change`].
    pub fn record_defect_impact(
        &self,
        id: &str,
        impact: ClassImpact,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        self.via_gate::<Defect>(id, write, |d| {
            let first = d
                .impact_on(&impact.class)
                .filter(|i| !impact.provisional && i.provisional && i.review != impact.review);
            if let Some(first) = first {
                return Err(RegisterError::Frozen {
                    noun: Noun::Defect,
                    id: id.to_owned(),
                    why: format!(
                        "its impact on {} is provisional until {}, not {}; name that review, or give another provisional assessment",
                        impact.class, first.review, impact.review
                    ),
                });
            }
            d.impacts.push(impact);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_is_a_quarter_however_it_is_written() {
        for t in ["Q3 2020", "end of q2", "2020Q1", "the third quarter", "Q4-2020"] {
            assert!(names_a_quarter(t), "{t}");
        }
        for t in ["end of September 2020", "headquarters", "Q5", "quarterly", "faq1x", "2020"] {
            assert!(!names_a_quarter(t), "{t}");
        }
    }
}
