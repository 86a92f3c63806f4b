//! The control interface: HTTP and JSON over loopback for those who operate the service. Its documents are defined in
//! `northbound_client::control`, which also has the client.

mod routes;
mod top;

pub use routes::{Interface, StopReason};
