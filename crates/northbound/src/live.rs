//! The live service on the command line: `serve`, and everything that speaks with it.

pub(crate) mod demo;
pub(crate) mod device;
pub(crate) mod key;
pub(crate) mod receive;
pub(crate) mod scenario;
pub(crate) mod send;
pub(crate) mod serve;
pub(crate) mod tls;
pub(crate) mod user;
pub(crate) mod watch;

use crate::{
    context::Ctx,
    error::{CliError, Kind, Result},
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

/// Where a change went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Made {
    /// To the service that runs.
    Running,
    /// Into the journal of one that does not.
    Journal,
}

impl Made {
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Made::Running => "the running service has it",
            Made::Journal => "no service runs here; it stands in the journal for the next one",
        }
    }
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Made::Running => "service",
            Made::Journal => "journal",
        }
    }
}

/// Makes changes: through the service where one runs, else into its journal.
pub(crate) fn change(ctx: &Ctx, changes: &[Change]) -> Result<Made> {
    if !rights::may_change_live(&ctx.actor) {
        return Err(CliError::refused(format!(
            "{} may not change the live service: that needs one of the roles {}; act as such with --as",
            ctx.actor,
            rights::LIVE_ROLES.join(", ")
        )));
    }
    match Client::of(&ctx.data) {
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
            Ok(Made::Running)
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
            Ok(Made::Journal)
        }
        Err(e) => Err(e.into()),
    }
}

/// Changes as they are sent together: a change of many devices goes alone.
fn batches(changes: &[Change]) -> impl Iterator<Item = &[Change]> {
    let many = |c: &Change| matches!(c, Change::Devices(_));
    changes.chunk_by(move |a, b| !many(a) && !many(b)).flat_map(|c| c.chunks(CHANGES))
}

/// What the rules make of the day.
pub(crate) fn policy(ctx: &Ctx) -> Result<Policy> {
    policy_of(&ctx.rules()?, ctx)
}

pub(crate) fn policy_of(rules: &RuleSet, ctx: &Ctx) -> Result<Policy> {
    Policy::from_rules(rules, ctx.now.day()).map_err(|e| GatewayError::from(e).into())
}

/// The catalogue as messages are read by.
pub(crate) fn services(rules: &RuleSet) -> Services {
    Services::from_entries(rules.catalogue().services().iter().map(|s| ServiceEntry {
        srv: s.srv.clone(),
        service_reference: s.reference.clone(),
        body_element: s.body_element.clone(),
        variants: s.command_variants.clone(),
        non_device: s.non_device,
    }))
}

/// A runtime for a command that waits for connections.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(
        |e| {
            CliError::new(Kind::Internal, "cli.internal", format!("threads cannot be started: {e}"))
        },
    )
}
