#![no_main]
//! A manifest of a ledger.

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a temporary folder"));

fuzz_target!(|bytes: &[u8]| {
    let _ = northbound_app::fuzz::fuzz_manifest(FOLDER.path(), bytes);
});
