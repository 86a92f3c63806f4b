//! `pack`: its command line.

use crate::{context::Ctx, error::Result, output::Answer};
use clap::{Args, Subcommand};
use northbound_app::pack::{self, Request};
use northbound_types::Period;
use std::path::PathBuf;

/// Which pack to build.
#[derive(Debug, Clone, Args)]
pub(crate) struct Which {
    /// Period: a month as 2026-04, a calendar quarter as 2026-Q2
    #[arg(long, value_name = "PERIOD")]
    period: Period,
    /// Methodology to count by; see `methodology list`
    #[arg(long, value_name = "ID")]
    methodology: Option<String>,
    /// Name of the service on the front page
    #[arg(long, value_name = "NAME")]
    network: Option<String>,
    /// Print the evidence in the PDF, too: counts, source files, rules, every figure
    #[arg(long)]
    evidence: bool,
    /// Handling marking, as printed
    #[arg(long, value_name = "TEXT", default_value = "")]
    marking: String,
    /// Word document whose styles brief.docx takes; `template document` writes ours
    #[arg(long, value_name = "DOCX")]
    template: Option<PathBuf>,
}

impl Which {
    fn request(&self) -> Request {
        Request {
            period: self.period,
            methodology: self.methodology.clone(),
            network: self.network.clone(),
            marking: self.marking.clone(),
            template: self.template.clone(),
            evidence: self.evidence,
        }
    }
}

/// Monthly packs
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum PackCommand {
    /// Build the pack of a period into a folder; with --as-at, as it would have been then
    Build {
        #[command(flatten)]
        which: Which,
        /// Output folder; an earlier pack in it is replaced
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Issue the pack of a period under the next issue number
    Issue {
        #[command(flatten)]
        which: Which,
    },
    /// Record that a body accepts an issued pack; refused while a figure in it is not confirmed
    Accept {
        /// The pack: 2026-04/2, 2026-04 (the newest issue), or its id
        pack: String,
        /// The body that accepts it
        #[arg(long, value_name = "BODY")]
        by: String,
    },
    /// List the issued packs
    List {
        /// Only for this period
        #[arg(long, value_name = "PERIOD")]
        period: Option<Period>,
    },
    /// Show one issued pack and verify that its files are unchanged
    Show {
        /// The pack: 2026-04/2, 2026-04 (the newest issue), or its id
        pack: String,
    },
    /// Show each changed figure with its reason, and the earlier statements that no longer hold
    Diff {
        /// The earlier pack: 2026-04/1, its id, or the folder it was built into
        a: String,
        /// The later pack
        b: String,
    },
}

pub(crate) fn run(c: &PackCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        PackCommand::Build { which, out } => {
            Ok(pack::made(ctx, &pack::build(ctx, &which.request(), out)?))
        }
        PackCommand::Issue { which } => Ok(pack::made(ctx, &pack::issue(ctx, &which.request())?)),
        PackCommand::Accept { pack: named, by } => pack::accept(ctx, named, by),
        PackCommand::List { period } => pack::list(ctx, *period),
        PackCommand::Show { pack: named } => pack::show(ctx, named),
        PackCommand::Diff { a, b } => pack::diff(ctx, a, b),
    }
}
