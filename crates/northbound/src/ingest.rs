//! `ingest`: files in, each once, with their rejects beside them.

mod archive;
mod kept;
pub(crate) mod rejects;
mod rows;
mod tables;
mod traffic;

use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Table, count},
    progress::Progress,
};
use clap::{Args, Subcommand, ValueEnum};
use northbound_ingest::{Layout, Mapping, Options, Summary, mapping::Encoding};
use northbound_registers::registers::feeds::Feed;
use northbound_types::Utc;
use serde::Serialize;
use serde_json::json;
use std::path::{Path, PathBuf};

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
    /// One file, as the demo brings it in.
    pub(crate) fn one(path: PathBuf) -> FileArgs {
        FileArgs { paths: vec![path], ..FileArgs::default() }
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

/// What came of one file. JSON keys are documented in `docs/cli.md`.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Taken {
    pub(crate) file: String,
    pub(crate) sha256: String,
    pub(crate) layout: String,
    /// Number in the ledger, or id in the registers; empty on a dry run.
    pub(crate) id: String,
    pub(crate) already: bool,
    pub(crate) read: u64,
    pub(crate) accepted: u64,
    pub(crate) rejected: u64,
    pub(crate) duplicates: u64,
    pub(crate) collisions: u64,
    pub(crate) by_reason: serde_json::Value,
    pub(crate) flags: serde_json::Value,
    pub(crate) ignored_columns: Vec<String>,
    pub(crate) first: Option<Utc>,
    pub(crate) last: Option<Utc>,
    pub(crate) rejects: Option<String>,
    /// What else should be known, in words.
    pub(crate) notes: Vec<String>,
}

/// What came of a command.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Ingested {
    pub(crate) files: Vec<Taken>,
    /// Version of the ledger now; absent where the rows went to the registers or nothing was new.
    pub(crate) ledger_version: Option<u64>,
    pub(crate) manifest: Option<String>,
    /// Days whose sums were made anew.
    pub(crate) days: u64,
    pub(crate) dry_run: bool,
}

pub(crate) fn run(c: &IngestCommand, ctx: &Ctx) -> Result<Answer> {
    let (args, layout) = match c {
        IngestCommand::List => return kept::list(ctx),
        IngestCommand::Show { file } => return kept::show(ctx, file),
        IngestCommand::Retract { file } => return kept::retract(ctx, file),
        IngestCommand::Duis(d) => {
            return Ok(answer(&archive::take(d, ctx, &mut ctx.progress())?, ctx));
        }
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

/// Takes files of one kind and answers; nouns that import call it too.
pub(crate) fn table(args: &FileArgs, layout: Layout, ctx: &Ctx) -> Result<Answer> {
    if args.guess {
        return guess(args, layout);
    }
    Ok(answer(&take(args, layout, ctx, &mut ctx.progress())?, ctx))
}

/// Takes files of one kind; the demo calls it too.
pub(crate) fn take(
    args: &FileArgs,
    layout: Layout,
    ctx: &Ctx,
    progress: &mut Progress,
) -> Result<Ingested> {
    match layout {
        Layout::Services
        | Layout::Population
        | Layout::Hubs
        | Layout::Migrations
        | Layout::Forecasts
        | Layout::Volumes
        | Layout::Incidents => tables::take(args, layout, ctx, progress),
        _ => rows::take(args, layout, ctx, progress),
    }
}

fn guess(args: &FileArgs, layout: Layout) -> Result<Answer> {
    let [path] = args.paths.as_slice() else {
        return Err(CliError::usage("--guess looks at one file at a time; name one"));
    };
    let guessed =
        northbound_ingest::guess::guess(path, (layout != Layout::Messages).then_some(layout))?;
    Ok(Answer::raw(guessed.toml))
}

/// The reader's settings.
pub(super) fn options(args: &FileArgs, layout: Layout, ctx: &Ctx) -> Result<Options> {
    let mut o = Options::new(args.known.unwrap_or(ctx.now));
    o.mapping = args.map.as_deref().map(Mapping::load).transpose()?;
    if let Some(zone) = &args.zone {
        let mut m = o.mapping.take().unwrap_or_default();
        m.times.zone = Some(jiff::tz::TimeZone::get(zone).map_err(|e| {
            CliError::usage(format!("--zone {zone:?}: {e}; write a name such as Europe/London"))
        })?);
        // The zone changes what the rows mean, so it is part of what identifies the reading.
        m.sha256 =
            northbound_ingest::source::sha256(format!("{}\nzone {zone}", m.sha256).as_bytes());
        if m.encoding != Encoding::Latin1 {
            m.encoding = Encoding::Utf8;
        }
        o.mapping = Some(m);
    }
    if layout != Layout::Messages {
        o.layout = Some(layout);
    }
    if let Some(f) = &args.feed {
        o.feed.clone_from(f);
    }
    if let Some(s) = &args.source {
        o.source.clone_from(s);
    }
    o.rank = rank(args, ctx)?;
    o.corrects.clone_from(&args.corrects);
    o.allow_mostly_bad = args.allow_mostly_bad;
    Ok(o)
}

/// Rank of a file whose feed nobody registered: below every registered one.
const UNREGISTERED_RANK: i64 = 100;

/// The rank given, else that of the feed's register, else [`UNREGISTERED_RANK`].
pub(super) fn rank(args: &FileArgs, ctx: &Ctx) -> Result<i64> {
    if let Some(r) = args.rank {
        return Ok(r);
    }
    let Some(feed) = &args.feed else { return Ok(UNREGISTERED_RANK) };
    let store = ctx.store()?;
    Ok(ctx
        .gate(&store)
        .find::<Feed>(feed, ctx.as_at())?
        .map_or(UNREGISTERED_RANK, |k| k.record.rank))
}

/// Files named, and those of named folders, sorted.
pub(crate) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for p in paths {
        let meta = std::fs::metadata(p).map_err(|e| CliError::io("read", p, e))?;
        if meta.is_dir() {
            inside(p, &mut found)?;
        } else {
            found.push(p.clone());
        }
    }
    if found.is_empty() {
        return Err(CliError::input(
            "the folder holds no files; name files, or a folder that has some",
        ));
    }
    Ok(found)
}

fn inside(dir: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(|e| CliError::io("list", dir, e))? {
        let entry = entry.map_err(|e| CliError::io("list", dir, e))?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if !hidden {
            names.push(entry.path());
        }
    }
    names.sort();
    for p in names {
        if p.is_dir() {
            inside(&p, found)?;
        } else {
            found.push(p);
        }
    }
    Ok(())
}

/// A reader's summary of one file.
pub(super) fn taken(summary: &Summary) -> Result<Taken> {
    let Some(f) = summary.files.first() else {
        return Err(CliError::internal("the reader gave no summary"));
    };
    Ok(Taken {
        file: f.source.name.clone(),
        sha256: f.source.sha256.clone(),
        layout: f.source.layout.as_str().to_owned(),
        already: f.already_known,
        read: f.read,
        accepted: f.accepted,
        rejected: f.rejected,
        by_reason: json!(f.by_reason),
        flags: json!(f.flags),
        ignored_columns: f.ignored_columns.clone(),
        first: f.first,
        last: f.last,
        ..Taken::default()
    })
}

/// A file of which no row could be taken is most likely the wrong file: nothing of it stays.
pub(super) fn refuse_empty_handed(t: &Taken) -> Result<()> {
    if t.accepted > 0 || t.rejected == 0 {
        return Ok(());
    }
    let at = t.rejects.as_ref().map(|p| format!("; {p} says why")).unwrap_or_default();
    Err(CliError::new(
        crate::error::Kind::BadInput,
        "ingest.nothing-taken",
        format!(
            "{}: none of its {} rows could be taken{at}; nothing was ingested. Check the layout or the mapping (--guess proposes one)",
            t.file, t.read
        ),
    ))
}

pub(crate) fn answer(done: &Ingested, ctx: &Ctx) -> Answer {
    let mut table = Table::new(
        "",
        &[
            "id",
            "file",
            "layout",
            ">rows read",
            ">taken",
            ">rejected",
            ">duplicates",
            ">collisions",
            "first received (UTC)",
            "last received (UTC)",
        ],
    );
    let time = |t: Option<Utc>| t.map(|t| t.to_string()).unwrap_or_default();
    for t in done.files.iter().filter(|t| !t.already) {
        table.row([
            t.id.clone(),
            t.file.clone(),
            t.layout.clone(),
            count(t.read),
            count(t.accepted),
            count(t.rejected),
            count(t.duplicates),
            count(t.collisions),
            time(t.first),
            time(t.last),
        ]);
    }
    let mut answer = Answer::new(json!(done));
    for t in done.files.iter().filter(|t| t.already) {
        answer = answer.say(format!("{}: already ingested as {}, nothing added.", t.file, t.id));
    }
    if done.dry_run {
        answer = answer.say("Dry run: nothing was kept.");
    }
    if !table.rows.is_empty() {
        answer = answer.table(table);
    }
    for t in &done.files {
        if let Some(p) = &t.rejects {
            answer = answer.then(format!(
                "Warning: {} of {} rows of {} were rejected; {p} says where and why.",
                count(t.rejected),
                count(t.read),
                t.file
            ));
        }
        for (flag, n) in t.flags.as_object().into_iter().flatten() {
            answer = answer.then(format!("{}: {n} rows {flag}.", t.file));
        }
        if !t.ignored_columns.is_empty() {
            answer = answer.then(format!(
                "{}: columns not used: {}.",
                t.file,
                t.ignored_columns.join(", ")
            ));
        }
        for n in &t.notes {
            answer = answer.then(format!("{}: {n}", t.file));
        }
    }
    if let Some(v) = done.ledger_version {
        answer = answer.then(format!(
            "The ledger in {} is at version {v}; the sums of {} days were made anew.",
            ctx.data.display(),
            done.days
        ));
    }
    answer
}
