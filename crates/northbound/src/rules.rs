//! `rules` and `methodology`: their command lines.

use crate::{
    context::Ctx,
    error::Result,
    output::{Answer, Format},
};
use clap::{Args, Subcommand};
use northbound_app::{
    methodology::{self as methodologies, compare},
    rules,
};
use northbound_types::Period;

/// The rules that judge
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum RulesCommand {
    /// Look for doubles, gaps and contradictions. Exit code 7 where there are errors
    Check,
    /// One rule with its text, source and confirmation; the whole set where none is named
    Show {
        /// Its id, such as target/4.1.1/smets2/on-demand, or the start of several
        id: Option<String>,
    },
    /// Every rule that judges a figure
    List {
        /// Only those that nobody has confirmed
        #[arg(long)]
        unconfirmed: bool,
        /// Only ids that begin so, such as target/
        #[arg(long, value_name = "TEXT")]
        prefix: Option<String>,
    },
    /// Target Response Times resolved for what the ledger holds: the table that rollup.sql reads
    Targets,
    /// Confirm a rule as it stands now; a changed value is unconfirmed again
    Confirm {
        /// Its id
        id: String,
        /// The document that settles it, and the place in it
        #[arg(long)]
        source: String,
    },
}

pub(crate) fn run(c: &RulesCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        RulesCommand::Check => rules::check(ctx),
        RulesCommand::Show { id: None } => rules::overview(ctx),
        RulesCommand::Show { id: Some(id) } => {
            let found = rules::show(ctx, id)?;
            Ok(if ctx.format == Format::Csv { found.rows() } else { found.details() })
        }
        RulesCommand::List { unconfirmed, prefix } => {
            let found = rules::list(ctx, *unconfirmed, prefix.as_deref().unwrap_or(""))?;
            Ok(found.list(ctx.format == Format::Table))
        }
        RulesCommand::Targets => rules::targets(ctx),
        RulesCommand::Confirm { id, source } => rules::confirm(ctx, id, source),
    }
}

/// Ways to count
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum MethodologyCommand {
    /// Every methodology
    List,
    /// One methodology in words
    Show {
        /// Its id, such as pmm-2018
        id: String,
    },
    /// Two methodologies on one period: figures side by side, and the messages that one counts and the other leaves out
    Compare(CompareArgs),
}

/// Which methodologies on which period.
#[derive(Debug, Clone, Args)]
pub(crate) struct CompareArgs {
    /// First methodology
    a: String,
    /// Second methodology
    b: String,
    /// Month
    #[arg(long)]
    period: Period,
    /// Only this measure
    #[arg(long, value_name = "ID")]
    measure: Option<String>,
    /// Rows on which the two agree too
    #[arg(long)]
    all: bool,
    /// Most messages to name for each reason
    #[arg(long, default_value_t = 5, value_name = "N")]
    messages: u64,
}

pub(crate) fn methodology(c: &MethodologyCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        MethodologyCommand::List => methodologies::list(ctx),
        MethodologyCommand::Show { id } => methodologies::show(ctx, id),
        MethodologyCommand::Compare(a) => {
            let request = compare::Request {
                a: a.a.clone(),
                b: a.b.clone(),
                period: a.period,
                measure: a.measure.clone(),
                all: a.all,
                messages: a.messages,
            };
            Ok(compare::compare(ctx, &request)?.answer())
        }
    }
}
