//! The command line: `northbound NOUN VERB`, with one file per noun.
//! Commands, JSON keys, error codes and exit codes are documented in `docs/cli.md`.

mod about;
mod cli;
mod confirm;
mod context;
mod demo;
mod devices;
mod error;
mod explain;
mod forecast;
mod help;
mod incident;
mod ingest;
mod init;
mod journal;
mod ledger;
mod live;
mod mailing;
mod measures;
mod minutes;
mod names;
mod output;
mod pack;
mod paper;
mod reconcile;
mod registers;
mod registration;
mod report;
mod requests;
mod rules;
mod template;
mod variance;

use clap::{ArgMatches, FromArgMatches};
use error::{CliError, Exit};
use northbound_types::printable;
use std::{io::Write, process::ExitCode};

fn main() -> ExitCode {
    if std::env::args_os().len() == 1 {
        let _ = std::io::stdout().write_all(help::FIRST_STEPS.as_bytes());
        return ExitCode::from(Exit::Ok as u8);
    }
    let parsed = help::command().try_get_matches_from(names::arguments()).and_then(|m| {
        let words = words(&m);
        Ok((cli::Cli::from_arg_matches(&m)?, words, m))
    });
    let (cli, words, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(e) => return refused(&help::without_wrong_proposals(e)),
    };
    let format = cli.global.format;
    match cli::run(&cli, &words, &matches)
        .and_then(|answer| output::print(answer, &cli.global, open(&matches)))
    {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(e) => tell(&e, format == output::Format::Json),
    }
}

/// The words of the command, such as `party add`.
fn words(matches: &ArgMatches) -> String {
    let mut all = Vec::new();
    let mut at = matches;
    while let Some((word, below)) = at.subcommand() {
        all.push(word);
        at = below;
    }
    all.join(" ")
}

/// Is what the command builds to be opened? Most commands have no such option, or another of this name.
fn open(mut at: &ArgMatches) -> bool {
    while let Some((_, below)) = at.subcommand() {
        at = below;
    }
    at.try_get_one::<bool>("open").ok().flatten().copied().unwrap_or(false)
}

/// Help and version are results; everything else that clap reports is a usage error.
fn refused(e: &clap::Error) -> ExitCode {
    if !e.use_stderr() {
        let _ = e.print();
        return ExitCode::from(Exit::Ok as u8);
    }
    // The options could not be parsed, so look for `--format json` in the raw arguments.
    let words: Vec<String> = std::env::args().collect();
    let json = words.windows(2).any(|w| w[0] == "--format" && w[1] == "json")
        || words.iter().any(|w| w == "--format=json");
    if json {
        return tell(&CliError::usage(e.to_string().trim_end()), true);
    }
    let _ = e.print();
    ExitCode::from(Exit::Usage as u8)
}

fn tell(e: &CliError, json: bool) -> ExitCode {
    let exit = Exit::from(e.kind());
    let text = if json {
        let error = serde_json::json!({"error": {"code": e.code(), "exit": exit as u8, "message": e.to_string()}});
        printable::json(&error.to_string()).into_owned()
    } else {
        printable::visible(&format!("northbound: {e}")).into_owned()
    };
    let _ = writeln!(std::io::stderr(), "{text}");
    ExitCode::from(exit as u8)
}
