//! Actions that meetings gave: target dates, and how one is closed.

use crate::{AppError, Context, Result, registers::with_reason};
use northbound_registers::{
    Receipt,
    records::oversight::actions::{ActionStatus, DueStep},
};

/// Sets another target date; earlier dates stay on record.
///
/// # Errors
/// Where the registers refuse it.
pub fn set_due(ctx: &Context, id: &str, due: &DueStep) -> Result<Receipt> {
    let store = ctx.store()?;
    let write = with_reason(ctx, &format!("date set by {}", due.set_by));
    Ok(ctx.gate(&store).action_due(id, due, &write)?)
}

/// Records that the owner claims an action as done.
///
/// # Errors
/// Where the registers refuse it.
pub fn claim_done(ctx: &Context, id: &str, evidence: &str) -> Result<Receipt> {
    let write = with_reason(ctx, "claimed as done by its owner");
    let store = ctx.store()?;
    Ok(ctx.gate(&store).action_status(id, ActionStatus::ClaimedDone, evidence, "", &write)?)
}

/// Closes an action with its evidence and the meeting that accepted it.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) where either is missing.
pub fn close(ctx: &Context, id: &str, evidence: &str, meeting: &str) -> Result<Receipt> {
    if evidence.trim().is_empty() || meeting.trim().is_empty() {
        return Err(AppError::refused(format!(
            "action {id} is not closed: closing needs evidence and the meeting that accepted it; give --evidence and --meeting"
        )));
    }
    let write = with_reason(ctx, &format!("accepted by {meeting}"));
    let store = ctx.store()?;
    Ok(ctx.gate(&store).action_status(id, ActionStatus::Closed, evidence, meeting, &write)?)
}
