//! The integration tests of this crate, in one program so that it is linked once.

mod content;
mod folder;
mod golden;
mod hostile;
mod sample;
