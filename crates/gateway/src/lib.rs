//! The live service, around the pure core.
//!
//! - [`network`]: the regional network behind a trait, so that the service does not know whether
//!   the devices are emulated in the same process, emulated in another, or real.
//! - [`devices`]: the emulated devices as a process of their own.

pub mod devices;
pub mod network;
