//! What ties a response to its Command, and tells one alert from another.

use crate::{
    error::{ErrorCode, GbcsError},
    message::{Cra, Message},
};
use northbound_types::Eui64;
use serde::{Deserialize, Serialize};

/// The same for a Command and for its response. Store it with the RequestID when sending; it can't
/// be derived from the RequestID on return, since the originator may be the service itself.
/// Counters alone collide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Correlation {
    /// The device: recipient of the Command, originator of the response.
    pub device: Eui64,
    /// Whom the response is for: originator of the Command.
    pub recipient: Eui64,
    /// Counter of the Command, returned by the response.
    pub counter: u64,
    /// Message code, the same in both.
    pub code: u16,
}

/// Two alerts with the same key are one alert, received twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AlertKey {
    /// The device.
    pub device: Eui64,
    /// The User that gets it.
    pub recipient: Eui64,
    /// The device's own counter.
    pub counter: u64,
}

impl Correlation {
    /// The key of a Command or of a response.
    ///
    /// # Errors
    /// `unknown-cra` for an alert, which answers nothing.
    pub fn of(m: &Message<'_>) -> Result<Correlation, GbcsError> {
        let (device, recipient) = match m.cra {
            Cra::Command => (m.recipient, m.originator),
            Cra::Response => (m.originator, m.recipient),
            Cra::Alert => {
                return Err(GbcsError::new(
                    ErrorCode::UnknownCra,
                    0,
                    "an alert has no correlation; use AlertKey",
                ));
            }
        };
        Ok(Correlation { device, recipient, counter: m.counter, code: m.code })
    }
}

impl AlertKey {
    /// The key of an alert.
    ///
    /// # Errors
    /// `unknown-cra` for a Command or a response.
    pub fn of(m: &Message<'_>) -> Result<AlertKey, GbcsError> {
        if m.cra != Cra::Alert {
            return Err(GbcsError::new(
                ErrorCode::UnknownCra,
                0,
                format!("a {} is no alert", m.cra),
            ));
        }
        Ok(AlertKey { device: m.originator, recipient: m.recipient, counter: m.counter })
    }
}
