//! How the answer of a use-case looks: fitted to a terminal, as plain text for a pipe, as CSV or as JSON.
//!
//! Nothing here parses a command line. What the terminal is like comes in as a [`Screen`].

mod answer;
mod card;
mod completion;
mod csv;
mod error;
mod fit;
mod listing;
mod open;
mod page;
mod progress;
mod redraw;
mod screen;
mod style;
mod table;
mod text;

pub use answer::{Format, write};
pub use completion::commands_first;
pub use csv::{Kind, kinds};
pub use error::TerminalError;
pub use listing::{listed, one};
pub use open::open;
pub use page::{Pager, show};
pub use progress::start as progress;
pub use redraw::redraw;
pub use screen::{Look, Screen};
pub use text::wrapped;
