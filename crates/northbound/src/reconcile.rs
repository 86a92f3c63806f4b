//! `reconcile`: its command line.

use crate::{context::Ctx, error::Result, output::Answer};
use clap::{Args, Subcommand};
use northbound_app::reconcile::{
    Request,
    decisions::{self, Decision, Status},
    reconcile,
};
use northbound_types::Period;
use std::path::PathBuf;

/// Reconcile sources of counts: `reconcile A B [C…]`, or `reconcile list|show|decide`
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct ReconcileArgs {
    #[command(subcommand)]
    stored: Option<StoredCommand>,
    /// Two or more sources: ledger, ledger:feed=ID, stated:SOURCE[/MEASURE], or a file of counts or messages; prefix NAME= to name a source
    #[arg(value_name = "SOURCE", required = true)]
    sources: Vec<String>,
    /// Keys to compare by, such as period,user,srv,region. Default: all keys that the sources have in common
    #[arg(long, value_delimiter = ',', value_name = "KEY,…")]
    keys: Vec<String>,
    /// Only this month, quarter or day
    #[arg(long, value_name = "PERIOD")]
    period: Option<Period>,
    /// Tolerance in messages for rows of a stated source or file
    #[arg(long, default_value_t = 0, value_name = "N")]
    tolerance: i64,
    /// Unit to which a source rounds its counts: NAME=1000
    #[arg(long, value_name = "NAME=N")]
    rounded: Vec<String>,
    /// Offset of a source's day from UTC, in minutes: NAME=60
    #[arg(long, value_name = "NAME=MINUTES")]
    zone: Vec<String>,
    /// Cut-off of a source, after which it records nothing: NAME=TIME
    #[arg(long, value_name = "NAME=TIME")]
    cut_off: Vec<String>,
    /// Definition by which a source counts: NAME=TEXT
    #[arg(long, value_name = "NAME=TEXT")]
    definition: Vec<String>,
    /// First period that a source counts differently: NAME=PERIOD:TEXT
    #[arg(long, value_name = "NAME=PERIOD:TEXT")]
    series_break: Vec<String>,
    /// Measure of a stated source
    #[arg(long, value_name = "ID")]
    measure: Option<String>,
    /// Mapping file for files of messages
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Also print matching lines
    #[arg(long)]
    matching: bool,
    /// Maximum number of differing messages to print
    #[arg(long, default_value_t = 50, value_name = "N")]
    messages: usize,
    /// Do not store the result in the registers
    #[arg(long)]
    no_keep: bool,
    /// Exit with code 7 if anything differs
    #[arg(long)]
    check: bool,
}

/// Stored runs
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum StoredCommand {
    /// List stored runs
    List,
    /// Show one run, or one difference with its history
    Show {
        /// Id of a run or of a difference
        id: String,
    },
    /// Record the status, owner and decision of a difference
    Decide(DecideArgs),
}

/// Options of `reconcile decide`.
#[derive(Debug, Clone, Args)]
pub(crate) struct DecideArgs {
    /// Id of the difference (d-…)
    id: String,
    /// Status: open, in-work, explained, accepted or fixed
    #[arg(long)]
    status: Status,
    /// Owner of the difference
    #[arg(long, default_value = "")]
    owner: String,
    /// The decision in words
    #[arg(long, default_value = "")]
    decision: String,
    /// Source whose count is published
    #[arg(long, value_name = "NAME")]
    pick: Option<String>,
}

impl ReconcileArgs {
    fn request(&self) -> Request {
        Request {
            sources: self.sources.clone(),
            keys: self.keys.clone(),
            period: self.period,
            tolerance: self.tolerance,
            rounded: self.rounded.clone(),
            zone: self.zone.clone(),
            cut_off: self.cut_off.clone(),
            definition: self.definition.clone(),
            series_break: self.series_break.clone(),
            measure: self.measure.clone(),
            map: self.map.clone(),
            matching: self.matching,
            record: !self.no_keep,
        }
    }
}

pub(crate) fn run(args: &ReconcileArgs, ctx: &Ctx) -> Result<Answer> {
    match &args.stored {
        Some(StoredCommand::List) => decisions::list(ctx),
        Some(StoredCommand::Show { id }) => decisions::show(ctx, id),
        Some(StoredCommand::Decide(d)) => {
            let decision = Decision {
                status: d.status,
                owner: d.owner.clone(),
                decision: d.decision.clone(),
                pick: d.pick.clone(),
            };
            decisions::decide(ctx, &d.id, &decision)
        }
        None => {
            let found = reconcile(ctx, &args.request())?;
            let mut answer = found.answer(args.messages);
            answer.found = args.check && found.differs();
            Ok(answer)
        }
    }
}
