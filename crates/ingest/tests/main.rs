//! The integration tests of this crate, in one program so that it is linked once.

mod figures;
mod hostile;
mod kept;
mod messages;
mod proposals;
mod same_rows;
