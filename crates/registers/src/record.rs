//! What every record has in common: an id, checks, what it can be found by, and the envelope in
//! which it is read.

use crate::{
    error::RegisterError,
    noun::{Noun, Verb},
};
use northbound_types::{Day, Eui64, Region, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Longest id, bytes.
pub const MAX_ID_BYTES: usize = 400;
/// Longest record as JSON, bytes.
pub const MAX_BODY_BYTES: usize = 1 << 20;

/// Where the id of a record comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// The record says it (a feed's name, a User's EUI).
    Given(String),
    /// The store counts: `fault-1`, `fault-2`.
    Numbered,
    /// A hash of the content: the same content from two files is one record.
    Content,
}

/// What a record can be found by without reading its body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    /// The party that it belongs to; nobody else but staff sees it.
    pub party: Option<String>,
    /// Measure.
    pub measure: Option<String>,
    /// Provider.
    pub provider: Option<String>,
    /// Region.
    pub region: Option<Region>,
    /// Period text.
    pub period: Option<String>,
    /// What it is a statement about: two records of one register with one lookup contradict or
    /// restate each other.
    pub lookup: Option<String>,
    /// Start of the time that it holds for.
    pub from: Option<Utc>,
    /// End of it, half-open; `None` while it lasts.
    pub to: Option<Utc>,
}

impl Index {
    /// One day.
    pub(crate) fn on(mut self, day: Day) -> Index {
        self.from = Some(day.start());
        self.to = Some(day.end());
        self
    }
    /// From a day to a last day, inclusive; open where `None`.
    pub(crate) fn days(mut self, from: Day, to: Option<Day>) -> Index {
        self.from = Some(from.start());
        self.to = to.map(Day::end);
        self
    }
}

/// A record of one register. Its JSON keys are documented in `docs/registers.md` and stay.
pub trait Record: Serialize + DeserializeOwned + Clone + PartialEq + std::fmt::Debug {
    /// Which register.
    const NOUN: Noun;
    /// Where its id comes from.
    fn identity(&self) -> Identity;
    /// What it can be found by.
    fn index(&self) -> Index;
    /// Is it well formed?
    ///
    /// # Errors
    /// [`RegisterError::Invalid`] naming the field.
    fn check(&self) -> Result<(), RegisterError>;
    /// May it follow `before`?
    ///
    /// # Errors
    /// [`RegisterError::Frozen`] or [`RegisterError::Invalid`].
    fn check_change(&self, _id: &str, _before: &Self) -> Result<(), RegisterError> {
        Ok(())
    }
    /// Refuses an edit of what only a verb of the gate may change (a step, a state, evidence).
    /// `before` is `None` where the record is new.
    ///
    /// # Errors
    /// [`RegisterError::Frozen`] naming the command that checks who may.
    fn guard_direct_edit(&self, _id: &str, _before: Option<&Self>) -> Result<(), RegisterError> {
        Ok(())
    }
    /// What it points to.
    fn refs(&self) -> Vec<(Noun, String)> {
        Vec::new()
    }
    /// The User that it speaks for, whose party must be the record's party.
    fn owner(&self) -> Option<Eui64> {
        None
    }
    /// The time of its coming that it states itself, where that time counts for or against somebody.
    /// A User states no other than the present.
    fn dated(&self) -> Option<Utc> {
        None
    }
}

/// A record that files bring in numbers. Its id is always a hash of its content.
pub trait Imported: Record {
    /// What the row is a statement about (hub, day and kind of device, service and start).
    fn about(&self) -> String;
}

/// A stored version of a record, with how it came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: DeserializeOwned"))]
pub struct Stored<T> {
    /// Id, unique in its register.
    pub id: String,
    /// Version, from 1.
    pub version: i64,
    /// Revision of the registers with which this version came.
    pub revision: i64,
    /// When this version was recorded.
    pub recorded: Utc,
    /// Since when it was known.
    pub known: Utc,
    /// Who made this version.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// How it came about.
    pub verb: Verb,
    /// `false` once withdrawn.
    pub live: bool,
    /// `true` where a person stated it, `false` where only files did.
    pub by_hand: bool,
    /// The record.
    pub record: T,
}

/// Refusals in the words of the field.
pub(crate) fn invalid(
    noun: Noun,
    field: &'static str,
    problem: impl Into<String>,
) -> RegisterError {
    RegisterError::Invalid { noun, field, problem: problem.into() }
}

/// Refuses direct edits of keys that only a verb of the gate may change. Each key comes with whether it
/// is unchanged, and the command that changes it.
pub(crate) fn only_via(
    noun: Noun,
    id: &str,
    keys: &[(&str, bool, &str)],
) -> Result<(), RegisterError> {
    match keys.iter().find(|(_, unchanged, _)| !unchanged) {
        Some((key, _, command)) => Err(RegisterError::Frozen {
            noun,
            id: id.to_owned(),
            why: format!("{key} is not edited directly; use `{command}`, which checks who may"),
        }),
        None => Ok(()),
    }
}

/// A text that must be there.
pub(crate) fn needed(noun: Noun, field: &'static str, text: &str) -> Result<(), RegisterError> {
    if text.trim().is_empty() {
        return Err(invalid(noun, field, "is empty; it is required"));
    }
    Ok(())
}

/// A start that must not lie after its end.
pub(crate) fn ordered<D: PartialOrd + std::fmt::Display>(
    noun: Noun,
    from: &D,
    to: Option<&D>,
) -> Result<(), RegisterError> {
    match to {
        Some(to) if to < from => {
            Err(invalid(noun, "to", format!("({to}) is before from ({from})")))
        }
        _ => Ok(()),
    }
}
