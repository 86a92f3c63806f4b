//! Asks whoever is at the terminal before something is written that they have not typed themselves.

use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{self, Answer},
};
use northbound_app::Context;
use northbound_terminal::Screen;
use std::io::{self, IsTerminal, Write};

/// The same run without its changes: what it answers is the preview.
pub(crate) fn rehearsal(ctx: &Ctx) -> Context {
    Context { dry_run: true, ..ctx.app.clone() }
}

/// Shows the preview on standard error and asks. Without a terminal to ask on, the run is refused.
pub(crate) fn asked(preview: &Answer, question: &str) -> Result<bool> {
    if !io::stdin().is_terminal() {
        return Err(CliError::usage(
            "nothing was changed: there is no terminal to ask on; look at it first with --dry-run, then run it with --yes",
        ));
    }
    let mut err = io::stderr().lock();
    let failed = |e| CliError::internal(format!("cannot ask on the terminal: {e}"));
    let shown = output::drawn(preview, Screen::default())?;
    write!(err, "{shown}")
        .and_then(|()| write!(err, "\n{question} [y/N] "))
        .and_then(|()| err.flush())
        .map_err(failed)?;
    let mut line = String::new();
    io::stdin().read_line(&mut line).map_err(failed)?;
    Ok(matches!(line.trim().to_lowercase().as_str(), "y" | "yes"))
}
