//! The registers, one file each: the record, what must hold of it, and what can be done with it
//! beyond add, show, list, change and history.

pub mod action_standing;
pub mod actions;
pub mod annotations;
pub mod assurance;
pub mod bodies;
pub mod cases;
pub mod changes;
pub mod claims;
pub mod combinations;
pub mod comments;
pub mod confirmations;
pub mod contacts;
pub mod coverage;
pub mod criteria;
pub mod decisions;
pub mod defects;
pub mod documents;
pub mod examples;
pub mod exceptions;
pub mod explanations;
pub mod feeds;
pub mod figures;
pub mod forecast_notes;
pub mod forecasts;
pub mod hubs;
pub mod incidents;
pub mod installs;
pub mod live_registrations;
pub mod mailings;
pub mod metric_defects;
pub mod migrations;
pub mod mitigations;
pub mod occurrences;
pub mod overrides;
pub mod packs;
pub mod parties;
pub mod people;
pub mod population;
pub mod reconciliations;
pub mod registrations;
pub mod retention;
pub mod sentiments;
pub mod services;
pub mod sources;
pub mod statements;
pub mod volumes;
pub mod workpackages;

use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Index, invalid, needed},
};
use northbound_types::{Period, Region};

/// What most statements about a figure name: measure, provider, region, period.
fn on_figure(measure: &str, provider: &str, region: Region, period: Period) -> Index {
    Index {
        measure: Some(measure.to_owned()),
        provider: Some(provider.to_owned()),
        region: Some(region),
        period: Some(period.to_string()),
        from: Some(period.first().start()),
        to: Some(period.after().start()),
        ..Index::default()
    }
}

/// The two of them that can be empty by mistake.
fn check_figure(noun: Noun, measure: &str, provider: &str) -> Result<(), RegisterError> {
    needed(noun, "measure", measure)?;
    needed(noun, "provider", provider)
}

/// A count that cannot be less than nothing.
fn not_negative(noun: Noun, field: &'static str, n: i64) -> Result<(), RegisterError> {
    if n < 0 {
        return Err(invalid(noun, field, format!("is {n}; a count is 0 or more")));
    }
    Ok(())
}
