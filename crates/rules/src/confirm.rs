//! What can be cited and confirmed. A confirmation names a rule **and its value**: the key is
//! `id#hash`, and the hash covers id, value and start, so a changed value is unconfirmed again.

use crate::{error::Place, files::hex, measure::Provenance};
use northbound_types::Day;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// A rule as `rules show`, `rules check` and a pack's list of unconfirmed rules print it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleInfo {
    /// Stable id, such as `target/4.1.1/smets2/on-demand`, `levels/CPM1`, `setting/wilson-z`. Two
    /// dated versions of one rule share it.
    pub id: String,
    /// What it is, in words.
    pub title: String,
    /// Its whole value as text.
    pub value: String,
    /// First day on which it holds; `None` where the rule has no date.
    pub from: Option<Day>,
    /// Where it comes from.
    pub provenance: Provenance,
    /// What to write into the register of confirmations: `id#hash`.
    pub confirmation_key: String,
    /// File, line and column.
    pub place: Place,
}

/// What every citable rule can say of itself.
pub trait Confirmable {
    /// Stable id.
    fn rule_id(&self) -> &str;
    /// What it is, in words.
    fn title(&self) -> String;
    /// Its whole value as text: what a confirmation confirms.
    fn value(&self) -> String;
    /// First day on which it holds.
    fn from(&self) -> Option<Day>;
    /// Where it comes from.
    fn provenance(&self) -> &Provenance;
    /// File, line and column.
    fn place(&self) -> Place;

    /// `id#hash`.
    fn confirmation_key(&self) -> String {
        let from = self.from().map(|d| d.to_string()).unwrap_or_default();
        format!(
            "{}#{}",
            self.rule_id(),
            digest(&format!("{}\n{}\n{from}", self.rule_id(), self.value()))
        )
    }
    /// Does a figure that rests on it stay provisional?
    fn needs_confirmation(&self, confirmed: &BTreeSet<String>) -> bool {
        self.provenance().needs_confirmation() && !confirmed.contains(&self.confirmation_key())
    }
    /// As it is printed.
    fn info(&self) -> RuleInfo {
        RuleInfo {
            id: self.rule_id().to_owned(),
            title: self.title(),
            value: self.value(),
            from: self.from(),
            provenance: self.provenance().clone(),
            confirmation_key: self.confirmation_key(),
            place: self.place(),
        }
    }
}

/// The first 16 hex digits of a text's SHA-256.
#[must_use]
pub fn digest(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes())).chars().take(16).collect()
}
