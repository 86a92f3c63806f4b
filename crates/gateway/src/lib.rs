//! The live service around the pure core: DUIS over HTTP, journal and engine, deliveries to Users,
//! the regional network behind a trait, and a loopback interface for those who run it.
//!
//! ```text
//! User ── HTTP ──> door (read, verify) ──> engine: journal, sync, core ──> network ──> devices
//!   ^                                            │
//!   └───── delivery (at least once) <────────────┴──> accounts ──> ledger
//! ```
//!
//! - [`service`] puts everything together and runs it; [`control`] is how others reach it.
//! - [`network`]: the regional network behind a trait, so that the service does not know whether
//!   the devices are emulated in the same process, emulated in another, or real.
//! - [`devices`]: the emulated devices as a process of their own.

pub mod accounts;
pub mod answers;
pub mod clock;
pub mod config;
pub mod control;
pub mod delivery;
pub mod devices;
pub mod door;
pub mod engine;
pub mod error;
pub mod http;
pub mod keys;
pub mod log;
pub mod metrics;
pub mod network;
pub mod offline;
pub mod service;
pub mod tap;
pub mod user;

mod southbound;

pub use config::Config;
pub use error::{GatewayError, Result};
pub use service::{Service, Setup};
