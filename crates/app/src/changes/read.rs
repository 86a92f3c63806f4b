//! Changes with their age and what each still lacks.

use crate::{Context, Result};
use northbound_registers::{
    Query, Stored,
    records::oversight::changes::{Change, ChangeState},
};
use northbound_types::Day;

/// Which changes.
#[derive(Debug, Clone, Default)]
pub struct ListRequest {
    /// Only of this type.
    pub kind: Option<String>,
    /// Only in this state.
    pub state: Option<ChangeState>,
    /// Withdrawn ones too.
    pub withdrawn: bool,
}

/// Changes as at a day.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The day to which ages are counted.
    pub as_at: Day,
    /// By type, and within a type in the order in which they were raised.
    pub changes: Vec<Stored<Change>>,
}

/// The changes asked for, by type.
///
/// # Errors
/// Where the registers cannot be read.
pub fn list(ctx: &Context, request: &ListRequest) -> Result<Listed> {
    let store = ctx.store()?;
    let mut changes: Vec<Stored<Change>> = ctx.gate(&store).list(&Query {
        lookup: request.kind.clone(),
        withdrawn: request.withdrawn,
        ..Query::as_at(ctx.as_at())
    })?;
    changes.retain(|k| request.state.is_none_or(|s| s == k.record.state));
    changes.sort_by(|a, b| a.record.kind.cmp(&b.record.kind));
    Ok(Listed { as_at: ctx.as_at.unwrap_or(ctx.now).day(), changes })
}

/// One change as at [`Context::as_at`], and that day.
///
/// # Errors
/// Where there is none of that id.
pub fn show(ctx: &Context, id: &str) -> Result<(Stored<Change>, Day)> {
    let change = crate::registers::show(ctx, id)?;
    Ok((change, ctx.as_at.unwrap_or(ctx.now).day()))
}

/// What a raised change lacks for its approval; else what it was approved without.
pub(super) fn missing(change: &Change, as_at: Day) -> Vec<String> {
    if change.state == ChangeState::Raised {
        return change.missing(as_at);
    }
    let overridden = change.approval.as_ref().and_then(|a| a.overridden.as_ref());
    overridden.map(|o| o.missing.clone()).unwrap_or_default()
}
