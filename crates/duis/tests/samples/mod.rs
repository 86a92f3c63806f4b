//! The invented messages of `tests/corpus`, and small edits of them. Each test binary takes what it
//! needs of this, so what one leaves unused is no fault.
use northbound_duis::{Limits, Message, Refusal, Services, read};
use std::path::PathBuf;

pub fn services() -> Services {
    Services::from_catalogue(include_str!("../../../../rules/codes/srv_catalogue.csv"))
        .expect("the catalogue is readable")
}

pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

pub fn sample(name: &str) -> String {
    std::fs::read_to_string(folder().join(format!("{name}.xml")))
        .unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// The sample with one piece replaced; the piece must be there.
pub fn edited(name: &str, from: &str, to: &str) -> String {
    let text = sample(name);
    assert!(text.contains(from), "{name} has no {from:?}");
    text.replacen(from, to, 1)
}

pub fn try_read(text: &str) -> Result<Message, Refusal> {
    read(text.as_bytes(), &Limits::default(), &services())
}
