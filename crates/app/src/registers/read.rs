//! Reading any register.

use crate::{Context, Result};
use northbound_registers::{Change, Noun, Query, Record, Stored};

/// The records that `query` finds, as at [`Context::as_at`], whatever time the query names.
///
/// # Errors
/// Where the registers cannot be read.
pub fn list<T: Record>(ctx: &Context, query: &Query) -> Result<Vec<Stored<T>>> {
    let store = ctx.store()?;
    Ok(ctx.gate(&store).list(&Query { as_at: ctx.as_at(), ..query.clone() })?)
}

/// One record as at [`Context::as_at`].
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound) where the Actor sees no such record.
pub fn show<T: Record>(ctx: &Context, id: &str) -> Result<Stored<T>> {
    let store = ctx.store()?;
    Ok(ctx.gate(&store).show(id, ctx.as_at())?)
}

/// Every version of a record up to [`Context::as_at`], oldest first.
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound) where the Actor sees no such record.
pub fn history(ctx: &Context, noun: Noun, id: &str) -> Result<Vec<Change>> {
    let store = ctx.store()?;
    Ok(ctx.gate(&store).history(noun, id, ctx.as_at())?)
}
