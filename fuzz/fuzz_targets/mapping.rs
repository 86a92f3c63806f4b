#![no_main]
//! A mapping.

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        northbound_ingest::fuzz::fuzz_mapping(text);
    }
});
