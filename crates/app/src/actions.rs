//! The register of actions: what needs doing, by whom, until when; and what owners and meetings do with an
//! action. What follows from an action and a day (overdue, slipped) is derived here and never recorded.

pub mod list;
pub mod log;
pub mod show;
pub mod verbs;

pub use list::{Filter, Standing, standings};
pub use verbs::NewAction;

pub(crate) use verbs::named;

use crate::{AppError, Context, Result};
use northbound_registers::{
    AsAt, Gate, Query,
    records::{
        oversight::bodies::{Body, BodyKind},
        participants::parties::Party,
    },
};

/// An organisation or group that may own an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Its id.
    pub id: String,
    /// Its full name.
    pub name: String,
    /// Is it a group, which has to name a lead (C5)?
    pub group: bool,
}

/// Every body and party that may own an action.
pub(crate) fn owners(gate: &Gate<'_>, as_at: AsAt) -> Result<Vec<Owner>> {
    let query = Query::as_at(as_at);
    let bodies = gate.list::<Body>(&query)?.into_iter().map(|k| Owner {
        group: !matches!(k.record.kind, BodyKind::Provider | BodyKind::Secretariat),
        id: k.record.id,
        name: k.record.name,
    });
    let parties = gate.list::<Party>(&query)?.into_iter();
    let parties = parties.map(|k| Owner { id: k.record.id, name: k.record.name, group: false });
    Ok(bodies.chain(parties).collect())
}

impl Owner {
    fn is(&self, given: &str) -> bool {
        self.id.eq_ignore_ascii_case(given.trim()) || self.name.eq_ignore_ascii_case(given.trim())
    }
}

/// The owner that a text names, by id or full name in any case.
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound) with those there are.
pub(crate) fn owner(all: &[Owner], given: &str) -> Result<String> {
    all.iter().find(|o| o.is(given)).map(|o| o.id.clone()).ok_or_else(|| {
        let known: Vec<&str> = all.iter().map(|o| o.id.as_str()).take(12).collect();
        let known = if known.is_empty() { "none yet".to_owned() } else { known.join(", ") };
        AppError::not_found(format!(
            "there is no body or party {given:?} that could own an action; there are {known}. `northbound body add` registers one"
        ))
    })
}

/// The action whose id this is, as the register has it. Used before a record is read by its id.
///
/// # Errors
/// Where no action, or more than one, has the id.
pub fn record_id(ctx: &Context, id: &str) -> Result<String> {
    let store = ctx.store()?;
    Ok(ctx.gate(&store).action(id, ctx.as_at())?.id)
}
