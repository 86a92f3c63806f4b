#![no_main]
//! Rows as CSV; the first byte says of which layout.

use libfuzzer_sys::fuzz_target;
use northbound_ingest::{Layout, fuzz::fuzz_csv};

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let _ = fuzz_csv(Layout::ALL[usize::from(*first) % Layout::ALL.len()], rest);
});
