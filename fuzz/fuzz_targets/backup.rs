#![no_main]
//! The manifest of a backup.

use libfuzzer_sys::fuzz_target;
use northbound_app::{Context, ProgressFactory};
use northbound_ledger::Memory;
use northbound_types::{Actor, Utc};
use std::sync::LazyLock;

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a temporary folder"));

fuzz_target!(|bytes: &[u8]| {
    let ctx = Context {
        data: FOLDER.path().join("data"),
        actor: Actor::parse("fuzz+analyst").expect("an actor"),
        as_at: None,
        reason: String::new(),
        expect_version: None,
        dry_run: true,
        writes: true,
        latest: None,
        memory: Memory::UNLIMITED,
        now: Utc(1_775_044_800_000_000),
        progress: ProgressFactory::silent(),
    };
    let _ = northbound_app::fuzz::fuzz_backup(&ctx, &FOLDER.path().join("backup"), bytes);
});
