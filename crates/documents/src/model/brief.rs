//! The brief: what a member reads before a meeting. Its table of shortfalls is [`Front::shortfalls`].
//!
//! [`Front::shortfalls`]: super::Front::shortfalls

use super::Para;
use serde::{Deserialize, Serialize};

/// Answers beside the shortfalls. Empty in reports that have no measures.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Brief {
    /// How many rows fell short, in a sentence or two.
    pub summary: Vec<Para>,
    /// What holds for nearly every figure, with its count and the command that changes it: printed once,
    /// not at each figure.
    pub banner: Vec<Para>,
    /// What is not known: rows without a figure, those with one reason together.
    pub unknown: Vec<Unknown>,
    /// What changed since the issue before.
    pub changes: Vec<Para>,
    /// What is due, soonest first.
    pub due: Vec<Due>,
}

impl Brief {
    /// Does the report have no brief?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Brief::default()
    }
}

/// Rows without a figure for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unknown {
    /// Number of measure rows.
    pub count: u32,
    /// Which, in words: `CPM3, CPM7, CPM8 (National)`.
    pub rows: String,
    /// Why there is no figure.
    pub reason: String,
    /// Since when, in words; empty where the months read do not show it.
    pub since: String,
}

impl Unknown {
    /// In a sentence.
    #[must_use]
    pub fn words(&self) -> String {
        let since = if self.since.is_empty() { String::new() } else { format!("; {}", self.since) };
        format!("{}: {}{since}", self.rows, self.reason)
    }
}

/// Something that somebody has to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// What.
    pub what: String,
    /// Who; empty where none is named.
    pub who: String,
    /// Until when, in words; empty where no date is set.
    pub when: String,
}

impl Due {
    /// In a sentence: who, what, until when.
    #[must_use]
    pub fn words(&self) -> String {
        let who = if self.who.is_empty() { "No owner is named" } else { &self.who };
        let what = self.what.trim_end_matches('.');
        let when = if self.when.is_empty() { String::new() } else { format!(", {}", self.when) };
        format!("{who}: {what}{when}.")
    }
}
