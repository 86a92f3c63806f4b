//! Simulated traffic in virtual time, with faults from a seed: the demo's month.
//!
//! A [`World`] is a pure function of its [`SimConfig`]: it answers for any day which requests,
//! tests, alerts and payloads there were, each request driven through the real states
//! ([`northbound_types::RequestState::may_become`] is asserted at every step) over the emulated
//! [`northbound_network`]. [`write_world`] writes what a reporting analyst would hold, in the
//! layouts that `ingest` reads, with the planted truths beside them.
//!
//! Everything is invented: Users, devices, traffic, figures, faults.

mod alerts;
mod config;
mod exchange;
mod firmware;
mod life;
mod mix;
mod rtt;
mod storm;
mod traffic;
mod users;
mod world;
mod write;

pub use alerts::Alert;
pub use config::{Scenario, SimConfig, SimError, MAX_METERS};
pub use exchange::{Exchange, Path, Times};
pub use firmware::Payload;
pub use mix::{MIX, Template};
pub use users::{PartyCategory, Role, User, invented_users};
pub use world::{DayTraffic, World};
pub use write::{Manifest, Progress, WrittenFile, truth::Truth, write_world};
