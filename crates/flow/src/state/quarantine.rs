//! Requests held by anomaly detection, by event reference.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Exchange numbers by event reference.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Quarantine {
    held: BTreeMap<u64, u64>,
    last: u64,
}

impl Quarantine {
    pub(crate) fn len(&self) -> usize {
        self.held.len()
    }
    /// A new event reference; they start at 1.
    pub(crate) fn take_reference(&mut self) -> u64 {
        self.last += 1;
        self.last
    }
    pub(crate) fn hold(&mut self, event_ref: u64, exchange: u64) {
        self.held.insert(event_ref, exchange);
    }
    pub(crate) fn remove(&mut self, event_ref: u64) {
        self.held.remove(&event_ref);
    }
    pub(crate) fn get(&self, event_ref: u64) -> Option<u64> {
        self.held.get(&event_ref).copied()
    }
    /// Event references with their exchanges, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, u64)> {
        self.held.iter().map(|(r, n)| (*r, *n))
    }
}
