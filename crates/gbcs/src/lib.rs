//! GBCS framing as a gateway sees it: reads and builds messages, and finds which response belongs
//! to which Command.
//!
//! [`parse()`] reads the outside of one message: MAC header, header, lengths, signature, MAC. The
//! content inside stays bytes. [`build()`] writes the same. Both keep to [`limits`]; what is wrong is
//! a [`GbcsError`] with a stable code and the byte where it was found. A Pre-Command is a message
//! without MAC header and signature ([`pre_command`]).
//!
//! Not here: the contents of real use cases. What the emulated network carries as content is an
//! invented format ([`content`]).
//!
//! Source of the framing: GBCS, as observed on real messages (`docs/gbcs.md`).

pub mod alert;
mod build;
pub mod codes;
pub mod content;
mod correlation;
mod error;
pub mod fuzz;
pub mod keys;
mod length;
pub mod limits;
pub mod mac;
mod message;
mod parse;
pub mod pre_command;

pub use build::build;
pub use correlation::AlertKey;
pub use error::{ErrorCode, GbcsError};
pub use message::{Cra, Message, Signature, Supplementary};
pub use northbound_types::Correlation;
pub use parse::{Parsed, parse};
