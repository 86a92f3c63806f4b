//! The status of an action, for records that depend on one. An unregistered action does not count
//! as closed: an empty register must satisfy no condition.

use crate::{
    error::RegisterError,
    gate::Gate,
    read::AsAt,
    records::oversight::actions::{ActionStatus, Found},
};
use std::fmt;

/// The status of an action, where it is registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionStanding {
    /// The register of actions does not know it.
    NotRegistered,
    /// Registered, in this status.
    Registered(ActionStatus),
    /// Several actions have this id, so none of them counts.
    Ambiguous(usize),
}

impl ActionStanding {
    /// Is it closed?
    #[must_use]
    pub fn is_closed(self) -> bool {
        self == ActionStanding::Registered(ActionStatus::Closed)
    }
}

impl fmt::Display for ActionStanding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ActionStanding::NotRegistered => f.write_str("not in the register of actions"),
            ActionStanding::Registered(status) => f.write_str(status.as_str()),
            ActionStanding::Ambiguous(n) => write!(f, "ambiguous: {n} actions have this id"),
        }
    }
}

impl Gate<'_> {
    /// The status of an action as at a time, however its id is spelt.
    ///
    /// # Errors
    /// [`RegisterError::Sql`].
    pub fn action_standing(
        &self,
        id: &str,
        as_at: impl Into<AsAt>,
    ) -> Result<ActionStanding, RegisterError> {
        Ok(match self.action_found(id, as_at)? {
            Found::None => ActionStanding::NotRegistered,
            Found::One(k) => ActionStanding::Registered(k.record.status),
            Found::Several(all) => ActionStanding::Ambiguous(all.len()),
        })
    }
}
