//! Scenarios: time lines of faults and traffic, and the run of one through a live service of its own.

mod run;

pub use run::{Plan, run};

use crate::{
    answer::{Answer, Table, count},
    error::{AppError, Result},
    input,
    service::network::scenario_of,
};
use northbound_emulator::{Scenario, scenario};
use serde_json::json;
use std::path::{Path, PathBuf};

/// The scenario of a file.
///
/// # Errors
/// Where the file does not exist, cannot be read or is not a scenario.
pub fn read(file: &Path) -> Result<Scenario> {
    if !file.exists() {
        return Err(AppError::not_found(format!("no scenario {}", file.display())));
    }
    Ok(scenario_of(Some(file), 0, 0)?)
}

/// Bytes of a scenario.
pub(crate) const MAX_SCENARIO: u64 = 4 << 20;

/// The scenario of a file that a process of devices plays.
///
/// # Errors
/// Where the file cannot be read or is not a scenario.
pub fn of_file(file: &Path) -> Result<Scenario> {
    let text = input::text(file, MAX_SCENARIO)?;
    scenario::read(&file.display().to_string(), &text).map_err(|e| AppError::input(e.to_string()))
}

/// The scenarios of a folder.
///
/// # Errors
/// Where the folder cannot be listed or a file is not a scenario.
pub fn list(folder: &Path) -> Result<Answer> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(|e| AppError::io("list", folder, e))?
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

/// A minute, in µs.
const MINUTE: i64 = 60_000_000;

/// What a scenario says.
///
/// # Errors
/// As [`read`].
pub fn show(file: &Path) -> Result<Answer> {
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
