//! `registration`.

mod watch;

use crate::{context::Ctx, error::Result, output::Answer};
use clap::{Args, Subcommand};
use northbound_app::registration::{self, DaysRequest, ListRequest, WatchRequest, meters};
use northbound_types::{Day, Eui64, Utc};
use std::path::PathBuf;

/// Registration data: expected and received files, and registered Users
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum RegistrationCommand {
    /// List the files due, with provider, cut-off and status
    Expected(DaysArgs),
    /// List received files with their outcome
    Arrivals(DaysArgs),
    /// Check files against their layout without storing anything
    Check {
        /// Files, or folders with files, to check
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// Watch a folder: load each file that arrives, and open an incident for each that is missing
    Watch(WatchArgs),
    /// Load files that were received some other way
    Import {
        /// Files, or folders with files, to load
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// When they arrived. Default: now
        #[arg(long, value_name = "TIME")]
        arrived: Option<Utc>,
        /// Accept files that wait for an earlier one, which will not come; needs --reason
        #[arg(long)]
        release: bool,
    },
    /// List registrations: who holds which role where
    List(ListArgs),
    /// Show who holds which role for one supply point or device
    Show {
        /// Supply point (MPAN, MPRN) or EUI
        at: String,
        /// At this time. Default: --as-at, else now
        #[arg(long, value_name = "TIME")]
        on: Option<Utc>,
    },
    /// Show every registration of one supply point or device, with its source file
    History {
        /// Supply point (MPAN, MPRN) or EUI
        at: String,
    },
    /// Export the registrations added after a revision, in the form that the live service uses
    Changes {
        /// Register revision of the last export; 0 for all
        #[arg(long, default_value_t = 0, value_name = "N")]
        after: i64,
        /// Also write them as JSON lines to this file
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Apply registrations to the live service; those that fail are retried by the next run
    Apply {
        /// Apply all registrations again, after the service's journal was replaced
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
    /// Import the pairs from a CSV with point,device; `ingest retract` retracts a file
    Import {
        /// The CSV file
        file: PathBuf,
        /// Take the rest of a file of which more than half of the rows are rejected
        #[arg(long)]
        allow_mostly_bad: bool,
    },
    /// List the known pairs
    List {
        /// Only for this supply point
        #[arg(long, value_name = "MPAN or MPRN")]
        point: Option<String>,
    },
}

/// Which days to list.
#[derive(Debug, Clone, Args)]
pub(crate) struct DaysArgs {
    /// First day. Default: the setting registration-look-back-days before today
    #[arg(long, value_name = "DAY")]
    pub(crate) from: Option<Day>,
    /// Last day, inclusive. Default: today
    #[arg(long, value_name = "DAY")]
    pub(crate) to: Option<Day>,
    /// Only for this provider
    #[arg(long, value_name = "NAME")]
    pub(crate) provider: Option<String>,
}

impl DaysArgs {
    pub(crate) fn request(&self) -> DaysRequest {
        DaysRequest { from: self.from, to: self.to, provider: self.provider.clone() }
    }
}

/// Options of `registration watch`.
#[derive(Debug, Clone, Args)]
pub(crate) struct WatchArgs {
    /// Folder to watch
    dir: PathBuf,
    /// Scan the folder once and exit
    #[arg(long)]
    once: bool,
    /// Seconds between scans
    #[arg(long, default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    every: u64,
    /// First day for which missing files are reported. Default: the setting registration-look-back-days before today
    #[arg(long, value_name = "DAY")]
    since: Option<Day>,
}

impl WatchArgs {
    pub(crate) fn request(&self) -> WatchRequest {
        WatchRequest { dir: self.dir.clone(), since: self.since }
    }
}

/// Which registrations to list.
#[derive(Debug, Clone, Args)]
pub(crate) struct ListArgs {
    /// At this time. Default: --as-at, else now
    #[arg(long, value_name = "TIME")]
    on: Option<Utc>,
    /// Only for this role
    #[arg(long)]
    role: Option<String>,
    /// Only for this User
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
        RegistrationCommand::Import { paths, arrived, release } => {
            registration::import(ctx, paths, *arrived, *release)
        }
        RegistrationCommand::List(a) => registration::list(ctx, &a.request()),
        RegistrationCommand::Show { at, on } => registration::show(ctx, at, *on),
        RegistrationCommand::History { at } => registration::history(ctx, at),
        RegistrationCommand::Changes { after, out } => {
            registration::changes(ctx, *after, out.as_deref())
        }
        RegistrationCommand::Apply { afresh } => registration::apply(ctx, *afresh),
        RegistrationCommand::Meters(MetersCommand::Import { file, allow_mostly_bad }) => {
            meters::import(ctx, file, *allow_mostly_bad)
        }
        RegistrationCommand::Meters(MetersCommand::List { point }) => {
            meters::list(ctx, point.as_deref())
        }
    }
}
