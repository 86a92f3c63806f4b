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

/// Ingest files; invalid rows go to a rejects file, the others are stored
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum IngestCommand {
    /// Ingest message records or alerts: CSV, NDJSON or Parquet, in the documented layout or through a mapping
    Messages(FileArgs),
    /// Ingest a User's archive of DUIS XML: a folder, .zip, .tar.gz or single files
    Duis(DuisArgs),
    /// Ingest stated figures: CSV or XLSX
    Figures(FileArgs),
    /// Ingest downtime and planned maintenance
    Services(FileArgs),
    /// Ingest the device population by day
    Population(FileArgs),
    /// Ingest firmware payloads by device
    Payloads(FileArgs),
    /// Ingest Communications Hub installations
    Hubs(FileArgs),
    /// Ingest SMETS1 migrations by week: plan, due, actual, cap
    Migrations(FileArgs),
    /// Ingest traffic forecasts: one submission for each User and time of submission in the file
    Forecasts(FileArgs),
    /// Ingest traffic counts made by other parties, and corrections to them
    Volumes(FileArgs),
    /// Ingest incident events, several rows per incident
    Incidents(FileArgs),
    /// List ingested files
    List,
    /// Show one ingested file
    Show {
        /// Number, name, or the start of the hash of the file
        file: String,
        /// List rows that contradict another row of the same identity: both rows, which counts, and why
        #[arg(long)]
        collisions: bool,
    },
    /// Retract a file: its rows no longer count from now on
    Retract {
        /// Number, name, or the start of the hash of the file
        file: String,
    },
}

/// What every input takes.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct FileArgs {
    /// Files, or folders with files, to ingest
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Mapping file that maps other columns to the documented ones
    #[arg(long, value_name = "FILE")]
    pub(crate) map: Option<PathBuf>,
    /// Propose a mapping for the file and print it, without ingesting anything
    #[arg(long)]
    pub(crate) guess: bool,
    /// Feed of rows that do not name one. Default: import
    #[arg(long, value_name = "ID")]
    pub(crate) feed: Option<String>,
    /// Rank: of two contradicting records, the one with the lower rank counts. Default: the rank of the registered feed, else 100
    #[arg(long, value_name = "N")]
    pub(crate) rank: Option<i64>,
    /// When the source first stated its rows, if the rows do not say. Default: now
    #[arg(long, value_name = "TIME")]
    pub(crate) known: Option<Utc>,
    /// File that this one corrects: name or SHA-256. May be repeated
    #[arg(long, value_name = "NAME|SHA")]
    pub(crate) corrects: Vec<String>,
    /// Source of figures that do not name one. Default: stated
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
    /// Time zone of times without an offset, such as Europe/London
    #[arg(long, value_name = "ZONE")]
    pub(crate) zone: Option<String>,
    /// Folder for rejected rows. Default: DATA/rejects
    #[arg(long, value_name = "DIR")]
    pub(crate) rejects: Option<PathBuf>,
    /// Take the rest of a file of which more than half of the rows are rejected
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

/// Further options of an archive.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct DuisArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    /// Device list: CSV with device,region,provider,generation,device_type
    #[arg(long, value_name = "FILE")]
    pub(crate) inventory: Option<PathBuf>,
    /// User Role of the archive's owner
    #[arg(long, default_value = "", value_name = "ROLE")]
    pub(crate) role: String,
    /// Party category of the archive's owner
    #[arg(long, default_value = "", value_name = "CATEGORY")]
    pub(crate) category: String,
    /// Seconds after which a request without a response counts as timed out. Default: it stays in flight
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<u32>,
    /// Meaning of ThrottledAlertCount
    #[arg(long, value_enum, default_value = "unknown")]
    pub(crate) throttled: Throttled,
}

/// What ThrottledAlertCount means; its meaning is not published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Throttled {
    /// Unknown: the count is not used
    #[default]
    Unknown,
    /// The number of alerts that the copy represents, not counting itself
    Beside,
    /// The number of alerts that the copy represents, counting itself
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
        IngestCommand::Show { file, collisions: true } => return sources::collisions(ctx, file),
        IngestCommand::Show { file, .. } => return sources::show(ctx, file),
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
