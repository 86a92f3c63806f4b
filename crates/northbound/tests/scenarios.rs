//! `scenario run`: a time line of faults and traffic on a service of its own.

use crate::support;
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

#[test]
fn a_scenario_runs_to_its_end_and_says_what_came_of_it() {
    let room = Room::new();
    let file = room.write("silent.toml", SCENARIO);
    let shown = room.json(&format!("scenario show {file}"));
    assert_eq!(shown["title"], "A region is silent and an endpoint refuses", "{shown}");
    let ran = room.json(&format!("scenario run {file} --speed 60 --minutes 6 --out run"));
    let count = |v: &serde_json::Value| v.as_u64().unwrap_or(0);
    assert!(count(&ran["sent"]) > 300 && count(&ran["unreached"]) == 0, "{ran}");
    assert_eq!(ran["codes"]["I99"], ran["sent"], "all were acknowledged: {ran}");
    // What it did stays, and can be looked at like any other data folder.
    assert!(count(&ran["position"]) > 600, "{ran}");
    let check = room.json("--data run/data journal replay");
    assert_eq!(check["differences"].as_array().map(Vec::len), Some(0), "{check}");
    let top = &ran["top"];
    let central =
        top["regions"].as_array().unwrap().iter().find(|r| r["region"] == "central").unwrap();
    assert_eq!(central["in_flight"], 0, "nothing is on its way in a region without a route: {ran}");
    // Made, tried, done, parked: the endpoint that refuses everything has messages parked; the other's were taken.
    let deliveries = &top["deliveries"];
    assert!(count(&deliveries[3]) > 20 && count(&deliveries[2]) > 100, "{ran}");
}

#[test]
fn a_scenario_that_is_none_is_refused_with_its_line() {
    let room = Room::new();
    let file =
        room.write("bad.toml", &SCENARIO.replace("trouble = \"outage\"", "trouble = \"gremlins\""));
    let refused = room.nb(&format!("scenario show {file}")).code(3).err;
    assert!(refused.contains("gremlins") && refused.contains("bad.toml"), "{refused}");
}
