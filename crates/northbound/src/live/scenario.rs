//! `scenario`: a timeline of faults and traffic, run through a separate live service.

use super::log::LevelArgs;
use crate::{context::Ctx, error::Result, output::Answer};
use clap::Subcommand;
use northbound_app::scenario::{self, Plan};
use std::{io::Write, path::PathBuf};

/// Timelines of faults and traffic
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ScenarioCommand {
    /// Run a scenario: a service on invented data, an emulated network with the faults, and Users that send and receive
    Run {
        /// Scenario file, or the name of one that comes with the program
        file: PathBuf,
        /// Speed as a multiple of real time
        #[arg(long, value_name = "N", default_value_t = 60)]
        speed: u32,
        /// New folder for the data folder and the log
        #[arg(long, value_name = "DIR", default_value = "scenario-out")]
        out: PathBuf,
        /// Stop after this many minutes of scenario time
        #[arg(long, value_name = "N")]
        minutes: Option<u32>,
        #[command(flatten)]
        log: LevelArgs,
    },
    /// List the scenarios that come with the program, or those in a folder
    List {
        /// The folder
        folder: Option<PathBuf>,
    },
    /// Show what a scenario contains
    Show {
        /// Scenario file, or the name of one that comes with the program
        file: PathBuf,
    },
}

pub(crate) fn run(c: &ScenarioCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        ScenarioCommand::Run { file, speed, out, minutes, log } => {
            let plan = Plan {
                file: file.clone(),
                speed: *speed,
                out: out.clone(),
                minutes: *minutes,
                log: log.filter(),
            };
            scenario::run(ctx, &plan, &|line| {
                let _ = writeln!(std::io::stderr(), "{line}");
            })
        }
        ScenarioCommand::List { folder } => scenario::list(folder.as_deref()),
        ScenarioCommand::Show { file } => scenario::show(file),
    }
}
