//! Earlier months: computed from the ledger where it holds them, else as they were stated; each by
//! the same rules and as at the same time as the pack.

use super::{Detail, Known, MOST_MONTHS};
use crate::PackError;
use northbound_measures::{MeasureResult, evaluate, inputs::HistoryPoint};
use northbound_types::Period;

/// The points of every row, oldest first, from the first month of which anything is known. A row's months
/// before its first value are unknown months, not the beginning of its time.
pub(super) fn points(known: &Known, reported: Period) -> Result<Vec<HistoryPoint>, PackError> {
    let mut out: Vec<HistoryPoint> = Vec::new();
    if !matches!(reported, Period::Month(..)) {
        return Ok(out);
    }
    let mut month =
        first_month(known).map_or(reported, |first| first.max(reported.plus(-MOST_MONTHS)));
    while month < reported {
        let held =
            known.snapshot.span().is_some_and(|(a, b)| a < month.after() && b >= month.first());
        out.extend(results(known, month, held)?.into_iter().map(point));
        month = month.next();
    }
    Ok(out)
}

/// The first month with messages, stated figures or incidents.
fn first_month(known: &Known) -> Option<Period> {
    let messages = known.snapshot.span().map(|(first, _)| first.month());
    let stated = known.stated.iter().map(|s| s.period.first().month());
    let incidents = known.registered.incidents.iter().map(|i| i.moment().day().month());
    messages.into_iter().chain(stated).chain(incidents).min()
}

/// The results of one month, without the months before it; `held` says whether the ledger has days of it.
fn results(known: &Known, month: Period, held: bool) -> Result<Vec<MeasureResult>, PackError> {
    let counts =
        if held { known.counts(month, Detail::Measures)? } else { known.no_counts(month)? };
    Ok(evaluate(&known.inputs(month, &counts, &[]))?)
}

fn point(r: MeasureResult) -> HistoryPoint {
    // Levels of the rules are looked up again when the point is read; a stated level is not in the rules.
    let stated = r.levels.from.starts_with("stated");
    HistoryPoint {
        measure: r.measure,
        provider: r.provider,
        region: r.region,
        period: r.period,
        figure: r.figure,
        target: r.levels.target.filter(|_| stated),
        minimum: r.levels.minimum.filter(|_| stated),
    }
}
