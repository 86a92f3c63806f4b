//! The emulated regional network: a pure model of hubs and meters in three regions, and the process that runs it
//! in real time.
//!
//! - [`model`] is a discrete-event model. It reads no clock, opens no file or socket and keeps no state between
//!   calls but what its caller hands in.
//! - [`devices`] runs the model as a process of its own, with an execution log on disk.
//! - [`interface`] has what the network reports to the service: responses, alerts, the status of Commands.
//!
//! Everything here is invented: devices, latencies and faults.

pub mod devices;
pub mod interface;
pub mod model;

pub use model::*;
