//! Who may run which command, and what a command does to the data folder. One table for the command
//! line, and for pages that come later; which records of a register an Actor may read or write is
//! decided below it, by the registers' gate.

mod others;
mod registers;

use crate::{
    context::Context,
    error::{AppError, Result},
};
use northbound_registers::{
    Noun, Verb, Visibility,
    rights::{self, ROLES},
};
use northbound_types::{Actor, Eui64};

/// Who looks after the data folder itself.
const KEEPERS: &[&str] = &["operations", "analyst"];
/// Who may use the keys in a data folder to send and receive messages. A User may use its own.
const SENDERS: &[&str] = &["operations", "analyst", "user"];
/// Who may look up single messages: staff all of them, a User its own.
const READERS_OF_MESSAGES: &[&str] =
    &["analyst", "operations", "secretary", "chair", "auditor", "user"];

/// What a command does to the data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It needs no data folder.
    None,
    /// It reads the rules in force: those of the data folder where there is one, else the embedded ones.
    Rules,
    /// It reads the data folder and leaves every file in it as it is.
    Reads,
    /// It writes to the data folder, and makes one where there is none.
    Changes,
    /// It makes the data folder, and refuses where there is one.
    Makes,
}

/// Who may run a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Anybody, with or without a role.
    Anyone,
    /// Whoever has one of the known roles. What each sees is decided record by record.
    Readers,
    /// Whoever has one of these roles.
    Roles(&'static [&'static str]),
    /// Whoever has one of the roles that may do this to that register.
    Register(Noun, Verb),
}

impl Who {
    /// The roles of which one is needed; `None` where no role is needed.
    #[must_use]
    pub const fn roles(self) -> Option<&'static [&'static str]> {
        match self {
            Who::Anyone => None,
            Who::Readers => Some(ROLES),
            Who::Roles(roles) => Some(roles),
            Who::Register(noun, verb) => Some(rights::roles_for(noun, verb)),
        }
    }

    /// May an actor with these roles run it? A User's own records are checked where they are read.
    #[must_use]
    pub fn allows(self, actor: &Actor) -> bool {
        self.roles().is_none_or(|needed| actor.roles.iter().any(|r| needed.contains(&r.as_str())))
    }
}

/// Commands that have no dry run: what they do is to run, to send, or to answer.
const WITHOUT_DRY_RUN: &[&str] = &["serve", "send", "receive", "scenario run", "devices"];

/// Refuses `--dry-run` of a command that would act all the same.
///
/// # Errors
/// [`crate::error::Kind::Usage`].
pub fn check_dry_run(command: &Command) -> Result<()> {
    if WITHOUT_DRY_RUN.contains(&command.words) {
        return Err(AppError::usage(format!(
            "`{}` has no dry run; leave --dry-run out",
            command.words
        )));
    }
    Ok(())
}

/// A command of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command {
    /// Its words, such as `party add`.
    pub words: &'static str,
    /// What it does to the data folder.
    pub effect: Effect,
    /// Who may run it.
    pub who: Who,
}

const fn command(words: &'static str, effect: Effect, who: Who) -> Command {
    Command { words, effect, who }
}
const fn none(words: &'static str, who: Who) -> Command {
    command(words, Effect::None, who)
}
const fn rules(words: &'static str, who: Who) -> Command {
    command(words, Effect::Rules, who)
}
const fn reads(words: &'static str, who: Who) -> Command {
    command(words, Effect::Reads, who)
}
const fn changes(words: &'static str, who: Who) -> Command {
    command(words, Effect::Changes, who)
}
const fn makes(words: &'static str, who: Who) -> Command {
    command(words, Effect::Makes, who)
}

/// Every command.
pub fn commands() -> impl Iterator<Item = &'static Command> {
    registers::COMMANDS.iter().chain(others::COMMANDS)
}

/// The command of these words.
///
/// # Errors
/// Where the table does not have it: a fault of the program.
pub fn command_of(words: &str) -> Result<&'static Command> {
    commands().find(|c| c.words == words).ok_or_else(|| {
        AppError::internal(format!("{words:?} is missing in the table of who may run what"))
    })
}

/// The table as the control interface of the live service asks it.
#[must_use]
pub fn permits() -> northbound_gateway::control::Permits {
    std::sync::Arc::new(|words, actor| command_of(words).is_ok_and(|c| c.who.allows(actor)))
}

/// Refuses whoever may not act for this User: a User acts for those of its own party, whoever runs
/// the live service for all.
///
/// # Errors
/// [`crate::error::Kind::Refused`]; where the registers cannot be read.
pub fn check_user(ctx: &Context, user: Eui64) -> Result<()> {
    if rights::may_change_live(&ctx.actor) {
        return Ok(());
    }
    let store = ctx.store()?;
    let party = ctx.gate(&store).party_of(user, ctx.as_at())?.map(|u| u.party.id);
    if party.is_some() && party == Visibility::of(&ctx.actor).party {
        return Ok(());
    }
    Err(AppError::refused(format!(
        "{} may not act for {user}: it is no User of its own party; act for that party (--as person@party+user) or as {}",
        ctx.actor,
        rights::LIVE_ROLES.join(" or ")
    )))
}

/// Refuses an actor who may not run this command.
///
/// # Errors
/// [`crate::error::Kind::Refused`], with the roles of which one is needed.
pub fn check(command: &Command, actor: &Actor) -> Result<()> {
    match command.who.roles() {
        Some(needed) if !command.who.allows(actor) => Err(AppError::Failed {
            kind: crate::error::Kind::Refused,
            code: match command.who {
                Who::Register(..) => "registers.right",
                _ => "access.role",
            },
            message: format!(
                "{actor} may not run `{}`: that needs one of the roles {}; act with one by --as, such as {}+{}",
                command.words,
                needed.join(", "),
                actor.person,
                needed[0]
            ),
        }),
        _ => Ok(()),
    }
}
