//! The flags that every command takes, and the context that a use-case gets from them.

use crate::{
    error::{CliError, Kind, Result},
    output::Format,
};
use northbound_app::{
    Context, ProgressFactory,
    access::command_of,
    folder::{self, Opened, Opening},
};
use northbound_ledger::Memory;
use northbound_types::{Actor, Utc};
use std::{
    io::Write,
    ops::Deref,
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

/// The options of every command.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Data folder: ledger, registers, rules, rejects and packs
    #[arg(
        long,
        global = true,
        env = "NORTHBOUND_DATA",
        default_value = "northbound-data",
        value_name = "DIR"
    )]
    pub(crate) data: PathBuf,
    /// The acting person: person[@party][/body][+role…], such as kim@ACME+analyst. Default: the login name, with the roles that the data folder grants it
    #[arg(long = "as", global = true, env = "NORTHBOUND_AS", value_name = "ACTOR")]
    pub(crate) actor: Option<String>,
    /// Use the data as known at this time (RFC 3339 or a date)
    #[arg(long, global = true, value_name = "TIME")]
    pub(crate) as_at: Option<Utc>,
    /// Reason for the change, recorded with it
    #[arg(long, global = true, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Refuse unless the record is still at this version
    #[arg(long, global = true, value_name = "N")]
    pub(crate) expect_version: Option<i64>,
    /// Show what would change without changing anything
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,
    /// Refuse an input that would make this process use more memory: bytes, or a number with M or G
    #[arg(
        long,
        global = true,
        env = "NORTHBOUND_MEMORY",
        default_value = "1536M",
        value_name = "SIZE"
    )]
    pub(crate) memory_limit: Memory,
    /// Output format
    #[arg(long, global = true, value_enum, default_value = "table", value_name = "FORMAT")]
    pub(crate) format: Format,
    /// Print this table of the answer alone, by its number or name
    #[arg(
        long = "table",
        id = "one-table",
        global = true,
        value_name = "N|NAME",
        conflicts_with = "list_tables"
    )]
    pub(crate) table: Option<String>,
    /// List the tables of the answer with their columns instead of printing it
    #[arg(long, global = true)]
    pub(crate) list_tables: bool,
    /// Let lines be as long as they need, on a terminal too
    #[arg(long, global = true)]
    pub(crate) wide: bool,
    /// Print long answers without a pager
    #[arg(long, global = true)]
    pub(crate) no_pager: bool,
    /// Print progress lines even if standard error is not a terminal
    #[arg(long, global = true)]
    pub(crate) progress: bool,
    /// Use this as the current time, to make a run repeatable. Default: the system clock
    #[arg(long, global = true, value_name = "TIME")]
    pub(crate) clock: Option<Utc>,
}

/// The context of the use-cases, and how the answer is printed.
#[derive(Debug, Clone)]
pub(crate) struct Ctx {
    pub(crate) app: Context,
    pub(crate) format: Format,
    /// Tables are asked for as data: as CSV, or their list.
    pub(crate) as_data: bool,
    /// The present time was given by `--clock`.
    pub(crate) clock_given: bool,
}

impl Deref for Ctx {
    type Target = Context;
    fn deref(&self) -> &Context {
        &self.app
    }
}

impl Ctx {
    /// The context of a command, and what to do should it fail. `invented`: a folder that has to be
    /// made gets invented data.
    pub(crate) fn open(g: &Global, command: &str, invented: bool) -> Result<(Ctx, Opened)> {
        let (asked, json) = (g.progress, g.format == Format::Json);
        let opening = Opening {
            data: g.data.clone(),
            actor: g.actor.as_deref().map(actor).transpose()?,
            login: folder::login(),
            clock: g.clock,
            invented,
            machine: machine_time()?,
            as_at: g.as_at,
            reason: g.reason.clone().unwrap_or_default(),
            expect_version: g.expect_version,
            dry_run: g.dry_run,
            memory: g.memory_limit,
            progress: ProgressFactory::new(move || northbound_terminal::progress(asked, json)),
        };
        let opened = folder::open(opening, command_of(command)?)?;
        if let Some(note) = opened.note.as_ref().filter(|_| !json) {
            let _ = writeln!(std::io::stderr(), "northbound: {note}");
        }
        Ok((
            Ctx {
                app: opened.context.clone(),
                format: g.format,
                as_data: g.format == Format::Csv || g.list_tables,
                clock_given: g.clock.is_some(),
            },
            opened,
        ))
    }
}

pub(crate) fn actor(text: &str) -> Result<Actor> {
    Actor::parse(text).ok_or_else(|| {
        CliError::usage(format!(
            "{text:?} is no actor; write person[@party][/body][+role…], such as kim@ACME+analyst"
        ))
    })
}

fn machine_time() -> Result<Utc> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| {
        CliError::new(
            Kind::Internal,
            "cli.clock",
            "the system clock is before 1970; set it, or give the time with --clock",
        )
    })?;
    i64::try_from(since.as_micros()).map(Utc).map_err(|_| {
        CliError::internal("the system clock is later than any time that can be recorded")
    })
}
