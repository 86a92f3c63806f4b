//! Scenarios: time lines of faults and traffic, and the run of one through a live service of its own.

mod embedded;
mod run;
mod words;

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

/// The scenario of a file, or the one of this name that comes with the program. A file of that name comes first.
///
/// # Errors
/// Where there is neither, the file cannot be read, or it is not a scenario.
pub fn read(file: &Path) -> Result<Scenario> {
    if file.exists() {
        return Ok(scenario_of(Some(file), 0, 0)?);
    }
    match embedded::text(file) {
        Some(text) => parsed(&file.display().to_string(), text),
        None => Err(AppError::not_found(format!(
            "there is no file {} and no scenario of that name; `northbound scenario list` shows those that come with the program",
            file.display()
        ))),
    }
}

fn parsed(name: &str, text: &str) -> Result<Scenario> {
    scenario::read(name, text).map_err(|e| AppError::input(e.to_string()))
}

/// Bytes of a scenario.
pub(crate) const MAX_SCENARIO: u64 = 4 << 20;

/// The scenario of a file that a process of devices plays.
///
/// # Errors
/// Where the file cannot be read or is not a scenario.
pub fn of_file(file: &Path) -> Result<Scenario> {
    parsed(&file.display().to_string(), &input::text(file, MAX_SCENARIO)?)
}

/// The scenarios of a folder, or those that come with the program.
///
/// # Errors
/// Where the folder cannot be listed or a file is not a scenario.
pub fn list(folder: Option<&Path>) -> Result<Answer> {
    let mut t = Table::new("", &["name", "what happens", ">meters", ">minutes"]);
    let mut listed = Vec::new();
    for (name, s) in found(folder)? {
        let minutes = s.length / MINUTE;
        t.row([
            name.clone(),
            s.title.clone(),
            count(s.meters.into()),
            count(minutes.unsigned_abs()),
        ]);
        listed
            .push(json!({"file": name, "title": s.title, "meters": s.meters, "minutes": minutes}));
    }
    let mut answer = Answer::new(json!({"scenarios": listed})).table(t);
    if folder.is_none() {
        answer = answer
            .say("These scenarios come with the program. All of them are invented.")
            .then("`northbound scenario show NAME` says what happens in one, `scenario run NAME` runs it.");
    }
    Ok(answer)
}

/// Names and scenarios, by name.
fn found(folder: Option<&Path>) -> Result<Vec<(String, Scenario)>> {
    let Some(folder) = folder else {
        let all = embedded::SCENARIOS.iter();
        return all.map(|(name, text)| Ok(((*name).to_owned(), parsed(name, text)?))).collect();
    };
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(|e| AppError::io("list", folder, e))?
        .filter_map(|e| Some(e.ok()?.path()))
        .filter(|p| p.extension().is_some_and(|x| x == "toml"))
        .collect();
    files.sort();
    files.into_iter().map(|f| Ok((f.display().to_string(), read(&f)?))).collect()
}

/// A minute, in µs.
const MINUTE: i64 = 60_000_000;

/// What a scenario says.
///
/// # Errors
/// As [`read`].
pub fn show(file: &Path) -> Result<Answer> {
    let s = read(file)?;
    let mut t = Table::new("", &["who", "when", "what"]);
    for f in &s.faults {
        t.row([
            format!("network of region {}", f.region),
            words::span(f.span),
            words::trouble(f.trouble),
        ]);
    }
    for x in &s.storms {
        t.row([
            format!("electricity meter of home {}", x.home),
            words::span(x.span),
            format!("sends alert {} every {}", x.code, words::length(x.every)),
        ]);
    }
    for e in &s.endpoints {
        t.row([format!("endpoint of User {}", e.user), words::span(e.span), words::endpoint(e)]);
    }
    for x in &s.traffic {
        t.row([
            format!("User {} to each {}", x.user, x.device),
            words::span(x.span),
            words::traffic(x),
        ]);
    }
    let document = json!({
        "title": s.title, "description": s.description, "seed": s.seed, "meters": s.meters, "minutes": s.length / MINUTE,
        "faults": s.faults.len(), "storms": s.storms.len(), "endpoints": s.endpoints.len(), "traffic": s.traffic.len(),
        "events": t.rows.iter().map(|r| json!({"who": r[0], "when": r[1], "what": r[2]})).collect::<Vec<_>>(),
    });
    Ok(Answer::new(document)
        .say(format!(
            "{}: {} meters, {} minutes.",
            s.title,
            count(s.meters.into()),
            count((s.length / MINUTE).unsigned_abs())
        ))
        .say(s.description.trim())
        .table(t))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_scenarios_are_those_of_the_repository() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
        let of = |f: Option<&Path>| -> Vec<String> {
            found(f).unwrap().into_iter().map(|(_, s)| s.title).collect()
        };
        assert_eq!(of(None), of(Some(&folder)), "a scenario of the folder is not embedded");
    }

    #[test]
    fn a_scenario_has_a_name_and_needs_no_file() {
        for name in ["region-times-out", "REGION-TIMES-OUT.toml", "scenarios/region-times-out.toml"]
        {
            assert_eq!(read(Path::new(name)).unwrap().title, "A region times out", "{name}");
        }
        let shown = show(Path::new("region-times-out")).unwrap();
        let row = &shown.tables[0].rows[0];
        assert_eq!((row[1].as_str(), row[2].as_str()), ("10 min to 40 min", "loses all messages"));
        for name in ["region", "elsewhere/region-times-out.toml"] {
            assert!(read(Path::new(name)).is_err(), "{name}");
        }
    }
}
