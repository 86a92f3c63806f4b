//! Where an action stands, for the records that wait for one. An action that is not kept is not
//! closed: nothing passes a gate because a register is empty.

use crate::{
    error::RegisterError,
    gate::Gate,
    read::AsAt,
    records::oversight::actions::{Action, ActionStatus, canonical},
};
use std::fmt;

/// Where an action stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionStanding {
    /// The register of actions does not know it.
    NotKept,
    /// Kept, in this status.
    Kept(ActionStatus),
}

impl ActionStanding {
    /// Is it closed?
    #[must_use]
    pub fn is_closed(self) -> bool {
        self == ActionStanding::Kept(ActionStatus::Closed)
    }
}

impl fmt::Display for ActionStanding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ActionStanding::NotKept => f.write_str("not in the register of actions"),
            ActionStanding::Kept(status) => f.write_str(status.as_str()),
        }
    }
}

impl Gate<'_> {
    /// Where an action stands as at a time, however its id is spelt.
    ///
    /// # Errors
    /// [`RegisterError::Sql`].
    pub fn action_standing(
        &self,
        id: &str,
        as_at: impl Into<AsAt>,
    ) -> Result<ActionStanding, RegisterError> {
        Ok(self
            .find::<Action>(&canonical(id), as_at)?
            .map_or(ActionStanding::NotKept, |k| ActionStanding::Kept(k.record.status)))
    }
}
