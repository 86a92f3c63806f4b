#![no_main]
//! A rule file of one's own; the first byte says which.

use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 6] = [
    "settings.toml",
    "traffic.toml",
    "incidents.toml",
    "targets.toml",
    "measures/own.toml",
    "registration/own.toml",
];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let _ = northbound_app::fuzz::fuzz_overlay(NAMES[usize::from(*first) % NAMES.len()], rest);
});
