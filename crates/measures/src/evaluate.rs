//! Definitions and counts to results: the result of each row of the pack.

pub mod availability;
pub mod bands;
pub mod composite;
pub mod contribution;
pub mod counting;
pub mod coverage;
mod history;
pub mod hubs;
mod judge;
pub mod outage;
pub mod payloads;
mod row;
mod settle;
pub mod slices;
mod source;
pub mod stated;
pub mod streaks;
#[cfg(test)]
mod tests;

pub use history::history_months;

use crate::{
    error::MeasureError,
    inputs::{Inputs, NEEDED_DIMS, StatedFigure},
    result::MeasureResult,
};
use northbound_rules::measure::{ActivityPeriod, Basis, MeasureDef};
use northbound_types::Period;
use row::Row;
use std::collections::BTreeSet;

/// Evaluates every row of every measure. Composites come after what they are made of; the order
/// of the results is that of the definitions.
///
/// # Errors
/// [`MeasureError::MissingDim`] where the cells lack a dimension and hold any rows.
pub fn evaluate(inputs: &Inputs<'_>) -> Result<Vec<MeasureResult>, MeasureError> {
    if !inputs.cells.rows.is_empty() {
        if let Some(d) = NEEDED_DIMS.iter().find(|&&d| inputs.cells.index(d).is_none()) {
            return Err(MeasureError::MissingDim(d.to_string()));
        }
    }
    let mut done: Vec<MeasureResult> = Vec::new();
    for def in inputs.measures.iter().filter(|d| !matches!(d.basis, Basis::Composite { .. })) {
        done.extend(def.rows.iter().map(|row| Row::new(inputs, def, row).evaluate()));
    }
    let mut left: Vec<&MeasureDef> =
        inputs.measures.iter().filter(|d| matches!(d.basis, Basis::Composite { .. })).collect();
    while !left.is_empty() {
        // A composite of a composite waits for it; what can never be ready (a circle) goes last.
        let waiting: BTreeSet<&str> = left.iter().map(|d| d.id.as_str()).collect();
        let (ready, rest): (Vec<_>, Vec<_>) =
            left.iter().copied().partition(|d| !components(d).any(|c| waiting.contains(c)));
        let stuck = ready.is_empty();
        for def in if stuck { &rest } else { &ready } {
            let results: Vec<MeasureResult> = def
                .rows
                .iter()
                .map(|row| Row::new(inputs, def, row).composite(&done, stuck))
                .collect();
            done.extend(results);
        }
        left = if stuck { Vec::new() } else { rest };
    }
    let place = |id: &str| inputs.measures.iter().position(|d| d.id == id).unwrap_or(usize::MAX);
    done.sort_by_key(|r| place(&r.measure));
    Ok(done)
}

fn components(def: &MeasureDef) -> impl Iterator<Item = &str> {
    let of: &[String] = match &def.basis {
        Basis::Composite { of, .. } => of,
        _ => &[],
    };
    of.iter().map(String::as_str)
}

/// Stated figures of the period that speak of no row: an unknown measure, a region or provider that no row
/// has, or a day or quarter of a monthly measure. They are shown, never dropped in silence (M19).
#[must_use]
pub fn unplaced<'a>(inputs: &Inputs<'a>) -> Vec<&'a StatedFigure> {
    let placed: Vec<*const StatedFigure> = inputs
        .measures
        .iter()
        .flat_map(|d| d.rows.iter().map(move |r| (d, r)))
        .flat_map(|(d, r)| {
            let (region, period) = (r.region.as_str(), inputs.period);
            stated::for_row(inputs.stated, &d.id, &r.provider, region, period, activity(d, period))
        })
        .map(|(s, _)| std::ptr::from_ref(s))
        .collect();
    inputs
        .stated
        .iter()
        .filter(|s| {
            stated::speaks_of(s.period, inputs.period)
                && s.keys.keys().all(|k| k == "provider" || k == "region")
        })
        .filter(|s| !placed.contains(&std::ptr::from_ref(*s)))
        .collect()
}

/// The period in which the activity of a measure took place: its own length, `lag` periods back.
#[must_use]
pub fn activity(def: &MeasureDef, period: Period) -> Period {
    match (def.period, period) {
        (ActivityPeriod::Quarter, Period::Month(y, m)) => {
            Period::Quarter(y, (m - 1) / 3 + 1).plus(-def.lag)
        }
        (_, p) => p.plus(-def.lag),
    }
}
