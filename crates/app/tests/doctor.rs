//! What `doctor` finds in a data folder.

use crate::support::context;
use northbound_app::{
    Context, doctor,
    folder::{self, Clock},
    registers,
};
use northbound_registers::records::data::feeds::{Expected, Feed};
use serde_json::Value;
use std::{fs, os::unix::fs::PermissionsExt};

/// A folder as `init` makes it, on the machine's clock.
fn made() -> (tempfile::TempDir, Context) {
    let (guard, ctx) = context("kim+analyst", "2026-05-04T09:00:00Z");
    folder::init(&ctx, Clock::Real, None, Vec::new()).unwrap();
    (guard, ctx)
}

fn state(ctx: &Context, check: &str) -> (String, String) {
    let answer = doctor::doctor(&Context { writes: false, ..ctx.clone() }).unwrap();
    let checks = answer.json["checks"].as_array().unwrap().clone();
    let found = checks.iter().find(|c| c["check"] == check).unwrap_or(&Value::Null);
    assert_eq!(answer.found, checks.iter().any(|c| c["state"] == "fault"));
    (
        found["state"].as_str().unwrap_or_default().to_owned(),
        format!("{} {}", found["found"], found["advice"]),
    )
}

#[test]
fn a_new_folder_is_well_but_for_what_nobody_has_declared() {
    let (_guard, ctx) = made();
    for check in ["folder", "files", "secrets", "permissions", "account", "ledger", "registers"] {
        assert_eq!(state(&ctx, check).0, "well", "{check}: {}", state(&ctx, check).1);
    }
    assert_eq!(state(&ctx, "clock").0, "well");
    assert_eq!(state(&ctx, "rules").0, "warning");
    let (feeds, said) = state(&ctx, "feeds");
    assert!(feeds == "warning" && said.contains("no feed is declared"), "{said}");
}

#[test]
fn keys_that_others_may_read_and_files_of_others_are_named() {
    let (_guard, ctx) = made();
    fs::create_dir(ctx.data.join("keys")).unwrap();
    fs::set_permissions(ctx.data.join("keys"), fs::Permissions::from_mode(0o700)).unwrap();
    let key = ctx.data.join("keys/1.key");
    fs::write(&key, "").unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(state(&ctx, "secrets").0, "well");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    let (found, said) = state(&ctx, "secrets");
    assert!(found == "fault" && said.contains("1.key") && said.contains("chmod"), "{said}");
    let journal = ctx.data.join("service.toml");
    fs::write(&journal, "").unwrap();
    fs::set_permissions(&journal, fs::Permissions::from_mode(0o604)).unwrap();
    assert_eq!(state(&ctx, "permissions").0, "warning");
    fs::write(ctx.data.join("notes.txt"), "").unwrap();
    let (found, said) = state(&ctx, "files");
    assert!(found == "warning" && said.contains("notes.txt"), "{said}");
}

#[test]
fn a_clock_behind_the_newest_record_is_a_fault_and_a_silent_feed_a_warning() {
    let (_guard, ctx) = made();
    let feed = Feed {
        id: "dsp".into(),
        title: "Daily log".into(),
        provider: None,
        region: None,
        brings: vec!["messages".into()],
        measures: Vec::new(),
        rank: 1,
        calendar: Expected::Daily,
        days: Default::default(),
        from: "2026-04-20".parse().unwrap(),
        to: None,
        owner: "DSP".into(),
    };
    registers::add(&ctx, &feed).unwrap();
    let (found, said) = state(&ctx, "feeds");
    assert!(found == "warning" && said.contains("14 of 14 days due are missing"), "{said}");
    assert!(said.contains("ask DSP"), "{said}");
    let behind = Context { now: "2026-05-03T09:00:00Z".parse().unwrap(), ..ctx.clone() };
    let (found, said) = state(&behind, "clock");
    assert!(found == "fault" && said.contains("2026-05-04"), "{said}");
}
