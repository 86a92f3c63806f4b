//! `paper`: its command line.

use crate::{context::Ctx, error::Result, output::Answer};
use clap::Subcommand;
use northbound_app::paper::{self, Request};
use northbound_types::Period;
use std::path::PathBuf;

/// Papers to the Panel
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum PaperCommand {
    /// Write the paper of a period, with a source for every number; empty chapters are included
    Build {
        /// Month
        #[arg(long)]
        period: Period,
        /// Output folder for paper.docx, paper.html, paper.txt and paper.json
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Methodology to count by
        #[arg(long, value_name = "ID")]
        methodology: Option<String>,
        /// Use what is known now instead of the newest issue of the period's pack
        #[arg(long)]
        current: bool,
        /// Handling marking, as printed
        #[arg(long, value_name = "TEXT", default_value = "")]
        marking: String,
        /// Word document whose styles paper.docx takes; `template document` writes ours
        #[arg(long, value_name = "DOCX")]
        template: Option<PathBuf>,
    },
}

pub(crate) fn run(c: &PaperCommand, ctx: &Ctx) -> Result<Answer> {
    let PaperCommand::Build { period, out, methodology, current, marking, template } = c;
    let request = Request {
        period: *period,
        methodology: methodology.clone(),
        current: *current,
        marking: marking.clone(),
        template: template.clone(),
        out: out.clone(),
    };
    paper::build(ctx, &request)
}
