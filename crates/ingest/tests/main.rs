//! The integration tests of this crate, in one program so that it is linked once.

mod figures;
mod hostile;
mod messages;
mod proposals;
mod recording;
mod same_rows;
mod sheets;
