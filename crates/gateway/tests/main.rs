//! Integration tests of the gateway.

mod control;
mod devices;
mod ledger_failures;
mod support;
mod unverified;
