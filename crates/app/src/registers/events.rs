//! The trail of events over all registers.

use crate::{AppError, Context, Result};
use northbound_registers::{Event, EventFilter, Noun, Verb};
use northbound_types::Utc;

/// Which events.
#[derive(Debug, Clone, Default)]
pub struct EventsRequest {
    /// Only for this register.
    pub noun: Option<Noun>,
    /// Only of this record; needs `noun`, since ids are unique within a register.
    pub id: Option<String>,
    /// Only of this kind.
    pub verb: Option<Verb>,
    /// Only by this actor, as printed in the events.
    pub actor: Option<String>,
    /// Only since this time.
    pub since: Option<Utc>,
    /// At most this many.
    pub limit: Option<i64>,
}

/// Who did what and why, oldest first, as at [`Context::as_at`].
///
/// # Errors
/// [`Kind::Usage`](crate::error::Kind::Usage) where an id is given without its register.
pub fn events(ctx: &Context, request: &EventsRequest) -> Result<Vec<Event>> {
    if request.id.is_some() && request.noun.is_none() {
        return Err(AppError::usage("--id needs --noun, since ids are unique within a register"));
    }
    let store = ctx.store()?;
    Ok(ctx.gate(&store).events(&EventFilter {
        as_at: ctx.as_at(),
        noun: request.noun,
        id: request.id.clone(),
        verb: request.verb,
        actor: request.actor.clone(),
        since: request.since,
        after_revision: None,
        limit: request.limit,
    })?)
}
