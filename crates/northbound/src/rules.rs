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

/// The rules by which figures are judged
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum RulesCommand {
    /// Check the rules for duplicates, gaps and contradictions. Exit code 7 if there are errors
    Check,
    /// Show one rule with its text, source and confirmation, or the whole rule set
    Show {
        /// Id of the rule, such as target/4.1.1/smets2/on-demand, or a prefix of several
        id: Option<String>,
    },
    /// List every rule by which figures are judged
    List {
        /// Only unconfirmed rules
        #[arg(long)]
        unconfirmed: bool,
        /// Only ids with this prefix, such as target/
        #[arg(long, value_name = "TEXT")]
        prefix: Option<String>,
    },
    /// Show the Target Response Times that apply to the messages in the ledger: the table that rollup.sql reads
    Targets,
    /// Confirm the current value of a rule; a changed value becomes unconfirmed again
    Confirm {
        /// Id of the rule
        id: String,
        /// Document and place that confirm it
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
            Ok(if ctx.as_data { found.rows() } else { found.details() })
        }
        RulesCommand::List { unconfirmed, prefix } => {
            let found = rules::list(ctx, *unconfirmed, prefix.as_deref().unwrap_or(""))?;
            Ok(found.list(ctx.format == Format::Table && !ctx.as_data))
        }
        RulesCommand::Targets => rules::targets(ctx),
        RulesCommand::Confirm { id, source } => rules::confirm(ctx, id, source),
    }
}

/// Methodologies: ways to count
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum MethodologyCommand {
    /// List the methodologies
    List,
    /// Describe one methodology
    Show {
        /// Id of the methodology, such as pmm-2018
        id: String,
    },
    /// Compare two methodologies on one period: the figures, and the messages that only one of them counts
    Compare(CompareArgs),
}

/// Options of `methodology compare`.
#[derive(Debug, Clone, Args)]
pub(crate) struct CompareArgs {
    /// First methodology
    a: String,
    /// Second methodology
    b: String,
    /// Month
    #[arg(long)]
    period: Period,
    /// Only for this measure
    #[arg(long, value_name = "ID")]
    measure: Option<String>,
    /// Include rows on which the two agree
    #[arg(long)]
    all: bool,
    /// Maximum number of messages to list for each reason
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
