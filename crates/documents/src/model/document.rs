//! The pack as a whole.

use super::{Front, Section};
use northbound_types::{Period, Utc, figure::NullReason};
use serde::{Deserialize, Serialize};

/// A report of one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Title, such as "Monthly performance pack".
    pub title: String,
    /// Whose service is reported.
    pub network: String,
    /// The period reported.
    pub period: Period,
    /// Version, counted from 1; a reissue is a higher one.
    pub version: u32,
    /// Draft, or issued and with which number.
    pub status: Status,
    /// Handling marking, such as `Green`; empty where there is none.
    pub marking: String,
    /// What was known at this time; nothing later enters.
    pub as_at: Utc,
    /// Messages received before this time are in.
    pub cut_off: Utc,
    /// How messages were counted.
    pub methodology: Named,
    /// Enough to make every figure again.
    pub origin: Origin,
    /// Which pack came before, in words; empty where none did.
    pub previous: String,
    /// The front page.
    pub front: Front,
    /// The chapters.
    pub sections: Vec<Section>,
    /// Ids of the sections that are only proof: folded in the HTML, and in the PDF only on request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// The shorthand used in the tables, with its meaning.
    pub shorthand: Vec<Shorthand>,
    /// Every rule that a figure here rests on.
    pub rules: Vec<RuleUsed>,
    /// The files that the figures come from.
    pub sources: Vec<SourceFile>,
}

impl Document {
    /// Is the section only proof of what the others say?
    #[must_use]
    pub fn is_evidence(&self, section: &Section) -> bool {
        self.evidence.contains(&section.id)
    }
    /// The rules that still need a confirmation.
    pub fn unconfirmed(&self) -> impl Iterator<Item = &RuleUsed> {
        self.rules.iter().filter(|r| r.confirmed_by.is_none() && r.needs_confirmation)
    }
    /// The words of a mark, from the pack's own list, else from the fixed set.
    #[must_use]
    pub fn words_of<'a>(&'a self, mark: &str) -> Option<&'a str> {
        let own = self.shorthand.iter().find(|s| s.mark == mark).map(|s| s.words.as_str());
        own.or_else(|| NullReason::ALL.iter().find(|r| r.mark() == mark).map(|r| r.words()))
    }
}

/// Draft or issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Status {
    /// Not issued; may change.
    Draft,
    /// Frozen.
    Issued {
        /// Number of the issue for this period, counted from 1.
        number: u32,
        /// When.
        at: Utc,
        /// By whom.
        by: String,
    },
}

impl Status {
    /// In words: `Draft` or `Issue 2`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Status::Draft => "Draft".to_owned(),
            Status::Issued { number, .. } => format!("Issue {number}"),
        }
    }
}

/// An id and its title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Id.
    pub id: String,
    /// In words.
    pub title: String,
}

/// What the figures were made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Root manifest hash of the ledger.
    pub manifest: String,
    /// Hash of the rule set.
    pub rules: String,
}

/// A mark and its meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shorthand {
    /// As printed in a cell, with its brackets.
    pub mark: String,
    /// In words.
    pub words: String,
}

/// A rule that figures rest on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleUsed {
    /// Id, such as `measure:PM4.3`.
    pub id: String,
    /// In words.
    pub title: String,
    /// Provenance: `schema`, `published`, `second-hand`, `inferred`, `memory` or `assumed`.
    pub mark: String,
    /// Document and place.
    pub source: String,
    /// What to know about it.
    pub note: String,
    /// Is a figure based on it provisional until the rule is confirmed?
    pub needs_confirmation: bool,
    /// Who confirmed it, and when; `None` while it is unconfirmed.
    pub confirmed_by: Option<String>,
}

/// A file that figures come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// File name as it came.
    pub name: String,
    /// What it holds.
    pub kind: String,
    /// Feed that it belongs to; empty where none.
    pub feed: String,
    /// Rows that went in.
    pub rows: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// When it was taken in.
    pub known: Utc,
}
