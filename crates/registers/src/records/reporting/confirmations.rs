//! Rules that somebody has confirmed, each with the value that was confirmed.

use crate::{
    error::RegisterError,
    gate::Gate,
    noun::Noun,
    read::{AsAt, Query},
    record::{Identity, Index, Record, invalid, needed},
};
use northbound_types::Utc;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A confirmation. It never edits a rule file, and falls away by itself when the value changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// Rule id.
    pub rule: String,
    /// Hash of the value confirmed, as the rules print it.
    pub value_hash: String,
    /// Who confirmed.
    pub by: String,
    /// When.
    pub at: Utc,
    /// Document and place that say so.
    pub source: String,
    /// In words.
    pub reason: String,
}

impl Confirmation {
    /// `rule#value_hash`, the key by which the rules know it.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}#{}", self.rule, self.value_hash)
    }
}

impl Record for Confirmation {
    const NOUN: Noun = Noun::Confirmation;
    fn identity(&self) -> Identity {
        Identity::Given(self.key())
    }
    fn index(&self) -> Index {
        Index { lookup: Some(self.rule.clone()), ..Index::default() }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Confirmation, "rule", &self.rule)?;
        needed(Noun::Confirmation, "by", &self.by)?;
        needed(Noun::Confirmation, "source", &self.source)?;
        if self.value_hash.is_empty() || !self.value_hash.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(invalid(
                Noun::Confirmation,
                "value_hash",
                "is not hexadecimal; copy the key from `northbound rules show`",
            ));
        }
        Ok(())
    }
}

impl Gate<'_> {
    /// The keys of all confirmations in force, for the rules.
    ///
    /// # Errors
    /// [`RegisterError::Sql`].
    pub fn confirmed(&self, as_at: impl Into<AsAt>) -> Result<BTreeSet<String>, RegisterError> {
        Ok(self.list::<Confirmation>(&Query::as_at(as_at))?.into_iter().map(|k| k.id).collect())
    }
}
