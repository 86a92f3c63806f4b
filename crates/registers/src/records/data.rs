//! Data received: feeds and their faults, ingested files, counts of others, registration data,
//! reconciliations, retention.

pub mod feeds;
pub mod live_registrations;
pub mod reconciliations;
pub mod registrations;
pub mod retention;
pub mod sources;
pub mod volumes;
