//! What ties a device's Response to the Command that it answers.

use crate::Eui64;
use serde::{Deserialize, Serialize};

/// The key that a Command and its Response share in GBCS.
///
/// It is stored with the RequestID when a Command is sent: it cannot be derived from the RequestID
/// afterwards, since the Command's originator may be the service itself. Counters alone collide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Correlation {
    /// The device: recipient of the Command, originator of the Response.
    pub device: Eui64,
    /// Originator of the Command, recipient of the Response.
    pub recipient: Eui64,
    /// GBCS originator counter of the Command, returned in the Response.
    pub counter: u64,
    /// GBCS message code, the same in both.
    pub code: u16,
}
