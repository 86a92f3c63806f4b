//! Actions that meetings gave: what was asked of whom, until when, what was reported on it, and
//! whether it is closed, with evidence and the meeting that accepted it (A1, A7).
//!
//! An action is the series, the meeting that raised it and the number printed there. The number may be
//! missing, and another series may use it again. The register's own id ([`Action::key`]) only tells records
//! apart; people see [`Action::label`].

mod derive;
mod model;
mod verbs;

pub use derive::{Flags, by_need, flags, owner_named_in};
pub use model::{
    Action, ActionStatus, Deliverable, DueStep, Instalment, Link, LinkTo, Recurrence, TextVersion,
    Update, canonical,
};
pub use verbs::Found;

#[cfg(test)]
mod tests;
