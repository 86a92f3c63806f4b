#![no_main]
//! A scenario of the emulated network.

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = northbound_app::fuzz::fuzz_scenario(bytes);
});
