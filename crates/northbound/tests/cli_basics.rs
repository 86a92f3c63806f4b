//! What holds for every command: help, exit codes, errors as JSON, pipes.

use crate::support;
use support::Room;

#[test]
fn usage_errors_end_with_2_and_one_json_object() {
    let r = Room::new();
    let ran = r.nb("ledger frobnicate --format json").code(2);
    assert_eq!(
        (ran.error()["code"].as_str(), ran.error()["exit"].as_i64(), ran.out.as_str()),
        (Some("cli.usage"), Some(2), "")
    );
    r.nb("ledger").code(2);
    r.nb("--as +analyst ledger check").code(2);
    assert!(r.nb("reconcile ledger").code(2).err.contains("two or more"));
}

#[test]
fn what_is_not_there_ends_with_5() {
    let r = Room::new();
    for words in [
        "ingest messages nowhere.csv",
        "feed show nobody",
        "ingest show 9",
        "rules show target/none/of/that",
        "methodology show none",
        "ledger restore nowhere",
    ] {
        let ran = r.nb(&format!("{words} --format json")).code(5);
        assert_eq!(ran.error()["exit"], 5, "{words}");
    }
}

#[test]
fn help_and_version_are_answers() {
    let r = Room::new();
    assert!(r.nb("--version").ok().out.starts_with("northbound "));
    let help = r.nb("--help").ok();
    for noun in [
        "demo",
        "ingest",
        "ledger",
        "reconcile",
        "rules",
        "methodology",
        "feed",
        "fault",
        "explanation",
        "annotation",
        "assurance",
        "override",
        "exception",
        "claim",
        "party",
        "user",
        "service",
        "population",
        "event",
        "completions",
        "man",
        "about",
    ] {
        assert!(help.out.contains(&format!("  {noun}")), "{noun} is missing from help");
    }
    assert!(help.out.contains("Exit codes"));
}

#[test]
fn about_names_limits_and_exit_codes() {
    let r = Room::new();
    let about = r.json("about");
    assert_eq!(about["licence"], "Apache-2.0");
    assert_eq!(about["exit_codes"].as_array().unwrap().len(), 8);
    assert!(
        about["limits"]
            .as_array()
            .unwrap()
            .iter()
            .any(|l| l["what"].as_str().unwrap().contains("drill-down"))
    );
}

#[test]
fn completions_and_manual_pages_name_the_commands() {
    let r = Room::new();
    for shell in ["bash", "zsh", "fish"] {
        assert!(r.nb(&format!("completions {shell}")).ok().out.contains("reconcile"), "{shell}");
    }
    assert!(r.nb("man").ok().out.contains(".TH northbound"));
    r.nb("man --out pages").ok();
    assert!(r.path("pages/northbound-ingest.1").is_file());
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    use std::process::Stdio;
    let r = Room::new();
    let mut child = r
        .command()
        .args(["rules", "list", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let out = child.wait_with_output().unwrap();
    assert_eq!((out.status.code(), String::from_utf8_lossy(&out.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn nothing_but_the_answer_is_on_standard_output() {
    let r = Room::new();
    let ran = r.nb("rules list --format json --progress").ok();
    ran.json();
    assert!(
        !ran.out.contains('\u{1b}') && !r.nb("rules list").ok().out.contains('\u{1b}'),
        "no colour where nobody looks"
    );
}
