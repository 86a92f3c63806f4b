//! The integration tests of this crate, in one program so that it is linked once.

mod contacts;
mod forecast;
mod incidents;
mod ingest;
mod registers;
mod settings_page;
mod smets1;
mod support;
