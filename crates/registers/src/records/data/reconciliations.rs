//! Runs of reconciliations and the differences that they found. A difference is known by its stable
//! key, so that the next run carries its status, owner and decision on.

use crate::{
    error::RegisterError,
    gate::{Gate, Receipt, Write},
    noun::Noun,
    record::{Identity, Index, Record, needed},
    tx::{hash, parse},
    write::{add, put},
};
use northbound_types::{Utc, text_enum};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconciliation {
    /// The sources compared, by name.
    pub sources: Vec<String>,
    /// The keys compared by.
    pub keys: Vec<String>,
    /// The periods compared, as text.
    pub periods: Vec<String>,
    /// The party whose own it is; null where it is the network's.
    pub party: Option<String>,
    /// Sums that foot, as the comparison gives them.
    pub totals: Value,
    /// In words; may be empty.
    pub note: String,
}

impl Record for Reconciliation {
    const NOUN: Noun = Noun::Reconciliation;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        Index {
            party: self.party.clone(),
            period: self.periods.first().cloned(),
            lookup: Some(self.sources.join("|")),
            ..Index::default()
        }
    }
    fn check(&self) -> Result<(), RegisterError> {
        if self.sources.len() < 2 {
            return Err(crate::record::invalid(
                Noun::Reconciliation,
                "sources",
                "names fewer than two; nothing can be compared",
            ));
        }
        Ok(())
    }
}

text_enum! {
    /// The state of a difference.
    pub enum Status("status of a difference") {
        /// Nobody has decided.
        Open = "open",
        /// Somebody looks into it.
        InWork = "in-work",
        /// Explained; both sides agree on the cause.
        Explained = "explained",
        /// Accepted as it is.
        Accepted = "accepted",
        /// Put right at its source; it should not come again.
        Fixed = "fixed",
    }
}

impl Status {
    /// Does it need a decision in words?
    #[must_use]
    pub const fn decided(self) -> bool {
        match self {
            Status::Open | Status::InWork => false,
            Status::Explained | Status::Accepted | Status::Fixed => true,
        }
    }
}

/// A difference between two sources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Stable key: sources and keys, the same whichever source was named first.
    pub key: String,
    /// The same without the period.
    pub standing_key: String,
    /// The run that last saw it, by id; filled in by the store.
    pub reconciliation: String,
    /// The party whose own it is; null where it is the network's.
    pub party: Option<String>,
    /// Period, as text; empty where there is none.
    pub period: String,
    /// Class, such as `missing`, `duplicate`, `cut-off`.
    pub class: String,
    /// Count of the source whose name sorts first; null where it has none.
    pub count_a: Option<i64>,
    /// Count of the other; null where it has none.
    pub count_b: Option<i64>,
    /// First less other.
    pub amount: i64,
    /// Its state.
    pub status: Status,
    /// Its owner; empty where it has none.
    pub owner: String,
    /// What was decided; empty while nothing is.
    pub decision: String,
    /// Who decided; empty until then.
    pub decided_by: String,
    /// The source whose count is published by the decision.
    pub pick: Option<String>,
    /// When a run first saw it; filled in by the store.
    pub known_from: Option<Utc>,
}

impl Difference {
    /// The id of the difference with a key.
    #[must_use]
    pub fn id_of(key: &str, party: Option<&str>) -> String {
        format!("d-{}", hash(&format!("{}\n{key}", party.unwrap_or_default()), 8))
    }
}

impl Record for Difference {
    const NOUN: Noun = Noun::Difference;
    fn identity(&self) -> Identity {
        Identity::Given(Self::id_of(&self.key, self.party.as_deref()))
    }
    fn index(&self) -> Index {
        Index {
            party: self.party.clone(),
            period: Some(self.period.clone()),
            lookup: Some(self.standing_key.clone()),
            ..Index::default()
        }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Difference, "key", &self.key)?;
        needed(Noun::Difference, "class", &self.class)?;
        if self.status.decided() {
            needed(Noun::Difference, "decision", &self.decision)?;
            needed(Noun::Difference, "decided_by", &self.decided_by)?;
        }
        Ok(())
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        vec![(Noun::Reconciliation, self.reconciliation.clone())]
    }
}

/// What is decided about a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Its state now.
    pub status: Status,
    /// Whose it is.
    pub owner: String,
    /// What was decided, in words.
    pub decision: String,
    /// The source whose count is published.
    pub pick: Option<String>,
}

/// The reason noted where a run sees a known difference again and none is given.
const SEEN_AGAIN: &str = "seen by a further run";

impl Gate<'_> {
    /// Keeps a run with its differences, in one transaction. A difference that is known keeps its
    /// owner, decision and status; one that had been `fixed` is open again. The first receipt is the
    /// run's.
    ///
    /// # Errors
    /// As [`Gate::add`].
    pub fn reconcile(
        &self,
        run: &Reconciliation,
        found: &[Difference],
        write: &Write,
    ) -> Result<Vec<Receipt>, RegisterError> {
        let mut write = write.clone();
        if write.reason.trim().is_empty() {
            SEEN_AGAIN.clone_into(&mut write.reason);
        }
        self.one(&write, |tx| {
            let first = add(tx, run, crate::noun::Verb::Add)?;
            let id = first.id.clone();
            let mut receipts = vec![first];
            for d in found {
                let mut d = Difference {
                    reconciliation: id.clone(),
                    party: run.party.clone(),
                    known_from: Some(tx.recorded),
                    ..d.clone()
                };
                let key = Difference::id_of(&d.key, d.party.as_deref());
                if let Some(head) = tx.head(Noun::Difference, &key)? {
                    let known: Difference = parse(&key, &head.body)?;
                    d.status =
                        if known.status == Status::Fixed { Status::Open } else { known.status };
                    d.owner = known.owner;
                    d.decision = known.decision;
                    d.decided_by = known.decided_by;
                    d.pick = known.pick;
                    d.known_from = known.known_from;
                }
                receipts.push(put(tx, &d)?);
            }
            Ok(receipts)
        })
    }

    /// Decides about a difference, by its id.
    ///
    /// # Errors
    /// As [`Gate::change`]; [`RegisterError::Invalid`] where the status needs words and has none.
    pub fn decide(
        &self,
        id: &str,
        decision: &Decision,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        let mut write = write.clone();
        if write.reason.trim().is_empty() {
            decision.decision.clone_into(&mut write.reason);
        }
        let by = self.actor.to_string();
        self.update::<Difference>(id, &write, |d| {
            d.status = decision.status;
            d.owner.clone_from(&decision.owner);
            d.decision.clone_from(&decision.decision);
            d.pick.clone_from(&decision.pick);
            d.decided_by = by;
            Ok(())
        })
    }
}
