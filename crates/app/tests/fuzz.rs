//! Each fuzz target over good files, hostile ones and seeded mutations, without a panic.

use crate::support;
use northbound_app::fuzz;
use northbound_ingest::fuzz::{Rng, mutated};
use northbound_rules::RuleSet;
use support::context;

const MANIFEST: &str = include_str!("fuzz/manifest.json");
const BACKUP: &str = include_str!("fuzz/backup.json");
const SCENARIO: &str = include_str!("../../../scenarios/region-times-out.toml");
const RULES: [(&str, &str); 3] = [
    ("settings.toml", include_str!("../../../rules/settings.toml")),
    ("traffic.toml", include_str!("../../../rules/traffic.toml")),
    ("incidents.toml", include_str!("../../../rules/incidents.toml")),
];
const REGISTRATION: &str = include_str!("fuzz/registration.txt");

/// Nested so deeply that a reader that follows without a limit overflows its stack.
fn hostile() -> Vec<Vec<u8>> {
    let deep = |open: &str| open.repeat(100_000).into_bytes();
    let mut all = vec![
        Vec::new(),
        vec![0; 4096],
        vec![0xFF; 4096],
        deep("["),
        deep("{\"a\":"),
        deep("a=["),
        deep("[a."),
        deep("a."),
        deep("{a="),
    ];
    all.push([b"a = ".to_vec(), deep("[")].concat());
    all.push([b"a = ".to_vec(), deep("{a=")].concat());
    all.push([deep("a."), b"b = 1".to_vec()].concat());
    all.push([b"[".to_vec(), deep("a."), b"b]".to_vec()].concat());
    all
}

/// Runs a target over all; returns how many of the mutated files were taken.
fn run(good: &str, rounds: usize, target: &mut dyn FnMut(&[u8]) -> bool) -> usize {
    assert!(target(good.as_bytes()), "the good file is taken");
    for bytes in hostile() {
        target(&bytes);
    }
    let mut rng = Rng(7);
    let taken = (0..rounds).filter(|_| target(&mutated(good.as_bytes(), &mut rng))).count();
    assert!(taken < rounds, "some mutation is refused");
    taken
}

#[test]
fn manifests() {
    let (folder, _) = context("kim+analyst", "2026-05-20T09:00:00Z");
    run(MANIFEST, 2_000, &mut |b| fuzz::fuzz_manifest(&folder.path().join("ledger"), b).unwrap());
}

#[test]
fn backups() {
    let (folder, ctx) = context("kim+analyst", "2026-05-20T09:00:00Z");
    let backup = folder.path().join("backup");
    std::fs::create_dir_all(backup.join("rules")).unwrap();
    std::fs::write(backup.join("rules/a.txt"), "a").unwrap();
    run(BACKUP, 2_000, &mut |b| fuzz::fuzz_backup(&ctx, &backup, b).unwrap());
}

#[test]
fn registration_files() {
    let rules = RuleSet::embedded().unwrap();
    run(REGISTRATION, 4_000, &mut |b| fuzz::fuzz_registration(&rules, b).0 > 0);
}

#[test]
fn scenarios() {
    run(SCENARIO, 4_000, &mut |b| fuzz::fuzz_scenario(b));
}

#[test]
fn rule_overlays() {
    for (name, text) in RULES {
        run(text, 1_000, &mut |b| fuzz::fuzz_overlay(name, b));
    }
}
