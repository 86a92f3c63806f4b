//! The live service around the pure core: DUIS over HTTP, journal and engine, deliveries to Users,
//! the regional network behind a trait, and a loopback interface for those who run it.
//!
//! ```text
//! User ── HTTP ──> ingress: read, verify ──> engine: journal, sync, core ──> wan ──> devices
//!   ^                                            │
//!   └───── egress (at least once) <──────────────┴──> ledger_sink ──> ledger
//! ```
//!
//! - [`service`] puts everything together and runs it; [`control`] is the interface for its operators.
//! - [`wan`]: the regional network behind a trait, so that the service does not know whether the devices are
//!   emulated in this process, emulated in another, or real.

pub mod clock;
pub mod config;
pub mod control;
pub mod egress;
pub mod engine;
pub mod error;
pub mod ingress;
pub mod ledger_sink;
pub mod log;
pub mod metrics;
pub mod responses;
pub mod service;
pub mod tap;
pub mod wan;

mod problem;

pub use config::Config;
pub use engine::offline;
pub use error::{GatewayError, Result};
pub use service::{Service, Setup};
