//! `person` and `body`.

use super::{Common, add, common};
use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Table},
};
use clap::Subcommand;
use northbound_app::registers::view;
use northbound_registers::{
    Query,
    records::{
        oversight::bodies::{Body, BodyKind, Power},
        participants::people::{Person, PersonName, names_in},
    },
};
use northbound_types::Day;
use serde_json::json;
use std::path::PathBuf;

/// People by role; their names stand apart
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum PersonCommand {
    /// Register a person: role and body or party; the name goes into a register of its own
    Add {
        /// Handle that stands everywhere else; not the name
        id: String,
        /// Role in words: what is printed instead of the name
        #[arg(long)]
        role: String,
        /// Body
        #[arg(long)]
        body: Option<String>,
        /// Party
        #[arg(long)]
        party: Option<String>,
        /// Name, kept apart
        #[arg(long)]
        name: Option<String>,
        /// First day in the role. Default: today
        #[arg(long, value_name = "DAY")]
        from: Option<Day>,
        /// Last day, inclusive
        #[arg(long, value_name = "DAY")]
        to: Option<Day>,
    },
    /// The names behind the handles, as far as you may see them
    Names,
    /// Look for names in files that should have none; exit code 7 where one is found
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
            let p = Person {
                id: id.clone(),
                role: role.clone(),
                body: body.clone(),
                party: party.clone(),
                from: from.unwrap_or(ctx.now.day()),
                to: *to,
            };
            let store = ctx.store()?;
            let receipts = ctx.gate(&store).add_person(&p, name.as_deref(), &ctx.write())?;
            let mut a = receipts.first().map(view::receipt).unwrap_or_default();
            if receipts.len() > 1 {
                a = a.say("The name is kept apart; `person names` shows it to staff.");
            }
            Ok(a)
        }
        PersonCommand::Names => {
            let names = names(ctx)?;
            let mut t = Table::new("", &["person", "name", "party"]);
            for n in &names {
                t.row([n.person.clone(), n.name.clone(), n.party.clone().unwrap_or_default()]);
            }
            Ok(Answer::new(json!({"names": names})).table(t))
        }
        PersonCommand::Check { files } => check(files, ctx),
        PersonCommand::Common(c) => common::<Person>(c, ctx),
    }
}

/// Every name that this actor may see.
pub(crate) fn names(ctx: &Ctx) -> Result<Vec<PersonName>> {
    let store = ctx.store()?;
    Ok(ctx
        .gate(&store)
        .list::<PersonName>(&Query::as_at(ctx.as_at()))?
        .into_iter()
        .map(|k| k.record)
        .collect())
}

fn check(files: &[PathBuf], ctx: &Ctx) -> Result<Answer> {
    let names = names(ctx)?;
    let mut found = Vec::new();
    let mut t = Table::new("Names found", &["file", "person"]);
    for file in files {
        let bytes = std::fs::read(file).map_err(|e| CliError::io("read", file, e))?;
        for n in names_in(&String::from_utf8_lossy(&bytes), &names) {
            // The finding itself is printed by handle.
            t.row([file.display().to_string(), n.person.clone()]);
            found.push(json!({"file": file.display().to_string(), "person": n.person}));
        }
    }
    let mut a = Answer::new(json!({"found": found, "files": files.len(), "names": names.len()}));
    a.found = !found.is_empty();
    Ok(a.say(format!(
        "{} files held against {} names: {} found.",
        files.len(),
        names.len(),
        found.len()
    ))
    .table(t))
}

/// Bodies: groups, panels, boards, with what each may do
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum BodyCommand {
    /// Register a body
    Add {
        /// Short name, as in person/BODY
        id: String,
        /// Full name
        #[arg(long)]
        name: String,
        /// group, committee, panel, board, secretariat, authority, government, provider or other
        #[arg(long)]
        kind: BodyKind,
        /// recommend, decide, approve-money, be-told
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
