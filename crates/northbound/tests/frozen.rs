//! Data folders that an earlier version wrote (`frozen/README.md`): this version opens them, its
//! figures and issues are those of then, and the live service goes on from where it was killed.

use crate::support::{HEADER, Room, live::Running, message};
use serde_json::{Value, json};
use std::path::Path;

/// The frozen data folder `name` as the room's own.
pub(crate) fn frozen(name: &str) -> Room {
    let room = Room::new();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frozen").join(name);
    let bytes = flate2::read::GzDecoder::new(std::fs::File::open(file).unwrap());
    tar::Archive::new(bytes).unpack(room.dir.path()).unwrap();
    room
}

/// After the second issue was made.
const LATER: &str = "2026-06-01T09:00:00Z";

/// A check of the demo's folder, which finds nothing but that the PDF files are left out of it.
#[track_caller]
fn checked(room: &Room, words: &[&str]) -> Value {
    let check = room.run(&[words, &["--format", "json"]].concat()).code(7).json();
    let of = |key: &str| {
        let all = check["findings"].as_array().unwrap().iter();
        all.map(|f| f[key].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(of("file"), ["packs/2026-04/v1/pack.pdf", "packs/2026-04/v2/pack.pdf"]);
    assert_eq!(of("found"), ["no file", "no file"]);
    check
}

#[test]
fn the_ledger_of_a_frozen_folder_passes_its_check() {
    let room = frozen("demo.tar.gz");
    let check = checked(&room, &["ledger", "check"]);
    assert_eq!(
        (&check["versions"], &check["counted"], &check["set_aside"]),
        (&json!(8), &json!(2926), &json!(2))
    );
}

#[test]
fn figures_of_a_frozen_folder_open_as_they_were_printed() {
    let room = frozen("demo.tar.gz");
    let figures: Vec<Value> = serde_json::from_str(include_str!("frozen/figures.json")).unwrap();
    assert_eq!(figures.len(), 14);
    for f in figures {
        let id = f["id"].as_str().unwrap();
        let now = room.json(&format!("explain {id}"));
        let opened = &now["figure"];
        for key in ["printed", "note", "manifest"] {
            assert_eq!(opened[key], f[key], "{key} of {id}");
        }
        assert_eq!(opened["address"]["measure"], f["measure"], "measure of {id}");
        for c in f["counts"].as_array().unwrap() {
            let found = opened["adds"]["counts"]
                .as_array()
                .unwrap()
                .iter()
                .any(|n| n["what"] == c[0] && n["found"] == c[1]);
            assert!(found, "{id} has no count {c}: {}", opened["adds"]["counts"]);
        }
    }
}

#[test]
fn issues_of_a_frozen_folder_are_listed_and_compared() {
    let room = frozen("demo.tar.gz");
    let then: Value = serde_json::from_str(include_str!("frozen/diff.json")).unwrap();
    assert_eq!(room.json("pack diff 2026-04/1 2026-04/2"), then);
    assert_eq!(then["changes"].as_array().unwrap().len(), 5);
}

/// Runs a command after the second issue was made.
fn later(room: &Room, words: &str) -> Value {
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_northbound"))
        .current_dir(room.dir.path())
        .env_clear()
        .envs([("NORTHBOUND_DATA", "data"), ("NORTHBOUND_AS", "kim@ACME+analyst")])
        .args(["--clock", LATER, "--format", "json"])
        .args(words.split(' '))
        .output()
        .unwrap();
    assert!(out.status.success(), "{words}: {}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

#[test]
fn a_frozen_folder_takes_new_records_and_old_figures_still_open() {
    let room = frozen("demo.tar.gz");
    let (received, answered) = ("2026-04-10T09:00:00Z", Some("2026-04-10T09:00:05Z"));
    let row = message(1, 990_001, "4.1.1", "north", received, answered);
    room.write("more.csv", &format!("{HEADER}{row}"));
    // A folder of then does not say on which clock it is, and takes nothing before it does.
    let marked = later(&room, "init --virtual");
    assert_eq!((&marked["earlier"], &marked["clock"]), (&json!(true), &json!("virtual")));
    later(&room, "ingest messages more.csv");
    later(&room, "pack build --period 2026-04 --out again");
    let check = checked(&room, &["ledger", "check"]);
    assert_eq!(check["counted"], json!(2927));
    let figure = later(&room, "explain 46df0c309b63e42a");
    assert_eq!(figure["figure"]["printed"], "[n]");
    assert_eq!(later(&room, "pack list")["packs"].as_array().map(Vec::len), Some(2));
}

#[test]
fn the_journal_of_a_killed_service_replays_to_the_same_ledger() {
    let room = frozen("live.tar.gz");
    let check = room.json("journal check");
    assert_eq!((&check["damage"], &check["last"]), (&json!([]), &json!(49)));
    let replay = room.json("journal replay");
    assert_eq!((&replay["differences"], &replay["records"]), (&json!([]), &json!(43)));
}

#[test]
fn a_service_goes_on_where_the_earlier_version_was_killed() {
    let room = frozen("live.tar.gz");
    // Only a folder on a virtual clock may run faster than real time.
    room.nb("init --virtual").ok();
    let mut service = Running::start(
        &room,
        "serve --demo --meters 12 --speed 20 --listen 127.0.0.1:0 --control 127.0.0.1:0 --log live.log",
    );
    let status = room.json("status");
    assert!(status.is_object(), "{status}");
    assert_eq!(service.stop(), 0);
    // All nine requests have their row now: eight answered or refused before, one open at the kill.
    let check = room.json("ledger check");
    assert_eq!(check["findings"], json!([]));
    assert_eq!(check["counted"], json!(9), "{check}");
}
