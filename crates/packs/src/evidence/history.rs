//! Earlier months: computed from the ledger where it holds them, else as they were stated; each by
//! the same rules and as at the same time as the pack.

use super::{Evidence, HISTORY_MONTHS, calendar, messages};
use crate::PackError;
use northbound_measures::{MeasureResult, inputs::HistoryPoint};
use northbound_types::{Figure, Period, Region};
use std::collections::BTreeSet;

/// The points of every row, oldest first. A row's months before its first value are left out: they
/// are before its table, not unknown months in it.
pub(super) fn points(e: &mut Evidence) -> Result<Vec<HistoryPoint>, PackError> {
    let mut out: Vec<HistoryPoint> = Vec::new();
    let mut begun: BTreeSet<(String, String, Region)> = BTreeSet::new();
    if !matches!(e.period, Period::Month(..)) {
        return Ok(out);
    }
    let (reported, stated) = (e.period, e.stated.iter().map(|s| s.period).collect::<BTreeSet<_>>());
    for back in (1..=HISTORY_MONTHS).rev() {
        let month = reported.plus(-back);
        let held = e.snapshot.span().is_some_and(|(a, b)| a < month.after() && b >= month.first());
        let logged = e.registered.incidents.iter().any(|i| month.contains(i.moment().day()));
        if !held && !logged && !stated.contains(&month) && begun.is_empty() {
            continue;
        }
        e.period = month;
        let results = one(e, held);
        e.period = reported;
        for r in results? {
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

fn one(e: &mut Evidence, held: bool) -> Result<Vec<MeasureResult>, PackError> {
    e.messages =
        if held { messages::read(e, e.period, false)? } else { messages::Messages::default() };
    e.feeds = calendar::coverage(e, e.period)?;
    e.evaluate()
}

fn point(r: MeasureResult) -> HistoryPoint {
    // A level of the rules is looked up again by whoever reads the point; one that was stated is not in them.
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
