//! Integration tests of the gateway.

mod control;
mod devices;
mod ledger_failures;
mod strangers;
mod support;
mod unverified;
