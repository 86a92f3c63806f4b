//! Earlier months of a row against their levels.

use super::{activity, bands, streaks::Months};
use crate::{inputs::HistoryPoint, result::MeasureResult};
use northbound_rules::measure::{MeasureDef, MeasureRow};
use northbound_types::Period;

/// The months of one row, below target and below minimum: history, then the result of this month.
/// Each month is judged by the levels stated with it, else by those in force in it.
#[must_use]
pub fn history_months(
    def: &MeasureDef,
    row: &MeasureRow,
    history: &[HistoryPoint],
    now: Option<&MeasureResult>,
) -> (Months, Months) {
    let last = now.map(|r| r.period);
    let mut table: Vec<(Period, bands::Band)> = history
        .iter()
        .filter(|h| {
            h.measure == def.id
                && h.provider == row.provider
                && h.region == row.region
                && last.is_none_or(|l| h.period < l)
                && row.touches(activity(def, h.period))
        })
        .map(|h| {
            let rule = bands::levels_for(def, activity(def, h.period), false);
            let (target, minimum) = (h.target.or(rule.target), h.minimum.or(rule.minimum));
            (h.period, bands::band_by(def.better, &h.figure, target, minimum))
        })
        .collect();
    table.extend(now.map(|r| (r.period, r.band)));
    (
        Months::new(table.iter().map(|(p, b)| (*p, b.below_target()))),
        Months::new(table.iter().map(|(p, b)| (*p, b.below_minimum()))),
    )
}
