//! A User's side of the interface: sends requests and receives messages, for trying things out, for
//! tests and for scenarios.

mod receive;
mod send;

pub use receive::{Behaviour, CLIENT_BYTES, Checks, Received, Receiver};
pub use send::{Prepared, Sent, SignedBody, prepare, send, signed_pre_command};
