//! An emulated network of hubs and meters in three regions, as a discrete-event model.
//!
//! [`Network`] takes a [`Command`] with its time and says what becomes of it ([`Fate`]), and lists
//! the alerts that its devices raise on a day. It reads no clock, opens no file and keeps no state
//! between calls: each draw comes from a stream that is named by the seed and by what is drawn
//! for, so the order of the questions never changes an answer.
//!
//! For the live service [`Emulator`] adds what the devices remember: an execution log, so that a
//! Command is done at most once, with GBCS messages in and out; and [`Feed`] the alerts in the
//! order in which they are at the interface. What must be kept comes out as a [`Record`]. A
//! [`Scenario`] says what goes wrong when.
//!
//! Everything here is invented: devices, latencies and faults.

pub mod alerts;
pub mod emulator;
pub mod executions;
pub mod fault;
pub mod feed;
pub mod fleet;
pub mod latency;
pub mod protection;
pub mod record;
pub mod rng;
pub mod scenario;
pub mod wan;

pub use alerts::{AlertSource, Raised, Storm};
pub use emulator::Emulator;
pub use executions::{Devices, Doing, ExecutionStatus, ReplayError, Taken};
pub use fault::{Fault, Trouble};
pub use feed::{AlertContent, Due, Feed, Recipients};
pub use fleet::{DeviceType, Fleet, FleetConfig, Home, Wan};
pub use latency::{Latency, RegionProfile};
pub use protection::Protection;
pub use record::{Record, RecordError};
pub use rng::Rng;
pub use scenario::Scenario;
pub use wan::{Command, Fate, Network, Pace};
