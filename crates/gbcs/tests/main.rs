//! The integration tests of this crate, in one program so that it is linked once.

mod framing;
mod limits;
mod messages;
mod pre_commands;
mod protection;
