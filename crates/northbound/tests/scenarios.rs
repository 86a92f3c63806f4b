//! `scenario run`: a time line of faults and traffic on a service of its own.

use crate::support;
use serde_json::Value;
use support::Room;

const SCENARIO: &str = r#"
title = "A region is silent and an endpoint refuses"
description = "Invented."
seed = 7
meters = 90
length = "10m"
[[traffic]]
user = "90-B3-D5-1F-30-01-00-01"
srv = "4.1.1"
device = "ESME"
from = "0s"
until = "4m"
per_minute = 60
[[traffic]]
user = "90-B3-D5-1F-30-01-00-02"
srv = "4.1.1"
device = "ESME"
from = "0s"
until = "4m"
per_minute = 60
[[fault]]
region = "central"
from = "0s"
until = "10m"
trouble = "outage"
[[endpoint]]
user = "90-B3-D5-1F-30-01-00-02"
from = "0s"
until = "10m"
kind = "413"
"#;

/// What came of a run: requests sent and answered, deliveries made, tried, done and parked.
fn played(room: &Room, name: &str, scenario: &str) -> Value {
    let file = room.write(&format!("{name}.toml"), scenario);
    let ran = room.json(&format!("scenario run {file} --speed 60 --minutes 6 --out {name}"));
    assert!(count(&ran["sent"]) > 300 && count(&ran["unreached"]) == 0, "{ran}");
    assert_eq!(ran["codes"]["I99"], ran["sent"], "all were acknowledged: {ran}");
    // What it did stays, and can be looked at like any other data folder.
    assert!(count(&ran["position"]) > 600, "{ran}");
    let check = room.json(&format!("--data {name}/data journal replay"));
    assert_eq!(check["differences"].as_array().map(Vec::len), Some(0), "{check}");
    ran
}

fn count(v: &Value) -> u64 {
    v.as_u64().unwrap_or(0)
}

/// The scenario without its sections of one kind.
fn without(section: &str) -> String {
    let parts: Vec<&str> = SCENARIO.split("[[").collect();
    let left: Vec<&str> =
        parts.into_iter().filter(|p| !p.starts_with(&format!("{section}]]"))).collect();
    left.join("[[")
}

#[test]
fn a_scenario_runs_to_its_end_and_its_faults_make_the_difference() {
    let room = Room::new();
    let shown = room.json(&format!("scenario show {}", room.write("silent.toml", SCENARIO)));
    assert_eq!(shown["title"], "A region is silent and an endpoint refuses", "{shown}");
    let whole = played(&room, "whole", SCENARIO);
    let route = played(&room, "route", &without("fault"));
    let taken = played(&room, "taken", &without("endpoint"));
    let answered = |ran: &Value| 100 * count(&ran["top"]["answers"]) / count(&ran["sent"]);
    assert!(answered(&whole) < 80 && answered(&taken) < 80, "a third of the meters has no route");
    assert!(answered(&route) > 90, "with every route there nearly all is answered: {route}");
    let [parked_whole, parked_route, parked_taken] =
        [&whole, &route, &taken].map(|ran| count(&ran["top"]["deliveries"][3]));
    assert!(parked_whole > 20 && parked_route > 20, "what a User refuses is parked");
    assert_eq!(parked_taken, 0, "{taken}");
    assert!(count(&whole["top"]["deliveries"][2]) > 100, "the other User's were taken: {whole}");
}

/// The scenarios that come with the program, each with what must have come of it.
const SHIPPED: [(&str, fn(&Value) -> bool); 5] = [
    ("failing-endpoint", |ran| {
        let [_, tried, done, parked] = [0, 1, 2, 3].map(|i| count(&ran["top"]["deliveries"][i]));
        tried > done + 300 && parked > 0
    }),
    ("gas-meters-wake", |ran| 10 * count(&ran["answers"]["I0"]) > 9 * count(&ran["sent"])),
    ("power-outage", |ran| {
        let [received, _, consolidated] = [0, 1, 2].map(|i| count(&ran["top"]["alerts"][i]));
        received > 1_000 && consolidated > 100
    }),
    ("region-down-an-hour", |ran| count(&ran["answers"]["E20"]) > 100),
    ("region-times-out", |ran| count(&ran["answers"]["E21"]) > 100),
];

fn shipped() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")
}

#[test]
fn every_shipped_scenario_is_played() {
    let mut there: Vec<String> = std::fs::read_dir(shipped())
        .unwrap()
        .filter_map(|e| e.unwrap().file_name().to_str()?.strip_suffix(".toml").map(str::to_owned))
        .collect();
    there.sort();
    assert_eq!(there, SHIPPED.map(|(name, _)| name.to_owned()));
}

/// Plays a shipped scenario to its end, with a tenth of its meters and traffic and 360 times as fast.
fn play(name: &str) {
    let text = std::fs::read_to_string(shipped().join(format!("{name}.toml"))).unwrap();
    let tenth = |line: &str| match line.split_once(" = ") {
        Some((key @ ("meters" | "per_minute"), n)) => {
            format!("{key} = {}", n.parse::<u32>().unwrap() / 10)
        }
        _ => line.to_owned(),
    };
    let text: Vec<String> = text.lines().map(tenth).collect();
    let room = Room::new();
    let file = room.write("tenth.toml", &text.join("\n"));
    let ran = room.json(&format!("scenario run {file} --speed 360 --out run"));
    let check = SHIPPED.iter().find(|(n, _)| *n == name).unwrap().1;
    assert!(count(&ran["sent"]) > 900 && check(&ran), "{name}: {ran}");
    let replayed = room.json("--data run/data journal replay");
    assert_eq!(replayed["differences"].as_array().map(Vec::len), Some(0), "{replayed}");
}

#[test]
fn the_endpoint_fails_and_messages_wait() {
    play("failing-endpoint");
}

#[test]
fn gas_meters_wake_and_answer() {
    play("gas-meters-wake");
}

#[test]
fn a_power_cut_is_consolidated() {
    play("power-outage");
}

#[test]
fn a_region_without_a_route_fails_requests() {
    play("region-down-an-hour");
}

#[test]
fn a_silent_region_times_requests_out() {
    play("region-times-out");
}

#[test]
fn a_scenario_that_is_none_is_refused_with_its_line() {
    let room = Room::new();
    let file =
        room.write("bad.toml", &SCENARIO.replace("trouble = \"outage\"", "trouble = \"gremlins\""));
    let refused = room.nb(&format!("scenario show {file}")).code(3).err;
    assert!(refused.contains("gremlins") && refused.contains("bad.toml"), "{refused}");
}
