//! An emulated network of hubs and meters in three regions, as a discrete-event model.
//!
//! [`Network`] takes a [`Command`] with its time and says what becomes of it ([`Fate`]), and lists
//! the alerts that its devices raise on a day. It reads no clock, opens no file and keeps no state
//! between calls: each draw comes from a stream that is named by the seed and by what is drawn
//! for, so the order of the questions never changes an answer.
//!
//! Everything here is invented: devices, latencies and faults.

pub mod alerts;
pub mod fault;
pub mod fleet;
pub mod latency;
pub mod rng;
pub mod wan;

pub use alerts::{AlertSource, Raised, Storm};
pub use fault::{Fault, Trouble};
pub use fleet::{DeviceType, Fleet, FleetConfig, Home, Wan};
pub use latency::{Latency, RegionProfile};
pub use rng::Rng;
pub use wan::{Command, Fate, Network, Pace};
