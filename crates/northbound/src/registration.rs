//! `registration`.

mod watch;

use crate::{context::Ctx, error::Result, output::Answer};
use clap::{Args, Subcommand};
use northbound_app::registration::{self, DaysRequest, ListRequest, WatchRequest, meters};
use northbound_types::{Day, Eui64, Utc};
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

impl DaysArgs {
    pub(crate) fn request(&self) -> DaysRequest {
        DaysRequest { from: self.from, to: self.to, provider: self.provider.clone() }
    }
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

impl WatchArgs {
    pub(crate) fn request(&self) -> WatchRequest {
        WatchRequest { dir: self.dir.clone(), since: self.since }
    }
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
    user: Option<Eui64>,
}

impl ListArgs {
    pub(crate) fn request(&self) -> ListRequest {
        ListRequest { on: self.on, role: self.role.clone(), user: self.user }
    }
}

pub(crate) fn run(c: &RegistrationCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        RegistrationCommand::Expected(a) => registration::expected(ctx, &a.request()),
        RegistrationCommand::Arrivals(a) => registration::arrivals(ctx, &a.request()),
        RegistrationCommand::Check { paths } => registration::check(ctx, paths),
        RegistrationCommand::Watch(a) => watch::watch(a, ctx),
        RegistrationCommand::Import { paths, arrived } => {
            registration::import(ctx, paths, *arrived)
        }
        RegistrationCommand::List(a) => registration::list(ctx, &a.request()),
        RegistrationCommand::Show { at, on } => registration::show(ctx, at, *on),
        RegistrationCommand::History { at } => registration::history(ctx, at),
        RegistrationCommand::Changes { after, out } => {
            registration::changes(ctx, *after, out.as_deref())
        }
        RegistrationCommand::Apply { afresh } => registration::apply(ctx, *afresh),
        RegistrationCommand::Meters(MetersCommand::Import { file }) => meters::import(ctx, file),
        RegistrationCommand::Meters(MetersCommand::List { point }) => {
            meters::list(ctx, point.as_deref())
        }
    }
}
