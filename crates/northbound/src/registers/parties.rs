//! `party` and `user`.

use super::{Common, add, common};
use crate::{context::Ctx, error::Result, output::Answer};
use clap::Subcommand;
use northbound_app::people::parties::role;
use northbound_registers::records::participants::parties::{Party, User};
use northbound_types::{Day, Eui64};

/// Parties
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum PartyCommand {
    /// Register a party
    Add {
        /// Short name, as in person@PARTY
        id: String,
        /// Full name
        #[arg(long)]
        name: String,
        /// Category: large-supplier, small-supplier, network-operator, other …
        #[arg(long)]
        category: String,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn party(c: &PartyCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        PartyCommand::Add { id, name, category } => {
            add(&Party { id: id.clone(), name: name.clone(), category: category.clone() }, ctx)
        }
        PartyCommand::Common(c) => common::<Party>(c, ctx),
    }
}

/// Users: an EUI of a party with its roles
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum UserCommand {
    /// Register a User
    Add {
        /// EUI-64 with which it signs
        eui: Eui64,
        /// Party to which it belongs
        #[arg(long)]
        party: String,
        /// Roles held: ROLE, ROLE:FROM or ROLE:FROM:TO. Default for FROM: --from
        #[arg(long = "role", required = true, value_name = "ROLE[:FROM[:TO]]")]
        roles: Vec<String>,
        /// First day of roles given without one. Default: today
        #[arg(long, value_name = "DAY")]
        from: Option<Day>,
        /// Also register it with the live service, and generate keys for it if the data folder has none
        #[arg(long)]
        live: bool,
        /// Address to which the live service delivers its messages
        #[arg(long, value_name = "URL", requires = "live")]
        endpoint: Option<northbound_transport::Url>,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn user(c: &UserCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        UserCommand::Add { eui, party, roles, from, live, endpoint } => {
            let from = from.unwrap_or(ctx.now.day());
            let roles = roles.iter().map(|r| role(r, from)).collect::<Result<Vec<_>>>()?;
            let user = User { eui: *eui, party: party.clone(), roles };
            let added = add(&user, ctx)?;
            if *live && !ctx.dry_run {
                northbound_app::live::user::admit(ctx, &user, endpoint.as_ref(), added)
            } else {
                Ok(added)
            }
        }
        UserCommand::Common(c) => common::<User>(c, ctx),
    }
}
