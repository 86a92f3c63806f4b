//! Where answers go: to standard output, in the format and as wide as the options say.

use crate::{
    context::Global,
    error::{CliError, Exit, Kind, Result},
};
pub(crate) use northbound_app::answer::{Answer, Table, count};
use northbound_terminal::{self as terminal, Pager, Screen, TerminalError};
use std::io::{self, Write};

/// The output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Tables fitted to the terminal.
    Table,
    /// One JSON document with documented keys.
    Json,
    /// One table as data: the first, or that of `--table`.
    Csv,
}

impl From<Format> for terminal::Format {
    fn from(f: Format) -> terminal::Format {
        match f {
            Format::Table => terminal::Format::Table,
            Format::Json => terminal::Format::Json,
            Format::Csv => terminal::Format::Csv,
        }
    }
}

/// Standard output as it is now.
pub(crate) fn screen() -> Screen {
    Screen::of_stdout(|name| std::env::var(name).ok())
}

/// Prints to standard output. A reader that closed the pipe is not an error.
pub(crate) fn print(answer: Answer, g: &Global, open: bool) -> Result<Exit> {
    let found = answer.found;
    if open {
        opened(&answer);
    }
    let answer = match &g.table {
        _ if answer.raw.is_some() => answer,
        _ if g.list_tables => terminal::listed(&answer),
        Some(wanted) => terminal::one(answer, wanted).map_err(failed)?,
        None => answer,
    };
    let screen = screen();
    let pager = std::env::var("PAGER").ok();
    let pager = if g.no_pager { Pager::none() } else { Pager::of(pager.as_deref()) };
    terminal::show(&answer, g.format.into(), screen, screen.look(g.wide), &pager)
        .map_err(failed)?;
    Ok(if found { Exit::Found } else { Exit::Ok })
}

/// Opens what the command built, or says on standard error why not: the command itself is done.
fn opened(answer: &Answer) {
    let browser = std::env::var("BROWSER").ok();
    let why = match &answer.built {
        None => "nothing was built that a browser could show".to_owned(),
        Some(file) if terminal::open(file, browser.as_deref()) => return,
        Some(file) => {
            format!("no browser was found; name one in BROWSER, or open {}", file.display())
        }
    };
    let _ = writeln!(io::stderr(), "northbound: {why}");
}

/// Prints without a pager, for a command that goes on.
pub(crate) fn print_part(answer: &Answer, format: Format) -> Result<()> {
    let screen = screen();
    let look = screen.look(false);
    terminal::show(answer, format.into(), screen, look, &Pager::none()).map_err(failed)
}

/// The answer as text for this screen; [`Screen::default`] is a pipe.
pub(crate) fn drawn(answer: &Answer, screen: Screen) -> Result<String> {
    let mut out = Vec::new();
    terminal::write(answer, terminal::Format::Table, screen.look(false), &mut out)
        .map_err(|e| failed(TerminalError::Write(e)))?;
    String::from_utf8(out).map_err(|_| CliError::internal("the answer is not UTF-8"))
}

fn failed(e: TerminalError) -> CliError {
    match &e {
        TerminalError::NoTable { .. } => {
            CliError::new(Kind::NotFound, "cli.not-found", e.to_string())
        }
        TerminalError::Write(why) => CliError::internal(format!("{e}: {why}")),
    }
}
