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

    /// Adds what minutes or a log say of an action, or merges it into the action of that series and id:
    /// another text is a text version, another date a step, an update is added once. Nothing that is known
    /// is lost, and no state goes back to open. The same again changes nothing.
    ///
    /// # Errors
    /// As [`Gate::action_add`] and [`Gate::change`].
    pub fn action_merge(
        &self,
        said: &Action,
        meeting: &str,
        on: Day,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        let known = match self.action_found(said.record_id(), AsAt::NOW)? {
            Found::None => None,
            Found::One(k) => same_action(&k.record, said).then_some(*k),
            Found::Several(all) => all.into_iter().find(|k| same_action(&k.record, said)),
        };
        let own = if known.is_none() && said.canonical.is_empty() {
            self.find::<Action>(&said.own_key(), AsAt::NOW)?
        } else {
            None
        };
        match known.or(own) {
            None => self.action_add(said, write),
            Some(k) => {
                let said = said.clone();
                self.update::<Action>(&k.id, write, |a| {
                    merge(a, &said, meeting, on);
                    Ok(())
                })
            }
        }
    }
}

/// Do two records mean one action: the same id and meeting, in series of which one may be unknown?
fn same_action(a: &Action, b: &Action) -> bool {
    let either = |x: &str, y: &str| x.is_empty() || y.is_empty() || x.eq_ignore_ascii_case(y);
    a.canonical == b.canonical
        && either(&a.series, &b.series)
        && either(a.raised_at(), b.raised_at())
}

fn merge(a: &mut Action, said: &Action, meeting: &str, on: Day) {
    let fill = |have: &mut String, new: &str| {
        if have.is_empty() {
            new.clone_into(have);
        }
    };
    fill(&mut a.series, &said.series);
    fill(&mut a.meeting, &said.meeting);
    fill(&mut a.owner_in_text, &said.owner_in_text);
    fill(&mut a.topic, &said.topic);
    fill(&mut a.place, &said.place);
    a.raised = a.raised.or(said.raised);
    a.document = a.document.take().or_else(|| said.document.clone());
    a.lead = a.lead.take().or_else(|| said.lead.clone());
    set_text(a, &said.text, meeting, on);
    for step in &said.dues {
        a.add_due(step);
    }
    if !said.implied.is_empty() {
        said.implied.clone_into(&mut a.implied);
    }
    for update in &said.updates {
        if !a.updates.iter().any(|u| u.text == update.text && u.meeting == update.meeting) {
            a.updates.push(update.clone());
        }
    }
    for link in &said.links {
        if !a.links.contains(link) {
            a.links.push(link.clone());
        }
    }
    if a.status.is_open() && said.status != ActionStatus::Open {
        a.status = said.status;
        fill(&mut a.evidence, &said.evidence);
        fill(&mut a.closed_at, &said.closed_at);
        a.superseded_by.extend(said.superseded_by.iter().cloned());
    }
}

/// Replaces the text and records the old one as a version. A text that the action has or had changes
/// nothing: earlier minutes that are read later do not bring it back.
pub(crate) fn set_text(a: &mut Action, text: &str, meeting: &str, on: Day) {
    let plain = |t: &str| t.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let new = plain(text);
    if new.is_empty() || plain(&a.text) == new || a.texts.iter().any(|v| plain(&v.text) == new) {
        return;
    }
    let old = std::mem::replace(&mut a.text, text.to_owned());
    a.texts.push(TextVersion { text: old, replaced_by: meeting.to_owned(), replaced_on: on });
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

    /// As [`Action::set_text`], for a text that is read from a file: one that the action has or had changes nothing.
    pub fn merge_text(&mut self, text: &str, meeting: &str, on: Day) {
        set_text(self, text, meeting, on);
    }
}
