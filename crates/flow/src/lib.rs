//! The live core: takes inputs with their times and returns effects. It opens no socket or file,
//! reads no clock and draws no random number; the server, the simulator and the tests run the same
//! code, and replaying a journal gives the same effects.
//!
//! ```text
//! Event ─> Core::apply(at, event, &mut effects) ─> Effect …
//! ```

pub mod books;
pub mod codec;
pub mod counts;
pub mod effect;
pub mod event;
pub mod policy;
pub mod vocabulary;

mod change;
mod core;
mod state;

pub use self::core::{Core, RegionNow, Snapshot, invariants};
pub use change::ChangeError;
pub use codec::CodecError;
pub use counts::Counts;
pub use effect::{Body, Command, Delivery, Effect, Movement, Notice, Record, Reply};
pub use event::{Change, Control, Correlation, Event, IdText, Outcome, Request, WebService};
pub use policy::Policy;
pub use state::{ALERTS_REMEMBERED, MAX_USERS};
