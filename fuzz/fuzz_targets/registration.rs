#![no_main]
//! A registration file.

use libfuzzer_sys::fuzz_target;
use northbound_rules::RuleSet;
use std::sync::LazyLock;

static RULES: LazyLock<RuleSet> =
    LazyLock::new(|| RuleSet::embedded().expect("the embedded rules"));

fuzz_target!(|bytes: &[u8]| {
    let _ = northbound_app::fuzz::fuzz_registration(&RULES, bytes);
});
