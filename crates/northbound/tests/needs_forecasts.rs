//! Forecasts and variance, from files to printed output (R8, R9, R10, F1 to F4, G3, X4). Each oracle has
//! a second input one unit away that gives another answer.

mod disclosure;
mod submission;
mod variance;
use crate::support;
use serde_json::Value;
use support::{
    Ran,
    needs::{Log, READS, Room, Sent},
};

const A: &str = "90-B3-D5-1F-30-01-00-02";
const B: &str = "90-B3-D5-1F-30-01-00-03";
const C: &str = "90-B3-D5-1F-30-01-00-04";

/// After May 2026 is over.
const JUNE: &str = "2026-06-15T09:00:00Z";

/// Parties and Users: one User each.
fn register(r: &Room, users: &[(&str, &str, &str, &str)]) {
    for (eui, party, class, roles) in users {
        r.at(
            "2026-01-02T09:00:00Z",
            &format!("party add {party} --name {party} --category {class}"),
        )
        .code(0);
        r.at("2026-01-02T09:01:00Z", &format!("user add {eui} --party {party} {roles}")).code(0);
    }
}

const HELD: &str = "--role IS:2020-01-01";

fn three() -> Room {
    let r = Room::new();
    register(
        &r,
        &[
            (A, "ACME", "large-supplier", HELD),
            (B, "BETA", "small-supplier", HELD),
            (C, "CORE", "network-operator", HELD),
        ],
    );
    r
}

fn messages(r: &Room, name: &str, groups: &[Sent]) {
    r.write(name, &Log::of(groups).text);
    r.at(JUNE, &format!("ingest messages {name}")).code(0);
}

fn reads(user: u8, month: &'static str, n: u32) -> Sent {
    Sent { user, ..READS.of(n, Some(5)).in_month(month) }
}

fn forecast(r: &Room, clock: &str, user: &str, sets: &str) -> Ran {
    r.at(clock, &format!("forecast add --user {user} --from 2026-05 --months 1 {sets}"))
}

const IN_TIME: &str = "2026-04-23T23:59:59Z";
const TOO_LATE: &str = "2026-04-24T00:00:00Z";

/// What people see.
#[track_caller]
fn printed(r: &Room, clock: &str, words: &str) -> String {
    let o = std::process::Command::new(env!("CARGO_BIN_EXE_northbound"))
        .current_dir(r.dir.path())
        .env_clear()
        .env("NORTHBOUND_DATA", "data")
        .env("NORTHBOUND_AS", "kim@ACME+analyst")
        .args(["--clock", clock])
        .args(words.split(' '))
        .output()
        .unwrap();
    assert!(o.status.success(), "{}", String::from_utf8_lossy(&o.stderr));
    String::from_utf8(o.stdout).unwrap()
}

#[track_caller]
fn variance(r: &Room, words: &str) -> Value {
    r.at(JUNE, words).code(0).json()
}

/// A User's row of the last month of a named variance.
#[track_caller]
fn row(v: &Value, user: &str) -> Value {
    let users =
        v["months"].as_array().unwrap().last().unwrap()["users"].as_array().unwrap().clone();
    users.into_iter().find(|u| u["user"] == user).unwrap_or_else(|| panic!("no {user} in {v}"))
}

const SECAS: &str = "variance sr --period 2026-05 --view secas";

/// Certificate requests as somebody counted them.
fn volumes(r: &Room, name: &str, rows: &str) {
    r.write(name, &format!("kind,user,srv,mode,period,count,correction,reference\n{rows}"));
    r.at(JUNE, &format!("ingest volumes {name}")).code(0);
}
