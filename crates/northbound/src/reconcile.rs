//! `reconcile`: two or more sources of counts, laid side by side.

mod decide;
mod hints;
mod identities;
mod print;
mod sources;

use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::Answer,
};
use clap::{Args, Subcommand};
use northbound_measures::reconcile::{Hint, Options, Source, apply_known, reconcile};
use northbound_types::Period;
pub(crate) use sources::MAX_MESSAGES;
use sources::{Loaded, Reading};
use std::path::PathBuf;

/// Reconcile sources of counts: `reconcile A B [C…]`, or `reconcile list|show|decide`
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct ReconcileArgs {
    #[command(subcommand)]
    pub(crate) kept: Option<KeptCommand>,
    /// Two or more sources: ledger, ledger:feed=ID, stated:SOURCE[/MEASURE], or a file of counts or messages; NAME=… before it gives it a name
    #[arg(value_name = "SOURCE", required_unless_present = "kept")]
    pub(crate) sources: Vec<String>,
    /// Keys to compare by, such as period,user,srv,region. Default: what all sources hold
    #[arg(long, value_delimiter = ',', value_name = "KEY,…")]
    pub(crate) keys: Vec<String>,
    /// Only this month, quarter or day
    #[arg(long, value_name = "PERIOD")]
    pub(crate) period: Option<Period>,
    /// Messages by which a row of a stated source or file may be off and still match
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) tolerance: i64,
    /// Unit to which a source's counts are rounded: NAME=1000
    #[arg(long, value_name = "NAME=N")]
    pub(crate) rounded: Vec<String>,
    /// Offset of a source's day from UTC in minutes: NAME=60
    #[arg(long, value_name = "NAME=MINUTES")]
    pub(crate) zone: Vec<String>,
    /// What a source learned later than this is not in it: NAME=TIME
    #[arg(long, value_name = "NAME=TIME")]
    pub(crate) cut_off: Vec<String>,
    /// By which definition a source counts: NAME=TEXT
    #[arg(long, value_name = "NAME=TEXT")]
    pub(crate) definition: Vec<String>,
    /// First period that a source counts in a new way: NAME=PERIOD:TEXT
    #[arg(long, value_name = "NAME=PERIOD:TEXT")]
    pub(crate) series_break: Vec<String>,
    /// The measure of a stated source
    #[arg(long, value_name = "ID")]
    pub(crate) measure: Option<String>,
    /// Mapping for files of messages
    #[arg(long, value_name = "FILE")]
    pub(crate) map: Option<PathBuf>,
    /// Print matching lines too
    #[arg(long)]
    pub(crate) matching: bool,
    /// Most message-level differences to print
    #[arg(long, default_value_t = 50, value_name = "N")]
    pub(crate) messages: usize,
    /// Don't keep the result in the registers
    #[arg(long)]
    pub(crate) no_keep: bool,
    /// Kind code 7 where anything differs
    #[arg(long)]
    pub(crate) check: bool,
}

/// Earlier runs
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum KeptCommand {
    /// Runs kept
    List,
    /// One run, or one difference with its history
    Show {
        /// Id of a run or of a difference
        id: String,
    },
    /// Say where a difference stands, whose it is and what was decided
    Decide(decide::DecideArgs),
}

pub(crate) fn run(args: &ReconcileArgs, ctx: &Ctx) -> Result<Answer> {
    match &args.kept {
        Some(KeptCommand::List) => decide::list(ctx),
        Some(KeptCommand::Show { id }) => decide::show(ctx, id),
        Some(KeptCommand::Decide(d)) => decide::decide(d, ctx),
        None => compare(args, ctx),
    }
}

fn compare(args: &ReconcileArgs, ctx: &Ctx) -> Result<Answer> {
    if args.sources.len() < 2 {
        return Err(CliError::usage(
            "reconcile takes two or more sources; `northbound reconcile --help` shows how to name them",
        ));
    }
    let store = ctx.store()?;
    let judge = ctx.judge(&store)?;
    let snapshot = ctx.snapshot()?;
    let mut progress = ctx.progress();
    let mut reading =
        Reading { args, ctx, snapshot: &snapshot, judge: &judge, progress: &mut progress };
    let specs = args.sources.iter().map(|s| sources::parse(s)).collect::<Result<Vec<_>>>()?;
    sources::check_names(&specs, args)?;
    // What others hold decides which keys the ledger is asked for, so it comes last.
    let mut loaded: Vec<Option<Loaded>> = Vec::new();
    for s in &specs {
        loaded.push(if s.is_ledger() { None } else { Some(reading.load(s, &[])?) });
    }
    let keys = sources::common_keys(&args.keys, loaded.iter().flatten().map(|l| &l.source))?;
    for (s, l) in specs.iter().zip(&mut loaded) {
        if l.is_none() {
            *l = Some(reading.load(s, &keys)?);
        }
    }
    let loaded: Vec<Loaded> = loaded.into_iter().flatten().collect();
    let mut hints: Vec<Hint> = Vec::new();
    let found = identities::compare(&loaded, &keys)?;
    for f in &found {
        hints.extend(f.hints.iter().cloned());
    }
    for l in &loaded {
        hints.extend(hints::of(l, &loaded, &found, &keys, &mut reading)?);
    }
    let sources: Vec<Source> = loaded.iter().map(|l| l.source.clone()).collect();
    let hints = hints::within(hints, &sources, &keys);
    let mut report = reconcile(&sources, &Options { keys, keep_matching: args.matching }, &hints)?;
    let gate = ctx.gate(&store);
    apply_known(&decide::known(&gate, ctx)?, &mut report);
    drop(progress);
    let kept = if args.no_keep || ctx.dry_run {
        None
    } else {
        Some(decide::keep(&gate, ctx, args, &report)?)
    };
    let differs = report
        .pairs
        .iter()
        .any(|p| p.lines.iter().any(|l| l.difference != 0 || !l.parts.is_empty()));
    let mut notes: Vec<String> = loaded.iter().flat_map(|l| l.notes.iter().cloned()).collect();
    notes.extend(identities::cut_off_notes(&loaded, &found));
    let mut answer = print::answer(&report, &found, &notes, args, kept.as_deref());
    answer.found = args.check && differs;
    Ok(answer)
}
