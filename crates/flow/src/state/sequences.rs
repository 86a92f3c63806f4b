//! Requests that wait for another one, and how those ended that others may still name.

use hashbrown::HashMap;
use northbound_types::RequestId;
use serde::{Deserialize, Serialize};

/// Outcomes by RequestID, and the exchanges that follow a request.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Sequences {
    /// `true` where it succeeded.
    outcomes: HashMap<RequestId, bool>,
    followers: HashMap<RequestId, Vec<u64>>,
}

impl Sequences {
    /// Whether a request that ended not long ago succeeded; `None` where its end is not known.
    pub(crate) fn outcome(&self, id: RequestId) -> Option<bool> {
        self.outcomes.get(&id).copied()
    }
    pub(crate) fn follow(&mut self, predecessor: RequestId, exchange: u64) {
        self.followers.entry(predecessor).or_default().push(exchange);
    }
    pub(crate) fn is_followed_by(&self, predecessor: RequestId, exchange: u64) -> bool {
        self.followers.get(&predecessor).is_some_and(|f| f.contains(&exchange))
    }
    /// A request has ended: gives those that waited for it.
    pub(crate) fn ended(&mut self, id: RequestId, success: bool) -> Vec<u64> {
        self.outcomes.insert(id, success);
        self.followers.remove(&id).unwrap_or_default()
    }
    pub(crate) fn forget(&mut self, id: RequestId) {
        self.outcomes.remove(&id);
    }
}
