//! Targets for fuzzing, as plain functions: a stable build replays them over a corpus with a
//! seeded mutator, and a fuzzing engine may call them as they are.

use crate::{Limits, Message, Services, read};
use std::sync::LazyLock;

static SERVICES: LazyLock<Services> = LazyLock::new(|| {
    Services::from_catalogue(include_str!("../../../rules/codes/srv_catalogue.csv")).unwrap_or_default()
});

/// Reads whatever bytes come. It must not panic; what it reads must be within the limits and be
/// read the same again; what it refuses must have a place inside the bytes.
pub fn fuzz_read(data: &[u8]) {
    let limits = Limits::default();
    let first = read(data, &limits, &SERVICES);
    assert_eq!(first, read(data, &limits, &SERVICES), "the same bytes were read in two ways");
    match first {
        Ok(Message::Request(request)) => {
            assert!((1..=8).contains(&request.variant));
            assert!(request.devices.len() <= limits.devices);
            assert!(SERVICES.get(&request.srv).is_some());
            assert!(request.signature_bytes.is_none_or(|(from, to)| from < to && to <= data.len()));
        }
        Ok(Message::Response(response)) => assert!(!response.code.is_empty()),
        Err(refusal) => {
            assert!(refusal.offset <= data.len());
            assert!(refusal.line >= 1 && refusal.column >= 1);
            assert!(!refusal.detail.is_empty());
        }
    }
}
