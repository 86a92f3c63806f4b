//! `explain`: its command line.

use crate::{context::Ctx, error::Result, output::Answer};
use clap::Args;
use northbound_app::explain::{self, Request};
use std::path::PathBuf;

/// Options of `explain`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ExplainArgs {
    /// A figure id of a pack, or measure/provider/region/period[/methodology], such as PM4.3/CSPN/north/2026-04; the id of a request shows that request
    figure: String,
    /// Number of messages to skip
    #[arg(long, default_value_t = 0, value_name = "N")]
    skip: u64,
    /// Number of messages to show
    #[arg(long, default_value_t = 20, value_name = "N")]
    limit: u64,
    /// Write all messages behind the figure to this CSV file
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,
}

pub(crate) fn run(args: &ExplainArgs, ctx: &Ctx) -> Result<Answer> {
    let request = Request {
        figure: args.figure.clone(),
        skip: args.skip,
        limit: args.limit,
        export: args.export.clone(),
    };
    explain::explain(ctx, &request)
}
