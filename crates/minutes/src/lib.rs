//! Minutes of meetings. Files are read into [`block`]s, the same whatever their format; agendas and minutes are
//! composed as neutral documents. Bytes in, blocks out: this crate opens no file.

pub mod agenda;
pub mod block;
pub mod compose;
pub mod error;
mod read;

pub use block::Source;
pub use error::MinutesError;
pub use read::{Limits, read};
