//! A measure day by day on both sides of a window, for an observation.

use crate::{
    PackError,
    evidence::{Detail, Evidence},
};
use northbound_measures::{
    MeasureResult, evaluate,
    views::observation::{Observation, ObservedDay, observe as set_beside},
};
use northbound_rules::measure::{ActivityPeriod, Basis};
use northbound_types::{Day, Figure, Period, Ratio, Region, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most days on one side.
pub const MAX_DAYS: u16 = 92;

/// One row of the measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Provider.
    pub provider: String,
    /// Region.
    pub region: Region,
    /// Both sides.
    pub observation: Observation,
}

/// A measure before and after a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// Measure.
    pub measure: String,
    /// Rows.
    pub rows: Vec<Row>,
    /// From the first day looked at to after the last.
    pub span: (Utc, Utc),
    /// What to know beside it.
    pub notes: Vec<String>,
}

type Days = BTreeMap<(String, Region), Vec<ObservedDay>>;

/// Sets the whole days before a window beside those after it, the days that the window touches left out.
/// `takes` says which rows are looked at.
///
/// # Errors
/// Where the measure is not known or has no counts by day (a composite, a quarter, a figure that is only
/// stated), and where the evidence is refused.
pub fn observe(
    e: &Evidence,
    measure: &str,
    window: (Utc, Utc),
    days: i32,
    takes: impl Fn(&Row) -> bool,
) -> Result<Observed, PackError> {
    counted_by_day(e, measure)?;
    let first_in = window.0.day();
    let after_in =
        if window.1 == window.1.day().start() { window.1.day() } else { window.1.day().plus(1) };
    let (first, last) = (first_in.plus(-days), after_in.plus(days));
    let before = side(e, measure, first, first_in)?;
    let mut after = side(e, measure, after_in, last)?;
    let mut rows = Vec::new();
    for (key, seen) in before {
        let observation = set_beside(
            &seen,
            &after.remove(&key).unwrap_or_default(),
            e.known.settings.wilson_z,
            e.known.methodology.low_volume,
        )?;
        rows.push(Row { provider: key.0, region: key.1, observation });
    }
    rows.retain(|r| takes(r));
    if rows.is_empty() {
        return Err(PackError::NotFound(format!(
            "{measure} has no such row; leave out --provider and --region to see all"
        )));
    }
    let span = (first.start(), last.start());
    Ok(Observed { measure: measure.to_owned(), rows, span, notes: notes(e, first, last) })
}

/// Refuses a measure that is not known or has no counts by day.
fn counted_by_day(e: &Evidence, measure: &str) -> Result<(), PackError> {
    let def = e
        .known
        .rules
        .measure(measure)
        .ok_or_else(|| PackError::NotFound(format!("there is no measure {measure:?}")))?;
    let by_day = def.lag == 0
        && def.period == ActivityPeriod::Month
        && !matches!(
            def.basis,
            Basis::Composite { .. }
                | Basis::StatedOnly
                | Basis::Availability { .. }
                | Basis::Hubs { .. }
                | Basis::CoverageAccuracy
        );
    if !by_day {
        return Err(PackError::Refused(format!(
            "{measure} has no counts by day, so nothing can be compared; name a measure of messages, alerts or payloads, such as one of its components"
        )));
    }
    Ok(())
}

/// Faults and remarks on the days from `first` to before `last`.
fn notes(e: &Evidence, first: Day, last: Day) -> Vec<String> {
    let faults = e
        .known
        .registered
        .faults
        .iter()
        .filter(|f| f.from < last && f.to.is_none_or(|t| t >= first));
    let notes = faults.map(|f| format!("A fault in those days: {} ({})", f.what, f.source()));
    let remarks = e
        .known
        .registered
        .annotations
        .iter()
        .filter(|a| a.from < last && a.to.is_none_or(|t| t >= first))
        .map(|a| format!("A remark on those days: {}", a.title));
    notes.chain(remarks).collect()
}

fn side(e: &Evidence, measure: &str, first: Day, after: Day) -> Result<Days, PackError> {
    let mut out = Days::new();
    for day in (first.0..after.0).map(Day) {
        let period = Period::Day(day);
        let counts = e.known.counts(period, Detail::Measures)?;
        let results = evaluate(&e.known.inputs(period, &counts, &e.history))?;
        for r in results.into_iter().filter(|r| r.measure == measure) {
            let seen = if day.end() > e.known.as_at {
                ObservedDay { day, counts: None, why: "not over at the as-at time".to_owned() }
            } else {
                observed(&r, day)
            };
            out.entry((r.provider, r.region)).or_default().push(seen);
        }
    }
    Ok(out)
}

/// A day that a fault or missing feed makes unreliable has no counts; a day without events has none
/// either and says so.
fn observed(r: &MeasureResult, day: Day) -> ObservedDay {
    match &r.figure {
        Figure::Value(_) if !r.parts.is_empty() => ObservedDay {
            day,
            counts: Some(r.parts.iter().fold(Ratio { num: 0, den: 0 }, |a, p| Ratio {
                num: a.num + p.num,
                den: a.den + p.den,
            })),
            why: String::new(),
        },
        Figure::Value(_) => ObservedDay { day, counts: None, why: "no counts".to_owned() },
        Figure::Null(n) => ObservedDay {
            day,
            counts: None,
            why: if n.detail.is_empty() { n.reason.words().to_owned() } else { n.detail.clone() },
        },
    }
}
