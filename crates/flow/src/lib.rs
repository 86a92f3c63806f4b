//! The live core: takes inputs with their times and returns effects. It opens no socket or file,
//! reads no clock and draws no random number; the server, the simulator and the tests run the same
//! code, and replaying a journal gives the same effects.
//!
//! ```text
//! Event ─> Flow::apply(at, event, &mut effects) ─> Effect …
//! ```

pub mod effect;
pub mod event;
pub mod policy;
pub mod words;

pub use effect::{Body, Command, Delivery, Effect, Movement, Notice, Record, Reply};
pub use event::{Change, Control, Correlation, Event, IdText, Outcome, Request, WebService};
pub use policy::Policy;
