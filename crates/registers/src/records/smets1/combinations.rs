//! Combinations of SMETS1 device models with a communications provider, and the list of eligible
//! ones (EPCL): evidence, date first added, open defects. A pair stands once, however it is spelt.

use crate::{
    error::RegisterError,
    gate::{Gate, Receipt, Write},
    noun::{Noun, Verb},
    read::{AsAt, Query},
    record::{Identity, Index, Record, Stored, invalid, needed},
    records::smets1::defects::Defect,
    tx::parse,
    write::{approved, expect, live_head},
};
use northbound_types::{Day, text_enum};
use serde::{Deserialize, Serialize};

/// Longest name of a device model, characters (as on the Certified Products List).
pub const MAX_MODEL_CHARS: usize = 30;

text_enum! {
    /// The list that a combination is on.
    pub enum Listing("list") {
        /// Waiting for its proof.
        Pending = "pending",
        /// Proven.
        Eligible = "eligible",
        /// Taken off.
        Removed = "removed",
    }
}

text_enum! {
    /// What a piece of evidence is.
    pub enum Proof("kind of evidence") {
        /// A test of this combination.
        Own = "own-test",
        /// A test that is substantively equivalent.
        Equivalent = "equivalent-test",
        /// A review of a test completion report.
        Review = "review",
    }
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What kind.
    pub proof: Proof,
    /// What it shows.
    pub text: String,
    /// Document and place.
    pub document: String,
    /// Its day.
    pub on: Day,
}

/// A combination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Combination {
    /// Device models.
    pub models: Vec<String>,
    /// Communications provider.
    pub csp: String,
    /// Cohort (`IOC`, `MOC`, `FOC`); null where none is named.
    pub cohort: Option<String>,
    /// The list that it is on.
    pub list: Listing,
    /// Day on which it was first added to the eligible ones.
    pub first_added: Option<Day>,
    /// What proves it.
    pub evidence: Vec<Evidence>,
    /// In words; may be empty.
    pub note: String,
}

/// Case and spacing do not make another model.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase()
}

impl Combination {
    /// One that waits for its proof.
    #[must_use]
    pub fn pending(models: Vec<String>, csp: &str) -> Combination {
        Combination {
            models,
            csp: csp.to_owned(),
            cohort: None,
            list: Listing::Pending,
            first_added: None,
            evidence: Vec::new(),
            note: String::new(),
        }
    }
    /// The name under which it stands: provider and models, in one spelling and order.
    #[must_use]
    pub fn name(&self) -> String {
        let mut models: Vec<String> = self.models.iter().map(|m| plain(m)).collect();
        models.sort();
        models.dedup();
        format!("{}:{}", plain(&self.csp), models.join("+"))
    }
}

impl Record for Combination {
    const NOUN: Noun = Noun::Combination;
    fn identity(&self) -> Identity {
        Identity::Given(self.name())
    }
    fn index(&self) -> Index {
        Index { provider: Some(self.csp.clone()), lookup: self.cohort.clone(), ..Index::default() }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Combination, "csp", &self.csp)?;
        if self.models.is_empty() || self.models.iter().any(|m| m.trim().is_empty()) {
            return Err(invalid(
                Noun::Combination,
                "models",
                "needs at least one device model, each with a name",
            ));
        }
        if let Some(long) = self.models.iter().find(|m| m.trim().chars().count() > MAX_MODEL_CHARS)
        {
            return Err(invalid(
                Noun::Combination,
                "models",
                format!(
                    "{long:?} has more than the {MAX_MODEL_CHARS} characters that a model's name may have"
                ),
            ));
        }
        if let Some(odd) = self.models.iter().chain([&self.csp]).find(|t| t.contains(['+', ':'])) {
            return Err(invalid(
                Noun::Combination,
                "models",
                format!(
                    "{odd:?} contains a + or a colon, which separate the names; write it without"
                ),
            ));
        }
        for e in &self.evidence {
            needed(Noun::Combination, "evidence", &e.document)?;
        }
        if self.list == Listing::Eligible && self.first_added.is_none() {
            return Err(invalid(
                Noun::Combination,
                "list",
                "is eligible, but it was not admitted; use `northbound combination admit`",
            ));
        }
        Ok(())
    }
    fn check_change(&self, id: &str, before: &Self) -> Result<(), RegisterError> {
        let frozen = |why: &str| {
            Err(RegisterError::Frozen {
                noun: Noun::Combination,
                id: id.to_owned(),
                why: why.to_owned(),
            })
        };
        if self.first_added != before.first_added {
            return frozen(
                "the day on which it was first added is set by `northbound combination admit` and cannot be changed",
            );
        }
        if self.list == Listing::Eligible && before.list != Listing::Eligible {
            return frozen(
                "it becomes eligible only by `northbound combination admit`, which checks its defects",
            );
        }
        Ok(())
    }
}

impl Gate<'_> {
    /// Defects that are not ended and hit a combination.
    ///
    /// # Errors
    /// [`RegisterError::Sql`].
    pub fn open_defects(
        &self,
        combination: &str,
        as_at: impl Into<AsAt>,
    ) -> Result<Vec<Stored<Defect>>, RegisterError> {
        let mut all: Vec<Stored<Defect>> = self.list(&Query::as_at(as_at))?;
        all.retain(|k| {
            k.record.is_open() && k.record.combinations.iter().any(|c| c == combination)
        });
        Ok(all)
    }

    /// Puts a combination on the list of eligible ones (D1).
    ///
    /// # Errors
    /// [`RegisterError::Missing`] without evidence, or while a defect that hits it is not assessed;
    /// [`RegisterError::Frozen`] where it is eligible already.
    pub fn admit_combination(
        &self,
        id: &str,
        on: Day,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        self.one(write, |tx| {
            let head = live_head::<Combination>(tx, id)?;
            let mut c: Combination = parse(id, &head.body)?;
            tx.allow(Noun::Combination, Verb::Approve, None)?;
            expect(tx, Noun::Combination, id, &head)?;
            if c.list == Listing::Eligible {
                return Err(RegisterError::Frozen {
                    noun: Noun::Combination,
                    id: id.to_owned(),
                    why: "it is already eligible".to_owned(),
                });
            }
            let missing = self.missing_for_eligibility(id, &c)?;
            if !missing.is_empty() {
                return Err(RegisterError::Missing {
                    noun: Noun::Combination,
                    id: id.to_owned(),
                    to: "made eligible",
                    missing,
                    hint: "add evidence with `northbound combination evidence`, and assess each open defect with `northbound defect impact` and `northbound defect change ID severity=…`",
                });
            }
            c.list = Listing::Eligible;
            c.first_added = c.first_added.or(Some(on));
            approved(tx, id, &head, &c)
        })
    }

    fn missing_for_eligibility(
        &self,
        id: &str,
        c: &Combination,
    ) -> Result<Vec<String>, RegisterError> {
        let mut missing = Vec::new();
        if c.evidence.is_empty() {
            missing.push("evidence of a test".to_owned());
        }
        for d in self.open_defects(id, AsAt::NOW)? {
            let title = &d.record.title;
            missing.extend(
                d.record
                    .not_assessed()
                    .into_iter()
                    .map(|what| format!("{what} of {} ({title})", d.id)),
            );
        }
        Ok(missing)
    }

    /// Adds a piece of evidence to a combination. It stays on the list on which it is.
    ///
    /// # Errors
    /// [`RegisterError::Invalid`] without a document; else as [`Gate::change`].
    pub fn add_combination_evidence(
        &self,
        id: &str,
        evidence: Evidence,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        self.via_gate::<Combination>(id, write, |c| {
            c.evidence.push(evidence);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_case_and_spacing_make_no_other_combination() {
        let c = |models: &[&str], csp: &str| {
            Combination::pending(models.iter().map(|m| (*m).to_owned()).collect(), csp).name()
        };
        assert_eq!(c(&["Alpha  1", "beta 2"], "csp-s1"), c(&["BETA 2", " alpha 1"], "CSP-S1"));
        assert_ne!(c(&["alpha 1"], "csp-s1"), c(&["alpha 2"], "csp-s1"));
        let long = |n| Combination::pending(vec!["x".repeat(n)], "C").check().is_ok();
        assert_eq!((long(MAX_MODEL_CHARS), long(MAX_MODEL_CHARS + 1)), (true, false));
    }
}
