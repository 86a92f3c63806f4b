//! Actions, as far as other registers need them: what was asked of whom, until when, and whether it
//! is closed, with evidence and the meeting that accepted it (A7).

use crate::{
    error::RegisterError,
    gate::{Gate, Receipt, Write},
    noun::Noun,
    record::{Identity, Index, Record, invalid, needed},
};
use northbound_types::{Day, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// The state of an action.
    pub enum ActionStatus("status of an action") {
        /// To be done.
        Open = "open",
        /// Its owner says that it is done; no meeting has accepted that.
        ClaimedDone = "claimed-done",
        /// Done, with evidence, accepted by a meeting.
        Closed = "closed",
    }
}

/// A target date and who set it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueStep {
    /// The date; null where the step says that there is none.
    pub target: Option<Day>,
    /// When it was set.
    pub set_on: Day,
    /// By which meeting or body.
    pub set_by: String,
    /// Where that stands; empty where not known.
    pub source: String,
}

/// An action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// The id exactly as found.
    pub found: String,
    /// The same in one spelling: [`canonical`].
    pub canonical: String,
    /// What is to be done.
    pub text: String,
    /// The body that owns it.
    pub owner: String,
    /// A person of that body; null where none is named.
    pub lead: Option<String>,
    /// When it was raised.
    pub raised: Option<Day>,
    /// Its state.
    pub status: ActionStatus,
    /// What shows that it is done; empty while open.
    pub evidence: String,
    /// The meeting that accepted it as done; empty until then.
    pub closed_at: String,
    /// All target dates in the order in which they were set; the last one holds.
    pub dues: Vec<DueStep>,
    /// The document that it stands in; null where not known.
    pub document: Option<String>,
    /// Place in it; empty where not known.
    pub place: String,
    /// What it is about, in words; empty where not known.
    pub topic: String,
}

/// Canonical form of an id: `28X / 5` and `28x-05` are `28x/05`. The grammar is not published; a
/// text of another shape is only trimmed, put in lower case and freed of double spaces.
#[must_use]
pub fn canonical(found: &str) -> String {
    let plain = found.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let tight: String = plain
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| if matches!(c, '\\' | '-' | '–') { '/' } else { c })
        .collect();
    let Some((meeting, number)) = tight.split_once('/') else { return plain };
    let digits = meeting.trim_end_matches('x');
    let sound = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if sound(digits) && sound(number) { format!("{meeting}/{number:0>2}") } else { plain }
}

impl Action {
    /// The target date in force; null where none is.
    #[must_use]
    pub fn due(&self) -> Option<Day> {
        self.dues.last().and_then(|d| d.target)
    }
}

impl Record for Action {
    const NOUN: Noun = Noun::Action;
    fn identity(&self) -> Identity {
        Identity::Given(self.canonical.clone())
    }
    fn index(&self) -> Index {
        Index { lookup: Some(self.owner.clone()), ..Index::default() }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Action, "found", &self.found)?;
        needed(Noun::Action, "text", &self.text)?;
        needed(Noun::Action, "owner", &self.owner)?;
        if self.canonical != canonical(&self.found) {
            return Err(invalid(
                Noun::Action,
                "canonical",
                format!(
                    "is {:?}, but {:?} reads as {:?}",
                    self.canonical,
                    self.found,
                    canonical(&self.found)
                ),
            ));
        }
        if self.status == ActionStatus::Closed
            && (self.evidence.trim().is_empty() || self.closed_at.trim().is_empty())
        {
            return Err(RegisterError::Frozen { noun: Noun::Action, id: self.canonical.clone(), why: "an action is closed only with evidence and the meeting that accepted it; give both (--evidence, --meeting)".to_owned() });
        }
        Ok(())
    }
    fn check_change(&self, id: &str, before: &Self) -> Result<(), RegisterError> {
        if self.dues.starts_with(&before.dues) && self.found == before.found {
            return Ok(());
        }
        Err(RegisterError::Frozen {
            noun: Noun::Action,
            id: id.to_owned(),
            why:
                "its id as found and its earlier dates cannot be changed; add another date with `action due`"
                    .to_owned(),
        })
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        let mut out = vec![(Noun::Body, self.owner.clone())];
        out.extend(self.lead.iter().map(|p| (Noun::Person, p.clone())));
        out.extend(self.document.iter().map(|d| (Noun::Document, d.clone())));
        out
    }
}

impl Gate<'_> {
    /// Sets another target date.
    ///
    /// # Errors
    /// As [`Gate::change`].
    pub fn action_due(
        &self,
        id: &str,
        step: &DueStep,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        self.update::<Action>(&canonical(id), write, |a| {
            a.dues.push(step.clone());
            Ok(())
        })
    }

    /// Notes that its owner says it is done, or closes it: with evidence and a meeting.
    ///
    /// # Errors
    /// As [`Gate::change`]; [`RegisterError::Frozen`] where evidence or meeting is missing.
    pub fn action_status(
        &self,
        id: &str,
        status: ActionStatus,
        evidence: &str,
        meeting: &str,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        self.update::<Action>(&canonical(id), write, |a| {
            a.status = status;
            if !evidence.trim().is_empty() {
                evidence.clone_into(&mut a.evidence);
            }
            meeting.clone_into(&mut a.closed_at);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_survive_uneven_spelling() {
        for (found, read) in [
            ("28x/05", "28x/05"),
            ("28X / 5", "28x/05"),
            ("33xx-7", "33xx/07"),
            ("34/01", "34/01"),
            ("OPSG  Action 1", "opsg action 1"),
            ("x/1", "x/1"),
            ("28x/105", "28x/105"),
        ] {
            assert_eq!(canonical(found), read, "{found}");
        }
    }
}
