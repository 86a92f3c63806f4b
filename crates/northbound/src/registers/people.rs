//! `person` and `body`.

use super::{Common, add, common};
use crate::{context::Ctx, error::Result, output::Answer};
use clap::Subcommand;
use northbound_app::people::names;
use northbound_registers::records::{
    oversight::bodies::{Body, BodyKind, Power},
    participants::people::Person,
};
use northbound_types::Day;
use std::path::PathBuf;

/// People by role; their names are held in a separate register
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum PersonCommand {
    /// Register a person with role and body or party; the name goes into a separate register
    Add {
        /// Handle used everywhere else; not the person's name
        id: String,
        /// Role in words, printed instead of the name
        #[arg(long)]
        role: String,
        /// Body
        #[arg(long)]
        body: Option<String>,
        /// Party
        #[arg(long)]
        party: Option<String>,
        /// Name, held in a separate register
        #[arg(long)]
        name: Option<String>,
        /// First day in the role. Default: today
        #[arg(long, value_name = "DAY")]
        from: Option<Day>,
        /// Last day, inclusive
        #[arg(long, value_name = "DAY")]
        to: Option<Day>,
    },
    /// Show the names behind the handles, as far as you may see them
    Names,
    /// Search files for registered names. Exit code 7 if one is found
    Check {
        /// Text files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn person(c: &PersonCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        PersonCommand::Add { id, role, body, party, name, from, to } => {
            let person = Person {
                id: id.clone(),
                role: role.clone(),
                body: body.clone(),
                party: party.clone(),
                from: from.unwrap_or(ctx.now.day()),
                to: *to,
            };
            names::add(ctx, &person, name.as_deref())
        }
        PersonCommand::Names => Ok(names::listed(&names::names(ctx)?)),
        PersonCommand::Check { files } => names::find_in_files(ctx, files),
        PersonCommand::Common(c) => common::<Person>(c, ctx),
    }
}

/// Bodies: groups, panels and boards, with their powers
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum BodyCommand {
    /// Register a body
    Add {
        /// Short name, as in person/BODY
        id: String,
        /// Full name
        #[arg(long)]
        name: String,
        /// Kind: group, committee, panel, board, secretariat, authority, government, provider or other
        #[arg(long)]
        kind: BodyKind,
        /// Powers: recommend, decide, approve-money, be-told
        #[arg(long = "power", value_name = "POWER")]
        powers: Vec<Power>,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn body(c: &BodyCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        BodyCommand::Add { id, name, kind, powers } => add(
            &Body { id: id.clone(), name: name.clone(), kind: *kind, powers: powers.clone() },
            ctx,
        ),
        BodyCommand::Common(c) => common::<Body>(c, ctx),
    }
}
