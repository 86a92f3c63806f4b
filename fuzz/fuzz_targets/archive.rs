#![no_main]
//! An archive of DUIS messages: zip, tar, gzip or a single file.

use libfuzzer_sys::fuzz_target;
use northbound_duis::Services;
use std::sync::LazyLock;

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a temporary folder"));
static SERVICES: LazyLock<Services> = LazyLock::new(|| {
    Services::from_catalogue(include_str!("../../rules/codes/srv_catalogue.csv"))
        .expect("the embedded catalogue")
});

fuzz_target!(|bytes: &[u8]| {
    let _ =
        northbound_ingest::fuzz::fuzz_archive(&FOLDER.path().join("archive"), &SERVICES, bytes);
});
