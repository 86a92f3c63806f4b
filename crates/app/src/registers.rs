//! What every register offers: add, list, show, history, change and withdraw, and the trail of
//! events over all of them. Subjects with verbs of their own (changes, contacts, incidents …) have
//! their own modules beside this one.

mod assign;
mod columns;
mod confirm;
mod events;
mod read;
pub mod view;
mod write;

pub use columns::columns;
pub use confirm::confirmation;
pub use events::{EventsRequest, events};
pub use read::{history, list, show};
pub use write::{add, author, change, with_reason, withdraw};
