//! Changes to the live service: sent to it where it runs, else written into its journal.

pub mod activity;
pub mod answers;
pub mod demo;
pub mod device_changes;
pub mod inventory;
pub mod sample;
pub mod sent;
pub mod user;

use crate::{
    context::Context,
    error::{AppError, Result},
};
use northbound_client::{
    ClientError,
    control::{CHANGES, ChangeAsked, Client},
};
use northbound_duis::{ServiceEntry, Services};
use northbound_flow::{Change, Control, Policy};
use northbound_gateway::{GatewayError, offline};
use northbound_registers::rights;
use northbound_rules::RuleSet;
use northbound_types::Utc;

/// Where a change went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// To the running service.
    Running,
    /// Into the journal, for the next start.
    Journal,
}

impl Destination {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Destination::Running => "the running service has it",
            Destination::Journal => {
                "no service runs here; the change is in the journal for the next start"
            }
        }
    }
    /// The JSON value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Destination::Running => "service",
            Destination::Journal => "journal",
        }
    }
}

/// Makes changes to the live core: through the service where one runs, else into its journal.
///
/// # Errors
/// Where the Actor may not change the live service, or it refuses or cannot be reached.
pub fn change(ctx: &Context, changes: &[Change]) -> Result<Destination> {
    if !rights::may_change_live(&ctx.actor) {
        return Err(AppError::refused(format!(
            "{} may not change the live service: that needs one of the roles {}; name a role with --as",
            ctx.actor,
            rights::LIVE_ROLES.join(", ")
        )));
    }
    match Client::of(&ctx.data, &ctx.actor) {
        Ok(client) => {
            for some in batches(changes) {
                let asked: Vec<ChangeAsked> = some
                    .iter()
                    .map(|c| ChangeAsked {
                        actor: ctx.actor.to_string(),
                        reason: ctx.reason.clone(),
                        change: c.clone(),
                    })
                    .collect();
                if let Some(no) = client.change(&asked)?.into_iter().find(|c| !c.changed) {
                    no.into_result()?;
                }
            }
            Ok(Destination::Running)
        }
        Err(ClientError::NotRunning { .. }) => {
            let controls: Vec<Control> = changes
                .iter()
                .map(|c| Control {
                    actor: ctx.actor.to_string(),
                    reason: ctx.reason.clone(),
                    change: c.clone(),
                })
                .collect();
            offline::change(&ctx.data, policy(ctx)?, &controls, ctx.now)?;
            Ok(Destination::Journal)
        }
        Err(e) => Err(e.into()),
    }
}

/// Changes as they are sent together: a change of many devices goes alone.
fn batches(changes: &[Change]) -> impl Iterator<Item = &[Change]> {
    let many = |c: &Change| matches!(c, Change::Devices(_));
    changes.chunk_by(move |a, b| !many(a) && !many(b)).flat_map(|c| c.chunks(CHANGES))
}

/// The policy of the live core that the rules in force make today.
///
/// # Errors
/// Where a rule file is wrong.
pub fn policy(ctx: &Context) -> Result<Policy> {
    policy_of(&ctx.rules()?, ctx)
}

/// As [`policy`], of rules that were read before.
///
/// # Errors
/// Where the rules give no policy.
pub fn policy_of(rules: &RuleSet, ctx: &Context) -> Result<Policy> {
    Policy::from_rules(rules, ctx.now.day()).map_err(|e| GatewayError::from(e).into())
}

/// The catalogue of services, in the form by which messages are read.
#[must_use]
pub fn services(rules: &RuleSet) -> Services {
    Services::from_entries(rules.catalogue().services().iter().map(|s| ServiceEntry {
        srv: s.srv.clone(),
        service_reference: s.reference.clone(),
        body_element: s.body_element.clone(),
        variants: s.command_variants.clone(),
        non_device: s.non_device,
    }))
}

/// The present time of the live service; the context's where none runs.
///
/// # Errors
/// Where the service cannot be reached or gives no time.
pub fn core_time(ctx: &Context) -> Result<Utc> {
    match Client::of(&ctx.data, &ctx.actor) {
        Ok(client) => client.get("/status")?["core_time"]
            .as_str()
            .and_then(|t| t.parse().ok())
            .ok_or_else(|| AppError::internal("the service's answer has no time")),
        Err(ClientError::NotRunning { .. }) => Ok(ctx.now),
        Err(e) => Err(e.into()),
    }
}
