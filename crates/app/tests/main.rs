//! Use-cases called without the binary.

mod registers;
mod support;
