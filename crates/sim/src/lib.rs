//! Simulated traffic in virtual time, with faults from a seed: the demo's month.
//!
//! A [`World`] is a pure function of its [`SimConfig`]. [`World::play`] sends its requests and alerts
//! through the live core ([`northbound_flow`]) over the emulated [`northbound_emulator`], in virtual
//! time: the very code that serves Users. [`write_world`] writes what a reporting analyst would hold, in the
//! layouts that `ingest` reads, with the planted truths beside them.
//!
//! Everything is invented: Users, devices, traffic, figures, faults.

mod alerts;
mod config;
mod drive;
mod exchange;
mod firmware;
mod mix;
mod requests;
mod rtt;
mod setup;
mod traffic;
pub mod trial;
mod users;
mod world;
mod write;

pub use alerts::Alert;
pub use config::{MAX_METERS, Scenario, SimConfig, SimError};
pub use drive::Watch;
pub use exchange::{Exchange, Times};
pub use firmware::Payload;
pub use mix::{MIX, Template};
pub use users::{PartyCategory, Role, User, invented_users};
pub use world::{DayTraffic, World};
pub use write::{Manifest, Progress, WrittenFile, truth::Truth, write_world};
