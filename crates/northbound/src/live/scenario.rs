//! `scenario`: a time line of faults and traffic, run through a live service of its own.

mod run;

use super::serve::scenario_of;
use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Table, count},
};
use clap::Subcommand;
use northbound_emulator::Scenario;
use serde_json::json;
use std::path::{Path, PathBuf};

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
            run::run(file, *speed, out, *minutes, ctx)
        }
        ScenarioCommand::List { folder } => list(folder),
        ScenarioCommand::Show { file } => show(file),
    }
}

fn read(file: &Path) -> Result<Scenario> {
    if !file.exists() {
        return Err(CliError::not_found(format!("no scenario {}", file.display())));
    }
    Ok(scenario_of(Some(file), 0, 0)?)
}

fn list(folder: &Path) -> Result<Answer> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(|e| CliError::io("list", folder, e))?
        .filter_map(|e| Some(e.ok()?.path()))
        .filter(|p| p.extension().is_some_and(|x| x == "toml"))
        .collect();
    files.sort();
    let mut t = Table::new("", &["file", "title", ">meters", ">minutes"]);
    let mut listed = Vec::new();
    for f in &files {
        let s = read(f)?;
        t.row([
            f.display().to_string(),
            s.title.clone(),
            count(s.meters.into()),
            (s.length / MINUTE).to_string(),
        ]);
        listed.push(json!({"file": f.display().to_string(), "title": s.title, "meters": s.meters, "minutes": s.length / MINUTE}));
    }
    Ok(Answer::new(json!({"scenarios": listed})).table(t))
}

const MINUTE: i64 = 60_000_000;

fn show(file: &Path) -> Result<Answer> {
    let s = read(file)?;
    let span = |from: i64, until: i64| format!("{} to {} min", from / MINUTE, until / MINUTE);
    let mut t = Table::new("", &["what", "when", "how"]);
    for f in &s.faults {
        t.row([
            format!("region {}", f.region),
            span(f.span.from, f.span.until),
            format!("{:?}", f.trouble),
        ]);
    }
    for x in &s.storms {
        t.row([
            format!("alert {} of home {}", x.code, x.home),
            span(x.span.from, x.span.until),
            format!("every {} ms", x.every / 1_000),
        ]);
    }
    for e in &s.endpoints {
        t.row([
            format!("endpoint of {}", e.user),
            span(e.span.from, e.span.until),
            e.kind.to_string(),
        ]);
    }
    for x in &s.traffic {
        t.row([
            format!("{} to {} by {}", x.srv, x.device, x.user),
            span(x.span.from, x.span.until),
            format!("{} a minute", x.per_minute),
        ]);
    }
    let document = json!({
        "title": s.title, "description": s.description, "seed": s.seed, "meters": s.meters, "minutes": s.length / MINUTE,
        "faults": s.faults.len(), "storms": s.storms.len(), "endpoints": s.endpoints.len(), "traffic": s.traffic.len(),
    });
    Ok(Answer::new(document)
        .say(format!(
            "{}: {} meters, {} minutes.",
            s.title,
            count(s.meters.into()),
            s.length / MINUTE
        ))
        .say(s.description.trim())
        .table(t))
}
