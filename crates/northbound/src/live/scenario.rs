//! `scenario`: a time line of faults and traffic, run through a live service of its own.

use crate::{context::Ctx, error::Result, output::Answer};
use clap::Subcommand;
use northbound_app::scenario::{self, Plan};
use std::{io::Write, path::PathBuf};

/// Time lines of faults and traffic
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ScenarioCommand {
    /// Run one: a service on invented data, its emulated network with the faults, Users that send and receive
    Run {
        /// The scenario
        file: PathBuf,
        /// So many times as fast as real time
        #[arg(long, value_name = "N", default_value_t = 60)]
        speed: u32,
        /// A new folder for its data folder and log
        #[arg(long, value_name = "DIR", default_value = "scenario-out")]
        out: PathBuf,
        /// End after so many minutes of the scenario's own time
        #[arg(long, value_name = "N")]
        minutes: Option<u32>,
    },
    /// Scenarios in a folder
    List {
        /// The folder
        #[arg(default_value = "scenarios")]
        folder: PathBuf,
    },
    /// What one says
    Show {
        /// The scenario
        file: PathBuf,
    },
}

pub(crate) fn run(c: &ScenarioCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        ScenarioCommand::Run { file, speed, out, minutes } => {
            let plan =
                Plan { file: file.clone(), speed: *speed, out: out.clone(), minutes: *minutes };
            scenario::run(ctx, &plan, &|line| {
                let _ = writeln!(std::io::stderr(), "{line}");
            })
        }
        ScenarioCommand::List { folder } => scenario::list(folder),
        ScenarioCommand::Show { file } => scenario::show(file),
    }
}
