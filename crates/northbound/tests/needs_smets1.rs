//! SMETS1: test, defect, migration, live services (D1 to D3, D6 to D14, X9). All samples are invented.

mod defects;
mod live_services;
mod migration;
use crate::support;
use serde_json::Value;
use support::{Ran, needs::Room};

const CLOCK: &str = "2020-06-22T09:00:00Z";

/// A room whose clock stands on 22 June 2020 unless a test says otherwise.
struct June(Room);

impl June {
    fn new() -> June {
        June(Room::new())
    }
    fn at(&self, clock: &str, words: &[&str]) -> Ran {
        let mut all = vec!["--clock", clock];
        all.extend(words);
        let mut c = std::process::Command::new(env!("CARGO_BIN_EXE_northbound"));
        let o = c
            .current_dir(self.0.dir.path())
            .env_clear()
            .env("NORTHBOUND_DATA", "data")
            .env("NORTHBOUND_AS", "kim@DCC+analyst")
            .args(all)
            .output()
            .unwrap();
        let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        Ran { code: o.status.code().unwrap_or(-1), out: text(&o.stdout), err: text(&o.stderr) }
    }
    fn run(&self, words: &[&str]) -> Ran {
        self.at(CLOCK, words)
    }
    fn nb(&self, words: &str) -> Ran {
        self.run(&support::arguments(words).iter().map(String::as_str).collect::<Vec<_>>())
    }
    fn json(&self, words: &str) -> Value {
        self.nb(&format!("{words} --format json")).ok().json()
    }
    fn combination(&self) -> String {
        self.json("combination add --model ALPHA-E1,BETA-CH2 --csp CSP-S1 --cohort MOC")["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }
    fn defect(&self, more: &[&str]) -> String {
        let mut w = vec![
            "defect",
            "add",
            "--title",
            "Notice of a breach does not reach Users",
            "--found-in",
            "Test completion report 4",
            "--found",
            "2020-06-01",
            "--cohort",
            "MOC",
            "--format",
            "json",
        ];
        w.extend(more);
        self.run(&w).ok().json()["id"].as_str().unwrap().to_owned()
    }
    fn evidence(&self, id: &str) {
        self.nb(&format!(
            "combination evidence {id} --proof own-test --document 'Report 4, page 2'"
        ))
        .ok();
    }
    fn moderate(&self, id: &str) {
        self.nb(&format!("defect impact {id} --class overall --level moderate --by TAG --at LSC"))
            .ok();
    }
    fn action(&self, id: &str) {
        if self.run(&["body", "show", "DCC"]).code != 0 {
            self.nb("body add DCC --name 'The network (invented)' --kind provider").ok();
        }
        self.run(&["action", "add", id, "--text", "answer in writing", "--owner", "DCC"]).ok();
    }
    fn close(&self, id: &str) {
        self.run(&["action", "close", id, "--evidence", "paper 9", "--meeting", "OPSG 34"]).ok();
    }
    /// The pack of May in the evening: what was written during the day was recorded after the clock's morning.
    fn pack(&self) -> String {
        self.at("2020-06-22T18:00:00Z", &["pack", "build", "--period", "2020-05", "--out", "p"])
            .ok();
        std::fs::read_to_string(self.0.path("p/pack.html")).unwrap()
    }
}
