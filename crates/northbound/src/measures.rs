//! `measure list|show`: the measures of the rules in force.

use crate::{context::Ctx, error::Result, output::Answer};
use clap::Subcommand;
use northbound_app::measures;

/// Measures: what each counts, its levels by date, and where they come from
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum MeasureCommand {
    /// List the measures with the levels of today
    List,
    /// Describe one measure: how it is counted, its rows, levels and sources
    Show {
        /// Id of the measure, such as PM4.3
        measure: String,
    },
}

pub(crate) fn run(c: &MeasureCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        MeasureCommand::List => measures::list(ctx),
        MeasureCommand::Show { measure } => measures::show(ctx, measure),
    }
}
