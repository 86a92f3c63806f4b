//! The service and the network: down times, incidents, Communications Hubs, installations, devices,
//! coverage, Allowed Exceptions.

pub mod coverage;
pub mod exceptions;
pub mod hubs;
pub mod incidents;
pub mod installs;
pub mod population;
pub mod services;
