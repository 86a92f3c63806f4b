//! Stores that fail on purpose, for the tests of this room and of those that rest on it.

mod faulty;

pub use faulty::{Fault, Faulty};
