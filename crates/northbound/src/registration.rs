//! `registration`: files of Registration Data Providers, expected, checked and taken, and who is
//! registered where from when.

mod apply;
mod arrive;
mod meters;
mod missing;
mod show;
mod watch;

use crate::{context::Ctx, error::Result, output::Answer};
use clap::{Args, Subcommand};
use northbound_types::{Day, Utc};
use std::path::PathBuf;

/// Registration data: which files are due, what came, and who is registered where
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum RegistrationCommand {
    /// Which file is due from whom by when, and how each stands
    Expected(DaysArgs),
    /// Files that came, and what became of each
    Arrivals(DaysArgs),
    /// Check files by their layout; keep nothing
    Check {
        /// Files, or folders whose files are all checked
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// Watch a folder: take each file that comes, and open an incident for each that does not
    Watch(WatchArgs),
    /// Take files that came some other way
    Import {
        /// Files, or folders whose files are all taken
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// When they arrived. Default: now
        #[arg(long, value_name = "TIME")]
        arrived: Option<Utc>,
    },
    /// Who holds which role where
    List(ListArgs),
    /// One supply point or device: who holds which role there
    Show {
        /// Supply point (MPAN, MPRN) or EUI
        at: String,
        /// On this time. Default: --as-at, else now
        #[arg(long, value_name = "TIME")]
        on: Option<Utc>,
    },
    /// Every registration of one supply point or device, with the file that brought it
    History {
        /// Supply point (MPAN, MPRN) or EUI
        at: String,
    },
    /// The registrations that came after a revision, as the live service takes them
    Changes {
        /// Revision of the registers up to which they were taken; 0 for all
        #[arg(long, default_value_t = 0, value_name = "N")]
        after: i64,
        /// Write them as JSON lines into this file too
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Tell the live service who is registered where; what cannot be told is tried again next time
    Apply {
        /// As if nothing had been told yet: after the service's journal was replaced
        #[arg(long)]
        afresh: bool,
    },
    /// Which devices serve a supply point
    #[command(subcommand)]
    Meters(MetersCommand),
}

/// Which devices serve a supply point.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum MetersCommand {
    /// Take them from a CSV: point,device. `ingest retract` takes a file back
    Import {
        /// The file
        file: PathBuf,
    },
    /// The pairs that are known
    List {
        /// Only this supply point
        #[arg(long, value_name = "MPAN or MPRN")]
        point: Option<String>,
    },
}

/// Which days.
#[derive(Debug, Clone, Args)]
pub(crate) struct DaysArgs {
    /// First day. Default: as many days back as the setting registration-look-back-days
    #[arg(long, value_name = "DAY")]
    pub(crate) from: Option<Day>,
    /// Last day, inclusive. Default: today
    #[arg(long, value_name = "DAY")]
    pub(crate) to: Option<Day>,
    /// Only of this provider
    #[arg(long, value_name = "NAME")]
    pub(crate) provider: Option<String>,
}

/// How to watch.
#[derive(Debug, Clone, Args)]
pub(crate) struct WatchArgs {
    /// The folder
    dir: PathBuf,
    /// Look once and end
    #[arg(long)]
    once: bool,
    /// Seconds between two looks
    #[arg(long, default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    every: u64,
    /// First day for which a missing file is looked for. Default: as many days back as the setting registration-look-back-days
    #[arg(long, value_name = "DAY")]
    since: Option<Day>,
}

/// Which registrations.
#[derive(Debug, Clone, Args)]
pub(crate) struct ListArgs {
    /// On this time. Default: --as-at, else now
    #[arg(long, value_name = "TIME")]
    on: Option<Utc>,
    /// Only of this role
    #[arg(long)]
    role: Option<String>,
    /// Only of this User
    #[arg(long, value_name = "EUI")]
    user: Option<northbound_types::Eui64>,
}

pub(crate) fn run(c: &RegistrationCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        RegistrationCommand::Expected(a) => show::expected(a, ctx),
        RegistrationCommand::Arrivals(a) => show::arrivals(a, ctx),
        RegistrationCommand::Check { paths } => arrive::check(paths, ctx),
        RegistrationCommand::Watch(a) => watch::watch(a, ctx),
        RegistrationCommand::Import { paths, arrived } => arrive::import(paths, *arrived, ctx),
        RegistrationCommand::List(a) => show::list(a, ctx),
        RegistrationCommand::Show { at, on } => show::show(at, *on, ctx),
        RegistrationCommand::History { at } => show::history(at, ctx),
        RegistrationCommand::Changes { after, out } => show::changes(*after, out.as_deref(), ctx),
        RegistrationCommand::Apply { afresh } => apply::apply(*afresh, ctx),
        RegistrationCommand::Meters(MetersCommand::Import { file }) => meters::import(file, ctx),
        RegistrationCommand::Meters(MetersCommand::List { point }) => {
            meters::list(point.as_deref(), ctx)
        }
    }
}

/// First day and first day after, by the flags and the rules.
pub(crate) fn days(from: Option<Day>, to: Option<Day>, ctx: &Ctx) -> Result<(Day, Day)> {
    let today = ctx.as_at.unwrap_or(ctx.now).day();
    let back = ctx.rules()?.integer("registration-look-back-days", today)?;
    Ok((
        from.unwrap_or_else(|| today.plus(-i32::try_from(back).unwrap_or(i32::MAX))),
        to.unwrap_or(today).plus(1),
    ))
}
