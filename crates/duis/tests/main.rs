//! The integration tests of this crate, in one program so that it is linked once.

mod building;
mod certificates;
#[path = "../examples/messages/mod.rs"]
mod example_messages;
mod fuzz_replay;
mod fuzz_signatures;
mod keys;
mod messages;
mod mutator;
mod payloads;
mod refusals;
mod samples;
mod signatures;
mod templates;
