//! `ingest`: its command line.

use crate::{context::Ctx, error::Result, output::Answer};
use clap::{Args, Subcommand, ValueEnum};
use northbound_app::ingest::{
    self, Layout, Request, ThrottledCount,
    archive::{self, ArchiveRequest},
    sources,
};
use northbound_types::Utc;
use std::path::PathBuf;

/// Bring in files: bad rows go to a rejects file, the rest goes in
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum IngestCommand {
    /// Message records or alerts: CSV, NDJSON or Parquet, in the documented layout or through a mapping
    Messages(FileArgs),
    /// A User's archive of DUIS XML: a folder, .zip, .tar.gz or single files
    Duis(DuisArgs),
    /// Stated figures: CSV or XLSX
    Figures(FileArgs),
    /// Down times and planned maintenance
    Services(FileArgs),
    /// Devices by day
    Population(FileArgs),
    /// Firmware payloads by device
    Payloads(FileArgs),
    /// Hub installs
    Hubs(FileArgs),
    /// SMETS1 migrations by week: plan, due, actual, cap
    Migrations(FileArgs),
    /// Forecasts of traffic: one submission for each User and time of submission in the file
    Forecasts(FileArgs),
    /// Counts of traffic that somebody else made, and corrections
    Volumes(FileArgs),
    /// Events of incidents, many rows an incident
    Incidents(FileArgs),
    /// Files that are in
    List,
    /// One file
    Show {
        /// Its number, name, or the start of its hash
        file: String,
    },
    /// Take a file back: its rows no longer count from now on
    Retract {
        /// Its number, name, or the start of its hash
        file: String,
    },
}

/// What every input takes.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct FileArgs {
    /// Files, or folders whose files are all taken
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// How other columns become the documented ones
    #[arg(long, value_name = "FILE")]
    pub(crate) map: Option<PathBuf>,
    /// Propose a mapping for the file and print it; take nothing
    #[arg(long)]
    pub(crate) guess: bool,
    /// Feed of rows that name none. Default: import
    #[arg(long, value_name = "ID")]
    pub(crate) feed: Option<String>,
    /// Where two records contradict each other, the lower rank counts. Default: the feed's in the register, else 100
    #[arg(long, value_name = "N")]
    pub(crate) rank: Option<i64>,
    /// When the source first stated its rows, where they don't say. Default: now
    #[arg(long, value_name = "TIME")]
    pub(crate) known: Option<Utc>,
    /// A file that this one corrects: name or SHA-256. Can be given several times
    #[arg(long, value_name = "NAME|SHA")]
    pub(crate) corrects: Vec<String>,
    /// Who states the figures that name nobody. Default: stated
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
    /// Zone of times without an offset, such as Europe/London
    #[arg(long, value_name = "ZONE")]
    pub(crate) zone: Option<String>,
    /// Folder for the rejects. Default: DATA/rejects
    #[arg(long, value_name = "DIR")]
    pub(crate) rejects: Option<PathBuf>,
    /// Read on where most of the first rows are bad
    #[arg(long)]
    pub(crate) allow_mostly_bad: bool,
}

impl FileArgs {
    fn request(&self) -> Request {
        Request {
            paths: self.paths.clone(),
            map: self.map.clone(),
            feed: self.feed.clone(),
            rank: self.rank,
            known: self.known,
            corrects: self.corrects.clone(),
            source: self.source.clone(),
            zone: self.zone.clone(),
            rejects: self.rejects.clone(),
            allow_mostly_bad: self.allow_mostly_bad,
        }
    }
}

/// What an archive takes beside.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct DuisArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    /// Where devices are and what they are: CSV with device,region,provider,generation,device_type
    #[arg(long, value_name = "FILE")]
    pub(crate) inventory: Option<PathBuf>,
    /// User Role that the archive's owner acts in
    #[arg(long, default_value = "", value_name = "ROLE")]
    pub(crate) role: String,
    /// Party category of the archive's owner
    #[arg(long, default_value = "", value_name = "CATEGORY")]
    pub(crate) category: String,
    /// A request without an answer counts as timed out after so many seconds. Default: it stays in flight
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<u32>,
    /// What ThrottledAlertCount means
    #[arg(long, value_enum, default_value = "unknown")]
    pub(crate) throttled: Throttled,
}

/// What ThrottledAlertCount means; its meaning is not published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Throttled {
    /// Nobody says: no figure is made of it
    #[default]
    Unknown,
    /// The alerts that the copy stands for beside itself
    Beside,
    /// The alerts that the copy stands for, itself among them
    Including,
}

impl From<Throttled> for ThrottledCount {
    fn from(meaning: Throttled) -> ThrottledCount {
        match meaning {
            Throttled::Unknown => ThrottledCount::Unknown,
            Throttled::Beside => ThrottledCount::Beside,
            Throttled::Including => ThrottledCount::Including,
        }
    }
}

impl DuisArgs {
    fn request(&self) -> ArchiveRequest {
        ArchiveRequest {
            files: self.file.request(),
            inventory: self.inventory.clone(),
            role: self.role.clone(),
            category: self.category.clone(),
            timeout: self.timeout,
            throttled: self.throttled.into(),
        }
    }
}

pub(crate) fn run(c: &IngestCommand, ctx: &Ctx) -> Result<Answer> {
    let (args, layout) = match c {
        IngestCommand::List => return sources::list(ctx),
        IngestCommand::Show { file } => return sources::show(ctx, file),
        IngestCommand::Retract { file } => return sources::retract(ctx, file),
        IngestCommand::Duis(d) => return duis(d, ctx),
        IngestCommand::Messages(a) => (a, Layout::Messages),
        IngestCommand::Figures(a) => (a, Layout::Figures),
        IngestCommand::Services(a) => (a, Layout::Services),
        IngestCommand::Population(a) => (a, Layout::Population),
        IngestCommand::Payloads(a) => (a, Layout::Payloads),
        IngestCommand::Hubs(a) => (a, Layout::Hubs),
        IngestCommand::Migrations(a) => (a, Layout::Migrations),
        IngestCommand::Forecasts(a) => (a, Layout::Forecasts),
        IngestCommand::Volumes(a) => (a, Layout::Volumes),
        IngestCommand::Incidents(a) => (a, Layout::Incidents),
    };
    table(args, layout, ctx)
}

fn duis(args: &DuisArgs, ctx: &Ctx) -> Result<Answer> {
    if args.file.guess {
        return Err(archive::one_layout());
    }
    let ingested = archive::ingest(ctx, &args.request(), &mut ctx.progress())?;
    Ok(ingested.answer(ctx))
}

/// Ingests files of one layout, or proposes a mapping for one; nouns with an `import` call it too.
pub(crate) fn table(args: &FileArgs, layout: Layout, ctx: &Ctx) -> Result<Answer> {
    if args.guess {
        return ingest::guess_mapping(&args.request(), layout);
    }
    import(args, layout, ctx)
}

/// Ingests files of one layout.
pub(crate) fn import(args: &FileArgs, layout: Layout, ctx: &Ctx) -> Result<Answer> {
    let ingested = ingest::ingest(ctx, &args.request(), layout, &mut ctx.progress())?;
    Ok(ingested.answer(ctx))
}
