//! `template`: workbooks to fill in.

use crate::{context::Ctx, error::Result, output::Answer};
use clap::Args;
use northbound_app::templates::{self, TemplateOf};
use std::path::PathBuf;

/// Write a workbook to fill in, whose cells are checked, or the Word document that gives documents their styles
#[derive(Debug, Clone, Args)]
pub(crate) struct TemplateArgs {
    /// forecast, figures, incidents, contacts or document
    of: TemplateOf,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(crate) fn run(c: &TemplateArgs, ctx: &Ctx) -> Result<Answer> {
    templates::write(ctx, c.of, &c.out)
}
