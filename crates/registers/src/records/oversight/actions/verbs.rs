//! Finding an action by what people call it, and what can be done with one.

use super::model::{Action, ActionStatus, DueStep, TextVersion, canonical};
use crate::{
    error::RegisterError,
    gate::{Gate, Receipt, Write},
    noun::Noun,
    read::{AsAt, Query},
    record::Stored,
};
use northbound_types::Day;

/// What an id leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// No action has it.
    None,
    /// One action.
    One(Box<Stored<Action>>),
    /// Several: another series or meeting used the number again.
    Several(Vec<Stored<Action>>),
}

impl Gate<'_> {
    /// The action with an id in any spelling, as at a time. `SERIES:ID` tells apart actions of several
    /// series; the id of the record leads to it as well.
    ///
    /// # Errors
    /// [`RegisterError::Sql`].
    pub fn action_found(&self, id: &str, as_at: impl Into<AsAt>) -> Result<Found, RegisterError> {
        let (series, id) = match id.split_once(':') {
            Some((series, id)) => (Some(series.trim()), id),
            None => (None, id),
        };
        let spelt = canonical(id);
        let mut all: Vec<Stored<Action>> = self.list(&Query::as_at(as_at))?;
        all.retain(|k| {
            let here = k.record.record_id() == id.trim()
                || (!spelt.is_empty() && k.record.canonical == spelt);
            here && series.is_none_or(|s| k.record.series.eq_ignore_ascii_case(s))
        });
        Ok(match all.len() {
            0 => Found::None,
            1 => all.pop().map_or(Found::None, |k| Found::One(Box::new(k))),
            _ => Found::Several(all),
        })
    }

    /// The action that an id leads to, and no other.
    ///
    /// # Errors
    /// [`RegisterError::NotFound`]; [`RegisterError::Invalid`] where several have the id, with what tells
    /// them apart.
    pub fn action(
        &self,
        id: &str,
        as_at: impl Into<AsAt>,
    ) -> Result<Stored<Action>, RegisterError> {
        let as_at = as_at.into();
        match self.action_found(id, as_at)? {
            Found::One(k) => Ok(*k),
            Found::None => Err(RegisterError::NotFound {
                noun: Noun::Action,
                id: canonical(id),
                as_at: as_at.recorded,
            }),
            Found::Several(all) => {
                let each: Vec<String> = all
                    .iter()
                    .map(|k| {
                        let series = if k.record.series.is_empty() {
                            k.id.clone()
                        } else {
                            format!("{}:{}", k.record.series, k.record.canonical)
                        };
                        format!("{series} ({})", k.record.text.chars().take(60).collect::<String>())
                    })
                    .collect();
                Err(RegisterError::Invalid {
                    noun: Noun::Action,
                    field: "id",
                    problem: format!(
                        "{id:?} is the id of {} actions: {}; name one",
                        all.len(),
                        each.join("; ")
                    ),
                })
            }
        }
    }

    /// Adds an action. Where its canonical id belongs to another action (another series or meeting), or it
    /// has none, its record gets a key of its own.
    ///
    /// # Errors
    /// As [`Gate::add`]; [`RegisterError::Exists`] where the same series has the same id already.
    pub fn action_add(&self, action: &Action, write: &Write) -> Result<Receipt, RegisterError> {
        let mut new = action.clone();
        if new.key.is_empty() {
            let taken = !new.canonical.is_empty()
                && match self.action_found(&new.canonical, AsAt::NOW)? {
                    Found::None => false,
                    Found::One(k) => !same_action(&k.record, &new),
                    Found::Several(all) => !all.iter().any(|k| same_action(&k.record, &new)),
                };
            if taken || new.canonical.is_empty() {
                new.key = new.own_key();
            }
        }
        self.add(&new, write)
    }

    /// Changes the action that an id leads to.
    ///
    /// # Errors
    /// As [`Gate::action`] and [`Gate::change`].
    pub fn action_update(
        &self,
        id: &str,
        write: &Write,
        edit: impl FnOnce(&mut Action) -> Result<(), RegisterError>,
    ) -> Result<Receipt, RegisterError> {
        let found = self.action(id, AsAt::NOW)?;
        self.update::<Action>(&found.id, write, edit)
    }

    /// Sets another target date.
    ///
    /// # Errors
    /// As [`Gate::action_update`].
    pub fn action_due(
        &self,
        id: &str,
        step: &DueStep,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        self.action_update(id, write, |a| {
            a.dues.push(step.clone());
            Ok(())
        })
    }

    /// Notes that its owner says it is done, or closes it: with evidence and a meeting.
    ///
    /// # Errors
    /// As [`Gate::action_update`]; [`RegisterError::Frozen`] where evidence or meeting is missing.
    pub fn action_status(
        &self,
        id: &str,
        status: ActionStatus,
        evidence: &str,
        meeting: &str,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        self.action_update(id, write, |a| {
            a.status = status;
            if !evidence.trim().is_empty() {
                evidence.clone_into(&mut a.evidence);
            }
            meeting.clone_into(&mut a.closed_at);
            Ok(())
        })
    }
}

/// Do two records mean one action: the same id and meeting, in series of which one may be unknown?
fn same_action(a: &Action, b: &Action) -> bool {
    let either = |x: &str, y: &str| x.is_empty() || y.is_empty() || x.eq_ignore_ascii_case(y);
    a.canonical == b.canonical
        && either(&a.series, &b.series)
        && either(a.raised_at(), b.raised_at())
}

impl Action {
    /// Replaces the text and records the old one as a version, also where it had the new one before.
    pub fn set_text(&mut self, text: &str, meeting: &str, on: Day) {
        if self.text != text {
            let old = std::mem::replace(&mut self.text, text.to_owned());
            self.texts.push(TextVersion {
                text: old,
                replaced_by: meeting.to_owned(),
                replaced_on: on,
            });
        }
    }

    /// As [`Action::set_text`], for a text that is read from a file: one that the action has or had, whatever its
    /// spacing and case, changes nothing. An old log does not bring an earlier text back.
    pub fn merge_text(&mut self, text: &str, meeting: &str, on: Day) {
        let plain = |t: &str| t.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let new = plain(text);
        let had = plain(&self.text) == new || self.texts.iter().any(|v| plain(&v.text) == new);
        if !new.is_empty() && !had {
            self.set_text(text, meeting, on);
        }
    }
}
