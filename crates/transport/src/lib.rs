//! HTTP/1.1 and TLS between the service and its Users, for both sides: a listener with limits on each connection,
//! and a client that posts messages.

mod error;
mod listen;
mod open;
mod post;
pub mod tls;

pub use error::{PostError, Result, TransportError};
pub use listen::{ConnectionChange, ConnectionLimits, Listening, Peer, listen};
pub use open::{Capacity, counted_address};
pub use post::{Client, Connection, Url, UrlError};
pub use tls::{ClientCertificates, Tls};
