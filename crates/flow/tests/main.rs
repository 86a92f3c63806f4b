//! The integration tests of this crate, in one program so that it is linked once.

mod common_path;
mod frozen;
mod guards;
mod network;
mod random;
mod unverified;
