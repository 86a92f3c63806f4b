//! Writing any register.

use super::assign::assign;
use crate::{Context, Result, names::row_exists};
use northbound_registers::{AsAt, Receipt, Record, Write};
use northbound_types::Actor;

/// Adds a record.
///
/// # Errors
/// Where the Actor may not, the record is not well formed or about a row that no measure has, or its id is
/// taken.
pub fn add<T: Record>(ctx: &Context, record: &T) -> Result<Receipt> {
    row_exists(ctx, T::NOUN, &record.index())?;
    let store = ctx.store()?;
    Ok(ctx.gate(&store).add(record, &ctx.write())?)
}

/// Changes some keys of a record. Each assignment is `KEY=VALUE` with a JSON key of the record; an
/// empty value clears the key.
///
/// # Errors
/// Where a key or value does not fit the record, the Actor may not, or somebody else changed the
/// record after it was read here.
pub fn change<T: Record>(ctx: &Context, id: &str, assignments: &[String]) -> Result<Receipt> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let current = gate.show::<T>(id, AsAt::NOW)?;
    let record: T = assign(&current.record, assignments)?;
    row_exists(ctx, T::NOUN, &record.index())?;
    let mut write = ctx.write();
    write.expect_version = write.expect_version.or(Some(current.version));
    Ok(gate.change(id, &record, &write)?)
}

/// Withdraws a record; it stays in the history.
///
/// # Errors
/// Where the Actor may not, or gives no reason.
pub fn withdraw<T: Record>(ctx: &Context, id: &str) -> Result<Receipt> {
    let store = ctx.store()?;
    Ok(ctx.gate(&store).withdraw::<T>(id, &ctx.write())?)
}

/// How a step is written whose own name can be its reason: [`Context::reason`], or `default` where
/// that is blank.
#[must_use]
pub fn with_reason(ctx: &Context, default: &str) -> Write {
    let mut write = ctx.write();
    if write.reason.trim().is_empty() {
        default.clone_into(&mut write.reason);
    }
    write
}

/// The author of a statement: `given`, or else the party, body or person that acts, in that order.
#[must_use]
pub fn author(given: Option<&str>, actor: &Actor) -> String {
    let acting = || actor.party.as_ref().or(actor.body.as_ref()).unwrap_or(&actor.person).clone();
    given.map_or_else(acting, str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_author_is_the_party_before_the_body_before_the_person() {
        for (actor, expected) in
            [("kim@ACME/opsg", "ACME"), ("kim/opsg+secretary", "opsg"), ("kim+analyst", "kim")]
        {
            let actor = Actor::parse(actor).unwrap();
            assert_eq!(author(None, &actor), expected);
            assert_eq!(author(Some("the panel"), &actor), "the panel");
        }
    }
}
