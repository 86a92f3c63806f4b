//! The registers by subject, one file each: the record, its checks, and its verbs beyond add, show,
//! list, change and history. A new register is a file here and a line in [`Noun`].

pub mod data;
pub mod feedback;
pub mod forecasting;
pub mod oversight;
pub mod participants;
pub mod reporting;
pub mod service;
pub mod smets1;

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
