//! `ledger`: checks that find, copies that are proven, sums that follow the rules.

use crate::support;
use support::{HEADER, Room, message};

fn filled() -> Room {
    let r = Room::new();
    let mut text = HEADER.to_owned();
    for i in 0..20 {
        text += &message(
            1,
            i + 1,
            "4.1.1",
            "north",
            &format!("2026-04-{:02}T10:00:00Z", i % 10 + 1),
            if i % 5 == 0 { None } else { Some("2026-04-30T10:00:05Z") },
        );
    }
    r.write("a.csv", &text);
    r.nb("ingest messages a.csv").ok();
    r
}

fn some_file(r: &Room, table: &str) -> std::path::PathBuf {
    let day = std::fs::read_dir(r.path(&format!("data/ledger/{table}")))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    std::fs::read_dir(day).unwrap().next().unwrap().unwrap().path()
}

#[test]
fn a_whole_ledger_passes_and_a_changed_byte_is_found() {
    let r = filled();
    let check = r.json("ledger check");
    assert_eq!(
        (check["counted"].as_u64(), check["findings"].as_array().unwrap().len()),
        (Some(20), 0)
    );
    let file = some_file(&r, "daily");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[4] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let bad = r.nb("ledger check --format json").code(7).json();
    assert!(bad["findings"].as_array().unwrap().iter().any(|f| f["kind"] == "hash"), "{bad}");
}

#[test]
fn a_backup_restores_to_the_same_ledger_and_a_damaged_one_is_refused() {
    let r = filled();
    r.nb("feed add dsp --from 2026-04-01 --owner DSP").ok();
    r.nb("ledger backup copy").ok();
    r.nb("ledger backup copy").code(4);
    r.nb("--data second ledger restore copy").ok();
    assert_eq!(r.json("--data second ledger check"), r.json("ledger check"));
    assert_eq!(r.json("--data second feed list"), r.json("feed list"));
    r.nb("--data second ledger restore copy").code(4);
    let mut bytes = std::fs::read(r.path("copy/registers.sqlite")).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(r.path("copy/registers.sqlite"), bytes).unwrap();
    r.nb("--data third ledger restore copy").code(3);
    assert!(!r.path("third").exists());
}

#[test]
fn publishing_twice_changes_nothing_the_second_time() {
    let r = filled();
    let first = r.json("ledger publish");
    assert!(
        first["tables"]
            .as_array()
            .unwrap()
            .iter()
            .any(|t| t["table"] == "exchanges" && t["changed"] == true)
    );
    assert!(r.path("data/ledger/exchanges/_delta_log/00000000000000000000.json").is_file());
    assert!(
        r.json("ledger publish")["tables"]
            .as_array()
            .unwrap()
            .iter()
            .all(|t| t["changed"] == false)
    );
}

#[test]
fn sums_are_made_anew_when_a_rule_is_confirmed() {
    let r = filled();
    assert_eq!(r.json("ledger rollup")["days"].as_array().unwrap().len(), 0);
    let target = r.json("rules list --unconfirmed --prefix target/")["rules"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    r.run(&["rules", "confirm", &target, "--source", "letter, page 1", "--reason", "settled"]).ok();
    assert_eq!(r.json("ledger rollup --dry-run")["days"].as_array().unwrap().len(), 10);
    assert_eq!(r.json("ledger rollup")["days"].as_array().unwrap().len(), 10);
    assert_eq!(r.json("ledger rollup")["days"].as_array().unwrap().len(), 0);
    assert_eq!(r.json("ledger check")["findings"].as_array().unwrap().len(), 0);
}

#[test]
fn retention_says_that_bodies_are_not_stored_and_deletes_nothing() {
    let r = filled();
    assert!(r.nb("ledger retention show").ok().out.contains("Message bodies are not stored"));
    r.nb("ledger retention set exchanges --months 0").code(4);
    r.run(&[
        "ledger",
        "retention",
        "set",
        "exchanges",
        "--months",
        "1",
        "--reason",
        "trial",
        "--as",
        "kim+operations",
    ])
    .ok();
    let due = |clock: &str| {
        let words = [
            "ledger",
            "retention",
            "apply",
            "--dry-run",
            "--as",
            "kim+operations",
            "--format",
            "json",
            "--clock",
            clock,
        ];
        r.run(&words).ok().json()["tables"]
            .as_array()
            .unwrap()
            .iter()
            .find(|t| t["table"] == "exchanges")
            .unwrap()["due_rows"]
            .as_u64()
            .unwrap()
    };
    // Kept for one month after the month of receipt: April goes when June begins.
    assert_eq!((due("2026-05-31T23:59:59Z"), due("2026-06-01T00:00:00Z")), (0, 20));
    r.nb("ledger retention apply").code(4);
}

#[test]
fn somebody_else_who_writes_is_waited_for_by_hand() {
    let r = filled();
    let lock = std::fs::File::options().write(true).open(r.path("data/ledger/lock")).unwrap();
    lock.lock().unwrap();
    r.write(
        "b.csv",
        &(HEADER.to_owned() + &message(2, 1, "4.1.1", "north", "2026-04-01T10:00:00Z", None)),
    );
    assert_eq!(
        r.nb("ingest messages b.csv --format json").code(6).error()["code"],
        "ledger.locked"
    );
    drop(lock);
    r.nb("ingest messages b.csv").ok();
}
