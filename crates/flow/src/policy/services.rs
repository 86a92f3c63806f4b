//! The catalogue of services, reduced to what the core needs.

use crate::vocabulary::{Class, DeviceType, Role};
use northbound_types::{CommandVariant, Mode, Srv, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// The holder of a future-dated request until it is due.
    pub enum Hold("holder of a future-dated request") {
        /// It cannot be future-dated.
        Nobody = "nobody",
        /// The service.
        Service = "service",
        /// The device.
        Device = "device",
    }
}

/// One service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceRule {
    /// Service Reference Variant.
    pub srv: Srv,
    /// Roles that may use it.
    pub roles: Vec<Role>,
    /// Command Variants that it takes: bit n for variant n.
    pub variants: u16,
    /// Whether its Command needs the User's signature.
    pub critical: bool,
    /// Whether the service answers it itself.
    pub non_device: bool,
    /// The holder while it is future-dated.
    pub hold: Hold,
    /// Whether a schedule may run it.
    pub schedulable: bool,
    /// Device types that it is for: bit n for the n-th type; every type where 0.
    pub device_types: u16,
    /// GBCS message code of its Command.
    pub message_code: u16,
    /// Class when asked on demand.
    pub class: Class,
}

impl ServiceRule {
    /// Whether it takes this Command Variant.
    #[must_use]
    pub const fn takes(&self, cv: CommandVariant) -> bool {
        self.variants >> cv.number() & 1 == 1
    }
    /// Whether it is for this type of device.
    #[must_use]
    pub const fn fits(&self, t: DeviceType) -> bool {
        self.device_types == 0 || self.device_types >> t as u8 & 1 == 1
    }
    /// Class of a request in this mode.
    #[must_use]
    pub const fn class(&self, mode: Mode) -> Class {
        match mode {
            Mode::Scheduled => Class::Bulk,
            Mode::NonDevice => Class::NonDevice,
            Mode::FutureDated => match self.class {
                Class::OnDemand => Class::Future,
                c => c,
            },
            Mode::OnDemand => self.class,
        }
    }
}
