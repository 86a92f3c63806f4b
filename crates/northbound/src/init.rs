//! `init`.

use crate::{
    context::{Ctx, actor},
    error::{CliError, Kind, Result},
    output::Answer,
};
use clap::Args;
use northbound_app::folder::{Clock, Grant, init};

/// How the folder is made.
#[derive(Debug, Clone, Args)]
pub(crate) struct InitArgs {
    /// On a virtual clock: --clock may set the present time. For demos, trials and tests
    #[arg(long = "virtual")]
    on_virtual_clock: bool,
    /// Group whose members may read the files, except keys; else only your account may
    #[arg(long, value_name = "GROUP")]
    group: Option<String>,
    /// Who acts as what without --as: login[@party][/body]+role…; may be given several times. Default: your login name as analyst
    #[arg(long = "owner", value_name = "ACTOR")]
    owners: Vec<String>,
}

impl InitArgs {
    pub(crate) fn run(&self, ctx: &Ctx) -> Result<Answer> {
        let clock = if self.on_virtual_clock { Clock::Virtual } else { Clock::Real };
        if clock == Clock::Real && ctx.clock_given {
            return Err(CliError::new(
                Kind::Refused,
                "folder.clock",
                "a folder on the machine's clock is made at the machine's time; leave --clock out, or add --virtual",
            ));
        }
        let mut grants = Vec::new();
        for owner in &self.owners {
            grants.push(Grant::to_login(actor(owner)?));
        }
        if grants.is_empty() {
            grants.push(Grant {
                login: Some(ctx.actor.person.clone()),
                ..Grant::analyst_to_anybody()
            });
        }
        init(ctx, clock, self.group.as_deref(), grants)
    }
}
