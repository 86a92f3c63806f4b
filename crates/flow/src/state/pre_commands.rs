//! Pre-Commands that were returned to their User and may come back signed, once.

use hashbrown::HashMap;
use northbound_types::{RequestId, Srv};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
struct PreCommand {
    digest: [u8; 32],
    srv: Srv,
    expires: i64,
}

/// By RequestID.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct PreCommands {
    returned: HashMap<RequestId, PreCommand>,
}

impl PreCommands {
    pub(crate) fn returned(&mut self, id: RequestId, digest: [u8; 32], srv: Srv, expires: i64) {
        self.returned.insert(id, PreCommand { digest, srv, expires });
    }
    /// Whether a signed Pre-Command is the one that was returned, for the same service, in time.
    pub(crate) fn matches(
        &self,
        id: RequestId,
        digest: Option<[u8; 32]>,
        srv: Srv,
        now: i64,
    ) -> bool {
        self.returned
            .get(&id)
            .is_some_and(|p| p.expires > now && p.srv == srv && Some(p.digest) == digest)
    }
    /// It has come back, or has expired.
    pub(crate) fn remove(&mut self, id: RequestId) {
        self.returned.remove(&id);
    }
}
