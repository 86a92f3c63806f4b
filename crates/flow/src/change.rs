//! Why a change to what the core knows is refused.

use crate::{MAX_USERS, vocabulary::Role};
use northbound_types::{Eui64, Region};

/// A change that cannot be made in the current state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// There are [`MAX_USERS`] Users.
    #[error("there are {MAX_USERS} Users already: this is the highest number")]
    TooManyUsers,
    /// A device that is not only pre-notified needs a region with a network.
    #[error("device {device} has region {region}; it must have one of north, central, south")]
    DeviceRegion {
        /// The device.
        device: Eui64,
        /// Its region.
        region: Region,
    },
    /// A device is registered to a User that is not known.
    #[error("device {device}: no User {user} for role {role}; add the User first")]
    DeviceUser {
        /// The device.
        device: Eui64,
        /// The User.
        user: Eui64,
        /// The User's role.
        role: Role,
    },
    /// A registration names a User that is not known.
    #[error("registration of {device}: no User {user}; add the User first")]
    RegistrationUser {
        /// The device.
        device: Eui64,
        /// The User.
        user: Eui64,
    },
    /// A registration names a device that is not known.
    #[error("registration of {0}: no such device in the inventory")]
    RegistrationDevice(Eui64),
    /// No request is in quarantine under this event reference.
    #[error("nothing is held under event reference {0}")]
    NotHeld(u64),
    /// The region has no network that could be paused.
    #[error("region {0} has no network to pause")]
    NoNetwork(Region),
}
