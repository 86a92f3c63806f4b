//! The one gate: an actor with the store behind it.

use crate::{
    diff::FieldChange,
    error::RegisterError,
    noun::{Noun, Verb},
};
use crate::{rights::Visibility, store::Store};
use northbound_types::{Actor, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The registers as one actor may use them. Reads stand in `read`, writes in `write`, files in
/// `import`.
#[derive(Debug)]
pub struct Gate<'a> {
    pub(crate) store: &'a Store,
    pub(crate) actor: Actor,
    pub(crate) visibility: Visibility,
}

impl<'a> Gate<'a> {
    pub(crate) fn new(store: &'a Store, actor: &Actor) -> Gate<'a> {
        Gate { store, actor: actor.clone(), visibility: Visibility::of(actor) }
    }
    /// Who acts.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
    /// The store behind the gate, for its revision and backup.
    #[must_use]
    pub fn store(&self) -> &'a Store {
        self.store
    }
}

/// How a write is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The clock. The time recorded is this, or a microsecond after the last change where the clock
    /// is behind it: the order of revisions is the order of recorded times.
    pub now: Utc,
    /// Why (`--reason`).
    pub reason: String,
    /// Since when it is known; the recorded time where `None`.
    pub known: Option<Utc>,
    /// Times that are stated may be no later than this; any may where `None`.
    pub latest: Option<Utc>,
    /// The version that the change was made for (`--expect-version`).
    pub expect_version: Option<i64>,
    /// Only say what would change (`--dry-run`).
    pub dry_run: bool,
}

impl Write {
    /// At a time, without anything else.
    #[must_use]
    pub fn at(now: Utc) -> Write {
        Write {
            now,
            reason: String::new(),
            known: None,
            latest: None,
            expect_version: None,
            dry_run: false,
        }
    }
    /// Refuses a stated time that is later than [`Write::latest`].
    pub(crate) fn not_ahead(&self, stated: Option<Utc>) -> Result<(), RegisterError> {
        match (stated, self.latest) {
            (Some(stated), Some(latest)) if stated > latest => {
                Err(RegisterError::Ahead { stated, latest })
            }
            _ => Ok(()),
        }
    }
    /// With a reason.
    #[must_use]
    pub fn with_reason(mut self, reason: &str) -> Write {
        reason.clone_into(&mut self.reason);
        self
    }
    /// Known since a time.
    #[must_use]
    pub fn known(mut self, at: Utc) -> Write {
        self.known = Some(at);
        self
    }
    /// Made for a version.
    #[must_use]
    pub fn expecting(mut self, version: i64) -> Write {
        self.expect_version = Some(version);
        self
    }
    /// Only to see what would change.
    #[must_use]
    pub fn dry(mut self) -> Write {
        self.dry_run = true;
        self
    }
}

/// What a write did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Register.
    pub noun: Noun,
    /// Id of the record.
    pub id: String,
    /// What happened.
    pub verb: Verb,
    /// Its version now.
    pub version: i64,
    /// Revision of the registers now.
    pub revision: i64,
    /// When it was recorded.
    pub recorded: Utc,
    /// `true`: nothing was stored.
    pub dry_run: bool,
    /// `false` where the record already said so: no version and no event came of it.
    pub changed: bool,
    /// Key by key.
    pub changes: Vec<FieldChange>,
    /// The record before; null where there was none.
    pub before: Option<Value>,
    /// The record after.
    pub after: Option<Value>,
}
