//! The keys of messages: what a Command and its response share, and what identifies an alert.

use crate::{
    error::{ErrorCode, GbcsError},
    message::{Cra, Message},
};
use northbound_types::{Correlation, Eui64};
use serde::{Deserialize, Serialize};

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

impl Message<'_> {
    /// The key that a Command and its response share.
    ///
    /// # Errors
    /// `unknown-cra` for an alert, which answers nothing.
    pub fn correlation(&self) -> Result<Correlation, GbcsError> {
        let (device, recipient) = match self.cra {
            Cra::Command => (self.recipient, self.originator),
            Cra::Response => (self.originator, self.recipient),
            Cra::Alert => {
                return Err(GbcsError::new(
                    ErrorCode::UnknownCra,
                    0,
                    "an alert has no correlation; use AlertKey",
                ));
            }
        };
        Ok(Correlation { device, recipient, counter: self.counter, code: self.code })
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
