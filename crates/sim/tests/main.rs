//! The integration tests of this crate, in one program so that it is linked once.

mod archive;
mod files;
mod trials;
mod worlds;
