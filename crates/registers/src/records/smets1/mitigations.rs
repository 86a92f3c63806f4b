//! Specifications of mitigations (D6): parts that must be there, residual risk above all. What is
//! required is copied from the rules when the specification is begun, so that it stays what was asked.

use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Identity, Index, Record, invalid, needed},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A part that was asked for whatever the rules say.
pub const RESIDUAL_RISK: &str = "residual risk";

/// A specification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mitigation {
    /// The defect.
    pub defect: String,
    /// Title.
    pub title: String,
    /// The action that asks for it; null where none does.
    pub action: Option<String>,
    /// Parts that must be there, in order.
    pub required: Vec<String>,
    /// What is written so far, by part.
    pub parts: BTreeMap<String, String>,
    /// Document in which it stands; empty while it was only spoken.
    pub document: String,
}

impl Mitigation {
    /// The parts that are still missing, in order; empty where it is complete. One that was only
    /// spoken lacks its document.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let written = |key: &str| self.parts.get(key).is_some_and(|t| !t.trim().is_empty());
        let mut out: Vec<String> = self.required.iter().filter(|k| !written(k)).cloned().collect();
        if !written(RESIDUAL_RISK) && !out.iter().any(|k| k == RESIDUAL_RISK) {
            out.push(RESIDUAL_RISK.to_owned());
        }
        if self.document.trim().is_empty() {
            out.push("a document: it was only given orally".to_owned());
        }
        out
    }
}

impl Record for Mitigation {
    const NOUN: Noun = Noun::Mitigation;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        Index { lookup: Some(self.defect.clone()), ..Index::default() }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Mitigation, "title", &self.title)?;
        match self.parts.keys().find(|k| k.as_str() != RESIDUAL_RISK && !self.required.contains(k))
        {
            Some(odd) => Err(invalid(
                Noun::Mitigation,
                "parts",
                format!(
                    "has {odd:?}, which is not one of the parts; these are {}",
                    self.required.join(", ")
                ),
            )),
            None => Ok(()),
        }
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        vec![(Noun::Defect, self.defect.clone())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn residual_risk_is_missed_even_where_the_rules_forgot_it() {
        let mut m = Mitigation {
            defect: "defect-1".into(),
            title: "watch".into(),
            action: None,
            required: vec!["monitored".into()],
            parts: BTreeMap::new(),
            document: "paper".into(),
        };
        assert_eq!(m.missing(), ["monitored", RESIDUAL_RISK]);
        m.parts.insert("monitored".into(), "failures by SRV".into());
        m.parts.insert(RESIDUAL_RISK.into(), " ".into());
        assert_eq!(m.missing(), [RESIDUAL_RISK]);
        m.parts.insert(RESIDUAL_RISK.into(), "one in five".into());
        assert!(m.missing().is_empty());
        m.document.clear();
        assert_eq!(m.missing().len(), 1, "only given orally");
    }
}
