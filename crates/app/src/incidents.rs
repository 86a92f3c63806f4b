//! Incidents: a log of events, from which the state at any time is derived; stock and flow, ages,
//! reports.

mod events;
pub mod report;
mod show;
mod stated;
mod stock;
mod view;

use crate::{Context, Result};
use northbound_measures::incidents::{IncidentEvent, Life, lives, rules::IncidentRules};
use northbound_packs::evidence::incidents as recorded;
use northbound_registers::{AsAt, Store};
use northbound_types::Utc;

pub use events::{EventDetails, NewEvent, NewIncident, add, add_event, change, retract};
pub use show::{export, history, list, show};
pub use stated::add_stated;
pub use stock::{age, balance};

/// [`Context::as_at`], else the present.
fn moment(ctx: &Context) -> Utc {
    ctx.as_at.unwrap_or(ctx.now)
}

/// Events as the registers have them now. Those that were not known at the time asked for are left out
/// when lives are made of them: a log imported today can describe last year.
fn events(ctx: &Context, store: &Store) -> Result<Vec<IncidentEvent>> {
    let mut all = recorded::events(&ctx.gate(store), AsAt::NOW, moment(ctx))?;
    // A recorded time may be a microsecond ahead of the clock; what is recorded is known now.
    if ctx.as_at.is_none() {
        for e in &mut all {
            e.known = e.known.min(ctx.now);
        }
    }
    Ok(all)
}

fn known_lives(ctx: &Context, store: &Store) -> Result<Vec<Life>> {
    Ok(lives(&events(ctx, store)?, moment(ctx)))
}

fn incident_rules(ctx: &Context, store: &Store) -> Result<IncidentRules> {
    let rules = ctx.rules()?;
    let unconfirmed = rules.unconfirmed_keys(&ctx.confirmed(store)?);
    Ok(recorded::rules(&rules, moment(ctx).day(), &unconfirmed)?)
}
