//! The integration tests of this crate, in one program so that it is linked once.

mod contacts;
mod doctor;
mod forecast;
mod fuzz;
mod incidents;
mod ingest;
mod ledger;
mod permissions_page;
mod pseudonyms;
mod reconcile;
mod registers;
mod registration;
mod requests;
mod rules;
mod settings_page;
mod smets1;
mod support;
