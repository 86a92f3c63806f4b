//! The User interface over HTTP/1.1: three paths, one answer each.
//!
//! A business outcome is always 200 with a coded Response. Other statuses are for what is no
//! message of the interface at all (404, 405, 415) and for unavailability (503); they carry a
//! problem in JSON with a stable code and the reference id that the log has too.

mod body;
mod listen;
mod problem;
mod serve;
pub mod tls;

pub use listen::{Listening, listen};
pub(crate) use problem::{Problem, json_answer};
pub use serve::Front;

use bytes::Bytes;
use http_body_util::Full;

/// What is sent back.
pub(crate) type Answer = hyper::Response<Full<Bytes>>;
