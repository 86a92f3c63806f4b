//! Storage that fails on purpose, for the tests of this crate and of those that use it.

mod faulty;

pub use faulty::{Fault, Faulty};
