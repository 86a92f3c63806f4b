//! Exceptional Events (M20): a claim, the group's view, the Panel's decision, the letter, and what
//! the Authority says. Each step has its date and its body; "criteria met" is not "granted".

use crate::records::oversight::bodies::{Body, BodyKind, Power};
use crate::{
    error::RegisterError,
    gate::{Gate, Receipt, Write},
    noun::Noun,
    read::AsAt,
    record::{Identity, Index, Record, invalid, needed, only_via, ordered},
};
use northbound_types::{Day, Region, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// A step of a case.
    pub enum CaseStepKind("step of a case") {
        /// It was claimed.
        Claimed = "claimed",
        /// The group gave its view.
        GroupView = "group-view",
        /// The Panel found the criteria met.
        CriteriaMet = "criteria-met",
        /// The Panel found them not met.
        CriteriaNotMet = "criteria-not-met",
        /// The Panel's letter to the Authority went out.
        LetterSent = "letter-sent",
        /// The Authority granted it.
        Granted = "granted",
        /// The Authority refused it.
        Refused = "refused",
    }
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseStep {
    /// What.
    pub what: CaseStepKind,
    /// When.
    pub on: Day,
    /// Which body.
    pub by: String,
    /// In words; may be empty.
    pub text: String,
    /// Document; empty where not known.
    pub document: String,
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// In a few words.
    pub title: String,
    /// Who claims it.
    pub claimant: String,
    /// First day of the event.
    pub from: Day,
    /// Last day, inclusive.
    pub to: Day,
    /// Measures that it is claimed for.
    pub measures: Vec<String>,
    /// Regions that it hit; empty: all.
    pub regions: Vec<Region>,
    /// Steps in the order in which they were taken.
    pub steps: Vec<CaseStep>,
}

impl Case {
    /// Its state on a day, in words.
    #[must_use]
    pub fn standing(&self, day: Day) -> &'static str {
        let has = |k: CaseStepKind| self.steps.iter().any(|s| s.what == k && s.on <= day);
        if has(CaseStepKind::Granted) {
            return "granted by the Authority";
        }
        if has(CaseStepKind::Refused) {
            return "refused by the Authority";
        }
        if has(CaseStepKind::CriteriaNotMet) {
            return "criteria not met";
        }
        match (has(CaseStepKind::CriteriaMet), has(CaseStepKind::LetterSent)) {
            (true, true) => "criteria met, the Authority told",
            (true, false) => "criteria met, letter due",
            (false, _) if has(CaseStepKind::GroupView) => "viewed by the group, decision due",
            (false, _) => "claimed",
        }
    }
}

/// A step is only reached over these.
const fn after(what: CaseStepKind) -> Option<CaseStepKind> {
    match what {
        CaseStepKind::Claimed => None,
        CaseStepKind::GroupView | CaseStepKind::CriteriaMet | CaseStepKind::CriteriaNotMet => {
            Some(CaseStepKind::Claimed)
        }
        CaseStepKind::LetterSent => Some(CaseStepKind::CriteriaMet),
        CaseStepKind::Granted | CaseStepKind::Refused => Some(CaseStepKind::LetterSent),
    }
}

impl Record for Case {
    const NOUN: Noun = Noun::Case;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        Index { lookup: Some(self.claimant.clone()), ..Index::default() }
            .days(self.from, Some(self.to))
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Case, "title", &self.title)?;
        needed(Noun::Case, "claimant", &self.claimant)?;
        if self.measures.is_empty() {
            return Err(invalid(
                Noun::Case,
                "measures",
                "is empty; name the measures for which it is claimed",
            ));
        }
        ordered(Noun::Case, &self.from, Some(&self.to))?;
        let mut seen: Vec<&CaseStep> = Vec::new();
        for s in &self.steps {
            if let Some(need) = after(s.what).filter(|n| !seen.iter().any(|x| x.what == *n)) {
                return Err(invalid(Noun::Case, "steps", format!("has {} before {need}", s.what)));
            }
            if seen.last().is_some_and(|l| l.on > s.on) {
                return Err(invalid(
                    Noun::Case,
                    "steps",
                    format!("has {} on {}, before the preceding step", s.what, s.on),
                ));
            }
            seen.push(s);
        }
        Ok(())
    }
    fn check_change(&self, id: &str, before: &Self) -> Result<(), RegisterError> {
        if self.steps.starts_with(&before.steps) {
            return Ok(());
        }
        Err(RegisterError::Frozen {
            noun: Noun::Case,
            id: id.to_owned(),
            why: "recorded steps cannot be changed; add the next one with `case step`".to_owned(),
        })
    }
    fn guard_direct_edit(&self, id: &str, before: Option<&Self>) -> Result<(), RegisterError> {
        let stays = before.map_or_else(
            || self.steps.iter().all(|s| s.what == CaseStepKind::Claimed),
            |b| b.steps == self.steps,
        );
        only_via(Noun::Case, id, &[("steps", stays, "case step")])
    }
}

impl Gate<'_> {
    /// Takes a step. Who may: a deciding body finds criteria met or not, the Authority grants or
    /// refuses; nobody else can.
    ///
    /// # Errors
    /// As [`Gate::change`]; [`RegisterError::Frozen`] where the body has no power for the step.
    pub fn case_step(
        &self,
        id: &str,
        step: &CaseStep,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        let body = self.find::<Body>(&step.by, AsAt::NOW)?.map(|k| k.record);
        let may = match step.what {
            CaseStepKind::Claimed | CaseStepKind::GroupView | CaseStepKind::LetterSent => Ok(()),
            CaseStepKind::CriteriaMet | CaseStepKind::CriteriaNotMet
                if body.as_ref().is_some_and(|b| b.powers.contains(&Power::Decide)) =>
            {
                Ok(())
            }
            CaseStepKind::Granted | CaseStepKind::Refused
                if body.as_ref().is_some_and(|b| b.kind == BodyKind::Authority) =>
            {
                Ok(())
            }
            CaseStepKind::CriteriaMet | CaseStepKind::CriteriaNotMet => {
                Err("only a body with the power to decide may find criteria met or not met")
            }
            CaseStepKind::Granted | CaseStepKind::Refused => {
                Err("only the Authority may grant or refuse")
            }
        };
        self.via_gate::<Case>(id, write, |c| {
            may.map_err(|why| RegisterError::Frozen {
                noun: Noun::Case,
                id: id.to_owned(),
                why: format!("{why}; {} is not registered as one (`body list`)", step.by),
            })?;
            c.steps.push(step.clone());
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn criteria_met_is_not_granted() {
        let day = |t: &str| t.parse::<Day>().unwrap();
        let step = |what, on: &str| CaseStep {
            what,
            on: day(on),
            by: "panel".into(),
            text: String::new(),
            document: String::new(),
        };
        let mut c = Case {
            title: "t".into(),
            claimant: "dcc".into(),
            from: day("2026-04-01"),
            to: day("2026-04-05"),
            measures: vec!["PM4.3".into()],
            regions: Vec::new(),
            steps: vec![
                step(CaseStepKind::Claimed, "2026-05-01"),
                step(CaseStepKind::GroupView, "2026-05-10"),
                step(CaseStepKind::CriteriaMet, "2026-05-20"),
            ],
        };
        c.check().unwrap();
        for (on, said) in [
            ("2026-05-09", "claimed"),
            ("2026-05-19", "viewed by the group, decision due"),
            ("2026-05-20", "criteria met, letter due"),
        ] {
            assert_eq!(c.standing(day(on)), said);
        }
        c.steps.push(step(CaseStepKind::Granted, "2026-05-21"));
        assert!(c.check().is_err(), "granted without a letter");
        c.steps.insert(3, step(CaseStepKind::LetterSent, "2026-05-21"));
        c.check().unwrap();
        c.steps.push(step(CaseStepKind::Refused, "2026-05-01"));
        assert!(c.check().is_err(), "a step before the preceding one");
    }
}
