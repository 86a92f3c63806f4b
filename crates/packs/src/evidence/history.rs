//! Earlier months: computed from the ledger where it holds them, else as they were stated; each by
//! the same rules and as at the same time as the pack.

use super::{Detail, HISTORY_MONTHS, Known};
use crate::PackError;
use northbound_measures::{MeasureResult, evaluate, inputs::HistoryPoint};
use northbound_types::{Figure, Period, Region};
use std::collections::BTreeSet;

/// The points of every row, oldest first. A row's months before its first value are left out: they
/// are before its table, not unknown months in it.
pub(super) fn points(known: &Known, reported: Period) -> Result<Vec<HistoryPoint>, PackError> {
    let mut out: Vec<HistoryPoint> = Vec::new();
    let mut begun: BTreeSet<(String, String, Region)> = BTreeSet::new();
    if !matches!(reported, Period::Month(..)) {
        return Ok(out);
    }
    let stated = known.stated.iter().map(|s| s.period).collect::<BTreeSet<_>>();
    for back in (1..=HISTORY_MONTHS).rev() {
        let month = reported.plus(-back);
        let held =
            known.snapshot.span().is_some_and(|(a, b)| a < month.after() && b >= month.first());
        let logged = known.registered.incidents.iter().any(|i| month.contains(i.moment().day()));
        if !held && !logged && !stated.contains(&month) && begun.is_empty() {
            continue;
        }
        for r in results(known, month, held)? {
            let key = (r.measure.clone(), r.provider.clone(), r.region);
            if matches!(r.figure, Figure::Null(_)) && !begun.contains(&key) {
                continue;
            }
            begun.insert(key);
            out.push(point(r));
        }
    }
    Ok(out)
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
