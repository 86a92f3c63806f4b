//! The User interface over HTTP/1.1: three paths, one answer each.
//!
//! A business outcome is always 200 with a coded Response. Other statuses are for requests that are no message of the
//! interface (404, 405, 415) and for unavailability (503); they carry a problem (RFC 9457) with a stable
//! code and the reference id that the log has too.

mod body;
mod http;
mod memory;
mod quota;
mod request;
mod strangers;
mod unverified;
mod verify;

pub use http::UserInterface;
pub use quota::{Allowance, StrangerLimits};
pub use verify::{Ingress, Refused, Rejection, RejectionCodes, Verified};
