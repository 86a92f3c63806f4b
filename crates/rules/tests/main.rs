//! The integration tests of this crate, in one program so that it is linked once.

mod calendars;
mod check;
mod confirm;
mod loading;
mod mutations;
mod overlay;
mod targets;
