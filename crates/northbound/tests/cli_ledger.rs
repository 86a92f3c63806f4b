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
fn an_edited_row_of_the_registers_is_found_and_named() {
    let r = filled();
    r.nb("party add ACME --name Acme --category large-supplier").ok();
    let check = r.json("ledger check");
    assert_eq!(check["registers"]["chained_later"], serde_json::Value::Null);
    assert_eq!(check["registers"]["revisions"], 2);
    let db = rusqlite::Connection::open(r.path("data/registers.sqlite")).unwrap();
    db.execute_batch(
        "UPDATE versions SET body = replace(body, 'Acme', 'Apex') WHERE noun = 'party'",
    )
    .unwrap();
    drop(db);
    let bad = r.nb("ledger check --format json").code(7).json();
    let what = bad["findings"][0]["what"].as_str().unwrap_or_default();
    assert_eq!(bad["findings"][0]["kind"], "registers-chain", "{bad}");
    assert!(what.contains("version 1 of party \"ACME\" was changed"), "{what}");
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

/// Three versions, an issued pack and a published log.
fn cited() -> Room {
    let r = filled();
    for (i, name) in ["b.csv", "c.csv"].iter().enumerate() {
        let n = 100 + i as u32;
        let row = message(1, n, "4.1.1", "south", "2026-04-03T11:00:00Z", None);
        r.write(name, &format!("{HEADER}{row}"));
        r.nb(&format!("ingest messages {name}")).ok();
    }
    r
}

fn manifest_of(r: &Room, version: u64) -> std::path::PathBuf {
    r.path(&format!("data/ledger/root/{version:010}.json"))
}

/// Findings of a check that must find something, as `kind file`.
fn found(r: &Room) -> Vec<(String, String)> {
    let bad = r.nb("ledger check --format json").code(7).json();
    let text = |v: &serde_json::Value| v.as_str().unwrap_or_default().to_owned();
    let all = bad["findings"].as_array().unwrap().iter();
    all.map(|f| (text(&f["kind"]), text(&f["file"]))).collect()
}

fn has(found: &[(String, String)], kind: &str, file: &str) -> bool {
    found.iter().any(|(k, f)| k == kind && f == file)
}

#[test]
fn an_edited_newest_manifest_is_found_and_nothing_is_added_to_it() {
    let r = cited();
    assert_eq!(r.json("ledger check")["findings"], serde_json::json!([]));
    let path = manifest_of(&r, 3);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("\"by\": \"kim@ACME+analyst\"", "\"by\": \"ann\"", 1))
        .unwrap();
    let all = found(&r);
    assert!(has(&all, "head", "ledger/root/0000000003.json"), "{all:?}");
    r.write(
        "d.csv",
        &(HEADER.to_owned() + &message(2, 1, "4.1.1", "north", "2026-04-01T10:00:00Z", None)),
    );
    let e = r.nb("ingest messages d.csv --format json").code(1).error();
    assert_eq!(e["code"], "ledger.manifest", "{e}");
    r.nb("ledger backup copy").code(1);
}

#[test]
fn removed_versions_a_removed_ledger_and_removed_registers_are_found() {
    let r = cited();
    for version in [3, 2] {
        std::fs::remove_file(manifest_of(&r, version)).unwrap();
    }
    let all = found(&r);
    assert!(has(&all, "head", "ledger/root/0000000003.json"), "{all:?}");
    // Whoever also makes the head fit is found by the registers' record of the source files.
    std::fs::remove_file(r.path("data/ledger-head.json")).unwrap();
    let all = found(&r);
    assert!(has(&all, "cited", "ledger") && has(&all, "head", "ledger-head.json"), "{all:?}");

    let r = cited();
    std::fs::remove_dir_all(r.path("data/ledger")).unwrap();
    let all = found(&r);
    assert!(has(&all, "head", "ledger/root/0000000003.json"), "{all:?}");
    assert!(has(&all, "cited", "ledger"), "{all:?}");

    let r = cited();
    std::fs::remove_file(r.path("data/registers.sqlite")).unwrap();
    let all = found(&r);
    assert!(has(&all, "registers", "registers.sqlite"), "{all:?}");
    assert!(has(&all, "cited", "registers.sqlite"), "{all:?}");
}

#[test]
fn files_of_older_versions_are_hashed_too_and_each_once() {
    let r = cited();
    let whole = r.json("ledger check");
    let newest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(manifest_of(&r, 3)).unwrap()).unwrap();
    let named = newest["tables"].as_object().unwrap().values().flat_map(|t| t.as_array().unwrap());
    let named: std::collections::BTreeSet<_> =
        named.map(|f| f["path"].clone().to_string()).collect();
    assert!(whole["files"].as_u64().unwrap() > named.len() as u64, "{whole}");
    assert!(whole["bytes"].as_u64().unwrap() > 0);
    // A rollup that only the first version names.
    let first: serde_json::Value =
        serde_json::from_slice(&std::fs::read(manifest_of(&r, 1)).unwrap()).unwrap();
    let old = first["tables"]["daily"].as_array().unwrap().iter();
    let old = old.map(|f| f["path"].as_str().unwrap()).find(|p| !named.contains(&format!("{p:?}")));
    let old = old.unwrap();
    let path = r.path(&format!("data/ledger/{old}"));
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(found(&r), [("hash".to_owned(), format!("ledger/{old}"))]);
}

#[test]
fn a_crash_between_manifest_and_head_is_no_finding() {
    let r = cited();
    let head = r.path("data/ledger-head.json");
    let newest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(manifest_of(&r, 3)).unwrap()).unwrap();
    let at = |version: u64, hash: &serde_json::Value| {
        let text = serde_json::json!({"format": "northbound-ledger-head/1", "version": version, "hash": hash});
        std::fs::write(&head, text.to_string()).unwrap();
    };
    at(2, &newest["previous"]);
    assert_eq!(r.json("ledger check")["findings"], serde_json::json!([]));
    r.write(
        "d.csv",
        &(HEADER.to_owned() + &message(2, 1, "4.1.1", "north", "2026-04-01T10:00:00Z", None)),
    );
    r.nb("ingest messages d.csv").ok();
    let text = std::fs::read_to_string(&head).unwrap();
    assert!(text.contains("\"version\": 4"), "{text}");
    // More than one version behind: no crash does that.
    at(2, &newest["previous"]);
    assert!(has(&found(&r), "head", "ledger-head.json"));
}

fn kinds(check: &serde_json::Value) -> Vec<&str> {
    let all = check["findings"].as_array().unwrap().iter();
    all.map(|f| f["kind"].as_str().unwrap()).collect()
}

/// A folder whose second and third versions are signed.
fn signed() -> Room {
    let r = filled();
    r.nb("key make --service").ok();
    for (i, name) in ["b.csv", "c.csv"].iter().enumerate() {
        let row = message(1, 100 + i as u32, "4.1.1", "south", "2026-04-03T11:00:00Z", None);
        r.write(name, &format!("{HEADER}{row}"));
        r.nb(&format!("ingest messages {name}")).ok();
    }
    r
}

/// Writes the newest manifest again, and the head with its hash: what somebody can do who may write to
/// the folder and has no key.
fn rewrite_newest(r: &Room, edit: impl Fn(&str) -> String) {
    use sha2::Digest;
    let path = manifest_of(r, 3);
    let text = edit(&std::fs::read_to_string(&path).unwrap());
    std::fs::write(&path, &text).unwrap();
    let hash: String = sha2::Sha256::digest(&text).iter().map(|b| format!("{b:02x}")).collect();
    let head =
        serde_json::json!({"format": "northbound-ledger-head/1", "version": 3, "hash": hash});
    std::fs::write(r.path("data/ledger-head.json"), head.to_string()).unwrap();
}

/// The manifest without its signature.
fn unsigned(text: &str) -> String {
    let at = text.find(",\n  \"signed_by\"").unwrap();
    format!("{}\n}}", &text[..at])
}

#[test]
fn signed_versions_are_verified_and_what_is_rewritten_without_the_key_is_found() {
    let r = signed();
    let whole = r.json("ledger check");
    assert_eq!(whole["findings"], serde_json::json!([]));
    let counts = serde_json::json!({"verified": 2, "before": 1, "unverified": 0});
    assert_eq!(whole["signatures"], counts);
    rewrite_newest(&r, |t| t.replacen("kim@ACME+analyst", "ann@ACME+analyst", 1));
    let bad = r.nb("ledger check --format json").code(7).json();
    assert_eq!(kinds(&bad), ["signature"], "{bad}");
    rewrite_newest(&r, unsigned);
    let bad = r.nb("ledger check --format json").code(7).json();
    assert_eq!(bad["findings"][0]["found"], "none", "{bad}");
    assert_eq!(kinds(&bad), ["signature"]);
}

#[test]
fn a_signed_ledger_is_continued_only_with_a_key_and_verified_by_certificates_of_old_ones() {
    let r = signed();
    let keys = |ending: &str| -> Vec<std::path::PathBuf> {
        let all = std::fs::read_dir(r.path("data/keys")).unwrap().map(|e| e.unwrap().path());
        all.filter(|p| p.to_string_lossy().ends_with(ending)).collect()
    };
    // A restored copy has the certificates and no key.
    r.nb("ledger backup copy").ok();
    r.nb("--data second ledger restore copy").ok();
    assert_eq!(r.json("--data second ledger check"), r.json("ledger check"));
    r.write(
        "d.csv",
        &(HEADER.to_owned() + &message(2, 1, "4.1.1", "north", "2026-04-01T10:00:00Z", None)),
    );
    let e = r.nb("--data second ingest messages d.csv --format json").code(4).error();
    assert_eq!(e["code"], "ledger.no-key", "{e}");
    // Keys are lost; new ones are made; the old certificates still verify.
    for key in keys(".key.pem") {
        std::fs::remove_file(key).unwrap();
    }
    let old = keys(".cert.pem");
    r.nb("key make --service").ok();
    r.nb("ingest messages d.csv").ok();
    assert_eq!(r.json("ledger check")["signatures"]["verified"], 3);
    for certificate in old {
        std::fs::remove_file(certificate).unwrap();
    }
    let bad = r.nb("ledger check --format json").code(7).json();
    assert_eq!(kinds(&bad), ["signature"], "one for all versions of a certificate: {bad}");
    assert_eq!(bad["signatures"], serde_json::json!({"verified": 1, "before": 1, "unverified": 2}));
}

#[test]
fn a_receipt_proves_what_it_saw_and_names_what_is_missing() {
    let r = signed();
    r.nb("feed add dsp --from 2026-04-01 --owner DSP").ok();
    let receipt = r.nb("receipt").ok().json();
    assert_eq!(receipt["ledger"]["version"], 3);
    assert!(receipt["signature"].is_string() && receipt["registers"]["hash"].is_string());
    r.nb("receipt --out elsewhere.json").ok();
    r.nb("receipt --out elsewhere.json").code(6);
    r.nb("receipt --out kept.json").ok();
    let copy = |to: &str| {
        let done =
            std::process::Command::new("cp").arg("-r").arg(r.data()).arg(r.path(to)).status();
        assert!(done.unwrap().success());
    };
    copy("then");
    r.nb("feed add csp --from 2026-04-01 --owner CSPN").ok();
    r.write(
        "d.csv",
        &(HEADER.to_owned() + &message(2, 1, "4.1.1", "north", "2026-04-01T10:00:00Z", None)),
    );
    r.nb("ingest messages d.csv").ok();
    let check = r.json("ledger check --against kept.json");
    assert_eq!((&check["findings"], &check["against"]), (&serde_json::json!([]), &1.into()));
    r.nb("receipt --out later.json").ok();
    // The whole folder is rolled back: nothing inside it says so.
    assert_eq!(r.json("--data then ledger check")["findings"], serde_json::json!([]));
    let bad = r.nb("--data then ledger check --against later.json --format json").code(7).json();
    let files: Vec<_> = bad["findings"].as_array().unwrap().iter().map(|f| &f["file"]).collect();
    assert_eq!(files, ["ledger", "registers.sqlite"], "{bad}");
    // A receipt that was changed, and one of another folder.
    let text = std::fs::read_to_string(r.path("kept.json")).unwrap();
    r.write("changed.json", &text.replacen("\"version\": 3", "\"version\": 2", 1));
    let bad = r.nb("ledger check --against changed.json --format json").code(7).json();
    assert!(kinds(&bad).contains(&"receipt"), "{bad}");
    r.nb("--as ann@ACME+analyst init --virtual --data other").ok();
    let bad = r.nb("--data other ledger check --against kept.json --format json").code(7).json();
    assert!(kinds(&bad).contains(&"receipt"), "{bad}");
    r.nb("ledger check --against a.csv").code(3);
    // A backup is as good as a receipt.
    r.nb("ledger backup copy").ok();
    assert_eq!(r.json("ledger check --against copy")["findings"], serde_json::json!([]));
    let bad = r.nb("--data then ledger check --against copy --format json").code(7).json();
    assert_eq!(kinds(&bad), ["cited", "cited"], "{bad}");
}
