//! `demo`: ends by itself, repeats itself, and leaves other people's folders alone.

use crate::support;
use std::process::Command;
use support::Room;

fn demo(r: &Room, seed: u32, out: &str) -> support::Ran {
    r.nb(&format!("demo --meters 40 --days 22 --seed {seed} --out {out} --format json"))
}

#[test]
fn the_same_seed_gives_the_same_ledger_and_another_seed_another() {
    let r = Room::new();
    let hash = |out: &str, seed: u32| {
        demo(&r, seed, out).ok();
        assert_eq!(
            r.json(&format!("--data {out}/data ledger check"))["findings"]
                .as_array()
                .unwrap()
                .len(),
            0
        );
        let files = r.json(&format!("--data {out}/data ingest list"));
        files["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| f["sha256"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let first = hash("one", 1);
    assert_eq!(hash("two", 1), first);
    assert_ne!(hash("two", 2), first, "an earlier demo is replaced");
}

#[test]
fn a_folder_that_is_no_demo_is_left_alone() {
    let r = Room::new();
    r.write("mine/thesis.txt", "do not touch");
    demo(&r, 1, "mine").code(4);
    assert_eq!(std::fs::read_dir(r.path("mine")).unwrap().count(), 1);
    r.nb("demo --meters 0 --out other").code(2);
    r.nb("demo --days 31 --out other").code(2);
    assert!(!r.path("other").exists());
}

#[test]
fn the_correction_counts_and_the_first_statement_can_be_read_again() {
    let r = Room::new();
    let done = demo(&r, 1, "out").ok().json();
    assert!(done["corrections"][0]["accepted"].as_u64().unwrap() > 0, "{done}");
    let late = |as_at: &str| {
        r.json(&format!("--data out/data reconcile all=ledger:feed=cspc t=ledger:feed=cspc,state=timed-out --keys region --no-keep {as_at}"))["pairs"][0]["totals"]["total"].clone()
    };
    assert_ne!(late(""), late("--as-at 2026-04-27T00:00:00Z"));
}

#[test]
fn the_second_issue_tells_what_changed_and_which_statements_fell() {
    let r = Room::new();
    let done = r.nb("demo --meters 1500 --out out --format json").ok().json();
    let figure = |issue: &str| {
        done[issue]
            .as_array()
            .unwrap()
            .iter()
            .find(|n| n["result"]["measure"] == "PM4.3" && n["result"]["provider"] == "CSPC")
            .unwrap()["result"]["figure"]
            .clone()
    };
    // Ten faulty days of thirty leave a null; with seven of them sent again there is a figure, marked.
    assert_eq!(
        (figure("first_results")["reason"].as_str(), figure("results")["state"].as_str()),
        (Some("unreliable"), Some("suspect"))
    );
    assert!(
        !done["fallen"].as_array().unwrap().is_empty()
            && done["changes"].as_array().unwrap().iter().any(|c| c["measure"] == "CPM1"),
        "{}",
        done["changes"]
    );
    for file in ["pack.html", "pack.xlsx", "pack.pdf", "pack.json"] {
        assert!(r.path("out/pack").join(file).is_file(), "{file}");
    }
    assert_eq!(r.json("--data out/data pack list")["packs"].as_array().unwrap().len(), 2);
    // What is opened is the issue, and the folder's own time is the day after it.
    let page = |path: &str| std::fs::read(r.path(path)).unwrap();
    assert_eq!(page("out/pack/pack.html"), page("out/data/packs/2026-04/v2/pack.html"));
    let own_time = Command::new(env!("CARGO_BIN_EXE_northbound"))
        .current_dir(r.dir.path())
        .env_clear()
        .args(["--data", "out/data", "forecast", "due", "--format", "csv"])
        .output()
        .unwrap();
    let first_month = String::from_utf8(own_time.stdout).unwrap();
    assert!(first_month.lines().nth(1).unwrap().starts_with("2026-05"), "{first_month}");
    // Each role has something of its own to look at.
    let all = |words: &str, key: &str| {
        r.json(&format!("--data out/data {words}"))[key].as_array().unwrap().clone()
    };
    assert_eq!(all("incident list", "incidents").len(), 7);
    assert_eq!(all("forecast list", "records").len(), 13, "one of fourteen Users gave none");
    assert_eq!(all("change list", "changes").len(), 3);
    assert_eq!(all("action list", "records").len(), 3);
    assert_eq!(all("contact list", "records").len(), 13);
    assert!(r.nb("--data out/data pack show 2026-04/1").ok().out.contains("as issued"));
}
