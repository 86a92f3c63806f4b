//! Changes to the network's systems (Q3, Q4): what is changed, who assessed what it means for Users,
//! who was consulted, what the operational view is, and when it is planned and ran. Its state changes
//! only by the verbs of the gate: [`Gate::approve_change`], which needs all three steps or the chair's
//! override with name and reason on record, [`Gate::record_change_run`] and [`Gate::reject_change`].

use crate::{
    error::RegisterError,
    gate::{Gate, Receipt, Write},
    noun::{Noun, Verb},
    record::{Identity, Index, Record, invalid, needed, only_via, ordered},
    tx::parse,
    write::{approved, expect, live_head},
};
use northbound_types::{Day, Region, Utc, text_enum};
use serde::{Deserialize, Serialize};

/// The role that may go past a missing step.
pub const OVERRIDING_ROLE: &str = "chair";

text_enum! {
    /// The state of a change.
    pub enum ChangeState("state of a change") {
        /// Raised; not approved.
        Raised = "raised",
        /// Approved, with everything or by override.
        Approved = "approved",
        /// It ran, approved.
        Implemented = "implemented",
        /// It ran and was taken back.
        BackedOut = "backed-out",
        /// It ran without an approval.
        RanUnapproved = "ran-unapproved",
        /// Refused, or given up.
        Rejected = "rejected",
    }
}

impl ChangeState {
    /// Is it over?
    #[must_use]
    pub const fn is_end(self) -> bool {
        match self {
            ChangeState::Raised | ChangeState::Approved => false,
            ChangeState::Implemented
            | ChangeState::BackedOut
            | ChangeState::RanUnapproved
            | ChangeState::Rejected => true,
        }
    }
    /// May it become that, approval apart?
    #[must_use]
    pub const fn may_become(self, next: ChangeState) -> bool {
        use ChangeState::{Approved, BackedOut, Implemented, Raised, RanUnapproved, Rejected};
        matches!(
            (self, next),
            (Raised, RanUnapproved | Rejected)
                | (Approved, Implemented | BackedOut | Rejected)
                | (Implemented | RanUnapproved, BackedOut)
        )
    }
}

/// What a change means for Users, as somebody assessed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserImpact {
    /// The assessment.
    pub text: String,
    /// By whom: a party or body.
    pub by: String,
    /// On which day.
    pub on: Day,
    /// Where it is written down; empty where unknown.
    pub document: String,
}

/// Whom was asked, until when, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consultation {
    /// Who was asked.
    pub whom: String,
    /// First day.
    pub from: Day,
    /// Last day for answers.
    pub to: Day,
    /// What was answered; empty while nothing is known.
    pub outcome: String,
    /// Where it is written down; empty where unknown.
    pub document: String,
}

text_enum! {
    /// What an operational view says.
    pub enum Verdict("operational view") {
        /// For the change.
        Supports = "supports",
        /// For it, on conditions that the text names.
        Conditions = "supports-with-conditions",
        /// Against it.
        Objects = "objects",
    }
}

/// The operational view of a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationalView {
    /// Which body.
    pub body: String,
    /// For or against.
    pub verdict: Verdict,
    /// In words.
    pub text: String,
    /// On which day.
    pub on: Day,
    /// Where it is written down; empty where unknown.
    pub document: String,
}

/// A stretch of time, half-open, UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Start.
    pub from: Utc,
    /// End.
    pub to: Utc,
}

/// What was missing when a change was approved all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overridden {
    /// What was missing.
    pub missing: Vec<String>,
    /// Who went past it.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// By whom and when a change was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Who.
    pub by: String,
    /// When.
    pub at: Utc,
    /// Set where something was missing.
    pub overridden: Option<Overridden>,
}

/// A change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Title.
    pub title: String,
    /// Type, as the rules list them. JSON key `type`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Systems that it touches.
    pub systems: Vec<String>,
    /// Measures on whose charts it is drawn; empty: all.
    pub measures: Vec<String>,
    /// Regions that it touches; empty: all.
    pub regions: Vec<Region>,
    /// In full.
    pub text: String,
    /// Day on which it was raised.
    pub raised: Day,
    /// By whom.
    pub raised_by: String,
    /// Its number elsewhere; null where it has none.
    pub reference: Option<String>,
    /// Assessment of User impact.
    pub impact: Option<UserImpact>,
    /// Consultation.
    pub consultation: Option<Consultation>,
    /// Operational view.
    pub view: Option<OperationalView>,
    /// When it is planned.
    pub planned: Option<Window>,
    /// When it ran.
    pub ran: Option<Window>,
    /// Its state.
    pub state: ChangeState,
    /// Day on which it came to its end state.
    pub ended: Option<Day>,
    /// By whom and when it was approved.
    pub approval: Option<Approval>,
}

impl Change {
    /// A change that was just raised.
    #[must_use]
    pub fn raised(
        title: &str,
        kind: &str,
        systems: Vec<String>,
        raised: Day,
        raised_by: &str,
    ) -> Change {
        Change {
            title: title.to_owned(),
            kind: kind.to_owned(),
            systems,
            measures: Vec::new(),
            regions: Vec::new(),
            text: String::new(),
            raised,
            raised_by: raised_by.to_owned(),
            reference: None,
            impact: None,
            consultation: None,
            view: None,
            planned: None,
            ran: None,
            state: ChangeState::Raised,
            ended: None,
            approval: None,
        }
    }
    /// When it ran, else when it is planned.
    #[must_use]
    pub fn window(&self) -> Option<&Window> {
        self.ran.as_ref().or(self.planned.as_ref())
    }
    /// Days from raised to its end, or to `today`.
    #[must_use]
    pub fn age(&self, today: Day) -> i32 {
        self.ended.filter(|e| *e <= today).unwrap_or(today).0 - self.raised.0
    }
    /// What stands between it and approval on a day, by name. A step dated later is still to come.
    #[must_use]
    pub fn missing(&self, today: Day) -> Vec<String> {
        let steps = [
            ("an assessment of User impact", self.impact.as_ref().map(|i| i.on)),
            ("a consultation", self.consultation.as_ref().map(|c| c.to)),
            ("an operational view", self.view.as_ref().map(|v| v.on)),
        ];
        steps
            .into_iter()
            .filter_map(|(what, day)| match day {
                Some(d) if d <= today => None,
                Some(d) => Some(format!("{what} (dated {d}, still to come)")),
                None => Some(what.to_owned()),
            })
            .collect()
    }
}

impl Record for Change {
    const NOUN: Noun = Noun::Change;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        let window = self.window();
        Index {
            lookup: Some(self.kind.clone()),
            from: window.map(|w| w.from),
            to: window.map(|w| w.to),
            ..Index::default()
        }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Change, "title", &self.title)?;
        needed(Noun::Change, "type", &self.kind)?;
        needed(Noun::Change, "raised_by", &self.raised_by)?;
        if self.systems.iter().all(|s| s.trim().is_empty()) {
            return Err(invalid(
                Noun::Change,
                "systems",
                "is empty; name at least one affected system",
            ));
        }
        if let Some(i) = &self.impact {
            needed(Noun::Change, "impact", &i.text)?;
            needed(Noun::Change, "impact", &i.by)?;
        }
        if let Some(c) = &self.consultation {
            needed(Noun::Change, "consultation", &c.whom)?;
            ordered(Noun::Change, &c.from, Some(&c.to))?;
        }
        if let Some(v) = &self.view {
            needed(Noun::Change, "view", &v.body)?;
            needed(Noun::Change, "view", &v.text)?;
        }
        self.check_windows()?;
        self.check_state()
    }
    /// Approval is guarded by `check` and `check_change`, which also hold for the gate's verbs.
    fn guard_direct_edit(&self, id: &str, before: Option<&Self>) -> Result<(), RegisterError> {
        let (state, ran, ended) = before
            .map_or((ChangeState::Raised, None, None), |b| (b.state, b.ran.as_ref(), b.ended));
        let unchanged = self.state == state || self.state == ChangeState::Approved;
        only_via(
            Noun::Change,
            id,
            &[
                ("state", unchanged, "northbound change ran` or `northbound change reject"),
                ("ran", self.ran.as_ref() == ran, "northbound change ran"),
                (
                    "ended",
                    self.ended == ended,
                    "northbound change ran` or `northbound change reject",
                ),
            ],
        )
    }
    fn check_change(&self, id: &str, before: &Self) -> Result<(), RegisterError> {
        let frozen =
            |why: String| Err(RegisterError::Frozen { noun: Noun::Change, id: id.to_owned(), why });
        if self.approval != before.approval
            || (self.state == ChangeState::Approved && before.state != ChangeState::Approved)
        {
            return frozen(
                "it is approved only by `northbound change approve`, which checks all requirements"
                    .to_owned(),
            );
        }
        if self.state != before.state && !before.state.may_become(self.state) {
            return frozen(format!("{} cannot become {}", before.state, self.state));
        }
        // What it was approved with stays; a step that was passed over may still be made up for.
        let kept = before.approval.is_none()
            || [
                (before.impact.is_some() && self.impact != before.impact),
                (before.consultation.is_some() && self.consultation != before.consultation),
                (before.view.is_some() && self.view != before.view),
            ] == [false; 3];
        if !kept {
            return frozen(
                "it is approved, and the basis of the approval cannot be changed; raise another change"
                    .to_owned(),
            );
        }
        if (&self.raised, &self.raised_by) != (&before.raised, &before.raised_by) {
            return frozen("when and by whom it was raised cannot be changed".to_owned());
        }
        Ok(())
    }
}

impl Change {
    /// A planned or actual window ends after it starts.
    fn check_windows(&self) -> Result<(), RegisterError> {
        for (field, w) in [("planned", &self.planned), ("ran", &self.ran)] {
            if let Some(w) = w
                && w.to <= w.from
            {
                return Err(invalid(
                    Noun::Change,
                    field,
                    format!("ends ({}) at or before its start ({})", w.to, w.from),
                ));
            }
        }
        Ok(())
    }

    /// A state has what it needs: an approval, a run, an end.
    fn check_state(&self) -> Result<(), RegisterError> {
        let approved = matches!(self.state, ChangeState::Approved | ChangeState::Implemented);
        if approved && self.approval.is_none() {
            return Err(invalid(
                Noun::Change,
                "state",
                format!(
                    "is {}, but it was not approved; use `northbound change approve`",
                    self.state
                ),
            ));
        }
        if self.ran.is_none()
            && matches!(
                self.state,
                ChangeState::Implemented | ChangeState::RanUnapproved | ChangeState::BackedOut
            )
        {
            return Err(invalid(
                Noun::Change,
                "ran",
                format!(
                    "is missing, although the change is {}; give when it started and ended",
                    self.state
                ),
            ));
        }
        match self.ended {
            Some(d) if d < self.raised => Err(invalid(
                Noun::Change,
                "ended",
                format!("({d}) is before raised ({})", self.raised),
            )),
            ended if ended.is_some() != self.state.is_end() => Err(invalid(
                Noun::Change,
                "ended",
                "must be given if, and only if, the change has ended",
            )),
            _ => Ok(()),
        }
    }
}

/// How a run of a change ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunOutcome {
    /// The change is in place.
    Completed,
    /// The change was taken back.
    BackedOut,
}

impl Gate<'_> {
    /// Approves a change. With `past_missing` the chair goes past what is missing: it needs the role
    /// `chair` and a reason, and the record keeps both.
    ///
    /// # Errors
    /// [`RegisterError::Missing`] naming what is missing, [`RegisterError::Right`] where somebody else
    /// overrides, [`RegisterError::Reason`], [`RegisterError::Frozen`] where it is not raised.
    pub fn approve_change(
        &self,
        id: &str,
        past_missing: bool,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        self.one(write, |tx| {
            let head = live_head::<Change>(tx, id)?;
            let mut change: Change = parse(id, &head.body)?;
            tx.allow(Noun::Change, Verb::Approve, None)?;
            expect(tx, Noun::Change, id, &head)?;
            if change.state != ChangeState::Raised {
                return Err(frozen(id, format!("it is already {}", change.state)));
            }
            let missing = change.missing(tx.recorded.day());
            let overridden = match (missing.is_empty(), past_missing) {
                (true, _) => None,
                (false, false) => return Err(not_complete(id, missing)),
                (false, true) => Some(self.overridden(missing, write)?),
            };
            change.state = ChangeState::Approved;
            change.approval =
                Some(Approval { by: self.actor.to_string(), at: tx.recorded, overridden });
            approved(tx, id, &head, &change)
        })
    }

    /// The chair's override of missing steps.
    fn overridden(&self, missing: Vec<String>, write: &Write) -> Result<Overridden, RegisterError> {
        let by = self.actor.to_string();
        if !self.actor.roles.iter().any(|r| r == OVERRIDING_ROLE) {
            return Err(RegisterError::Right {
                actor: by,
                person: self.actor.person.clone(),
                verb: Verb::Approve,
                noun: Noun::Change,
                roles: &[OVERRIDING_ROLE],
            });
        }
        let reason = write.reason.trim();
        if reason.is_empty() {
            return Err(RegisterError::Reason { verb: Verb::Approve, noun: Noun::Change });
        }
        Ok(Overridden { missing, by, reason: reason.to_owned() })
    }

    /// Records when a change ran. An approved change becomes implemented, or backed out; one that
    /// was never approved stays flagged as run without approval.
    ///
    /// # Errors
    /// [`RegisterError::Invalid`] where the window ends after the time of the write,
    /// [`RegisterError::Frozen`] where its state does not allow it; else as [`Gate::change`].
    pub fn record_change_run(
        &self,
        id: &str,
        window: Window,
        outcome: RunOutcome,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        if window.to > write.now {
            return Err(invalid(
                Noun::Change,
                "ran",
                format!(
                    "ends at {}, which is in the future; plan a run with `northbound change window`",
                    window.to
                ),
            ));
        }
        self.via_gate::<Change>(id, write, |c| {
            c.state = match (outcome, c.state) {
                (_, ChangeState::Raised) => ChangeState::RanUnapproved,
                (RunOutcome::BackedOut, _) => ChangeState::BackedOut,
                (RunOutcome::Completed, ChangeState::Approved) => ChangeState::Implemented,
                (RunOutcome::Completed, now) => {
                    return Err(frozen(id, format!("it is already {now}")));
                }
            };
            c.ended = Some(window.to.day());
            c.ran = Some(window);
            Ok(())
        })
    }

    /// Rejects a change, or gives it up, as of a day.
    ///
    /// # Errors
    /// [`RegisterError::Frozen`] where it is over; [`RegisterError::Reason`]; else as [`Gate::change`].
    pub fn reject_change(
        &self,
        id: &str,
        on: Day,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        self.via_gate::<Change>(id, write, |c| {
            c.state = ChangeState::Rejected;
            c.ended = Some(on);
            Ok(())
        })
    }
}

fn frozen(id: &str, why: String) -> RegisterError {
    RegisterError::Frozen { noun: Noun::Change, id: id.to_owned(), why }
}

fn not_complete(id: &str, missing: Vec<String>) -> RegisterError {
    RegisterError::Missing {
        noun: Noun::Change,
        id: id.to_owned(),
        to: "approved",
        missing,
        hint: "add it with `northbound change impact|consult|view`, or the chair approves without it with --override and --reason",
    }
}
