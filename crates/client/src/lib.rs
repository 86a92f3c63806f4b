//! Clients of the live service: a User's side of the interface, and the control interface.
//!
//! - [`send`] and [`receive`] are a User's side: they make, sign and post requests, and run an endpoint that checks
//!   the messages of the service.
//! - [`content`] says what a message of the service holds.
//! - [`control`] reaches a running service over its loopback interface, and defines the documents of that interface
//!   for both sides.

pub mod content;
pub mod control;
mod error;
pub mod receive;
pub mod send;

pub use error::{ClientError, Result};
