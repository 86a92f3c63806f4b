//! DUIS XML: reads requests, acknowledgements, responses and alerts, with limits and coded refusals.
//!
//! [`read()`] takes the bytes of one message and returns what an account of the traffic needs, or a
//! [`Refusal`] with a stable code and its place. It streams: no tree is built, no entity is ever
//! expanded beyond the five predefined ones, and what is kept is bounded by [`Limits`].
//!
//! Not here: validity against the whole schema (a message may be well-formed, have the right
//! header and still be invalid inside its service's element), and signatures.

pub mod fuzz;
mod limits;
mod message;
mod read;
mod refusal;
mod request;
mod response;
mod scan;
mod services;
mod values;

pub use limits::{
    Limits, DEFAULT_ATTRIBUTES, DEFAULT_BODY_BYTES, DEFAULT_DEPTH, DEFAULT_DEVICES, DEFAULT_ELEMENTS,
    DEFAULT_FIELD_BYTES, DEFAULT_FIRMWARE_BYTES, DEFAULT_RESPONSE_BYTES,
};
pub use message::{
    Breach, Content, DccAlert, DeviceAlert, FutureDated, IdText, Message, Quarantine, Request, Response,
    ResponseBody, Schedule, Service, Smets1, Throttled,
};
pub use read::read;
pub use refusal::{Refusal, RefusalCode};
pub use services::{CatalogueError, ServiceEntry, Services};

/// The namespace of every DUIS element, whatever its prefix.
pub const NAMESPACE: &str = "http://www.dccinterface.co.uk/ServiceUserGateway";
/// The namespace of XML signatures.
pub const SIGNATURE_NAMESPACE: &str = "http://www.w3.org/2000/09/xmldsig#";
