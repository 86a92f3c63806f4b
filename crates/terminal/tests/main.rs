//! The tests of this crate that look at whole answers, in one program.

mod golden;
