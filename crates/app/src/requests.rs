//! One request and what became of it, and lists of requests and alerts: from the ledger and, where the live
//! service runs, from what it has not committed yet.

mod alerts;
mod filter;
mod list;
mod rows;
mod show;
pub mod words;

pub use alerts::{AlertId, AlertList, AlertPath, list as list_alerts, show as show_alert};
pub use filter::Times;
pub use list::{RequestList, list};
pub use show::{RequestPath, is_over, show};

use crate::{
    context::Context,
    error::{AppError, Result},
};
use northbound_ledger::Snapshot;
use northbound_registers::{Query, Store, Visibility, records::participants::parties::User};
use northbound_types::Eui64;
use serde_json::{Value, json};

/// The most rows of a list.
pub const MOST: u64 = 10_000;

/// Whose messages may be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Whose {
    /// Everybody's.
    All,
    /// Those of these Users.
    Users(Vec<Eui64>),
}

impl Whose {
    fn has(&self, user: Eui64) -> bool {
        match self {
            Whose::All => true,
            Whose::Users(users) => users.contains(&user),
        }
    }
}

/// Whose messages the Actor sees, of the User asked for: staff see all, a User those of its own party.
fn whose(ctx: &Context, store: &Store, asked: Option<Eui64>) -> Result<Whose> {
    let visibility = Visibility::of(&ctx.actor);
    if visibility.all {
        return Ok(asked.map_or(Whose::All, |u| Whose::Users(vec![u])));
    }
    let own = match &visibility.party {
        Some(party) => own_users(ctx, store, party)?,
        None => Vec::new(),
    };
    let refused = |whom: String| {
        AppError::refused(format!(
            "{} may not see {whom}; act for that party (--as person@party+user) or as analyst",
            ctx.actor
        ))
    };
    match asked {
        Some(user) if own.contains(&user) => Ok(Whose::Users(vec![user])),
        Some(user) => Err(refused(format!("the messages of {user}, a User of another party"))),
        None if own.is_empty() => {
            Err(refused("messages: no User is registered for the party that it acts for".into()))
        }
        None => Ok(Whose::Users(own)),
    }
}

fn own_users(ctx: &Context, store: &Store, party: &str) -> Result<Vec<Eui64>> {
    let users = ctx.gate(store).list::<User>(&Query::as_at(ctx.as_at()))?;
    Ok(users.into_iter().map(|u| u.record).filter(|u| u.party == party).map(|u| u.eui).collect())
}

/// The days that the ledger has, in words.
fn covers(snapshot: &Snapshot) -> String {
    match snapshot.span() {
        Some((first, last)) => format!("the ledger covers {first} to {last}"),
        None => "the ledger is empty".to_owned(),
    }
}

/// The same as JSON.
fn covers_json(snapshot: &Snapshot) -> Value {
    match snapshot.span() {
        Some((first, last)) => json!({"from": first, "to": last}),
        None => Value::Null,
    }
}
