//! The integration tests of this crate, in one program so that it is linked once.

mod brief;
mod disputes;
mod figure_ids;
mod fixture;
mod pack;
