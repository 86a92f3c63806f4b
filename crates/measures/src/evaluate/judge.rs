//! The band and colour of a figure, with the overrides that people decided.

use super::{
    activity,
    bands::{self, Override, OverrideAction},
    history::history_months,
    row::Row,
    streaks::Streaks,
};
use crate::{
    result::MeasureResult,
    statistics::{exact, interval::Interval},
};
use northbound_types::{Figure, Null};

impl Row<'_> {
    /// Band, colour, overrides and streaks: last, since they look at the figure as it is shown.
    pub(super) fn judge(&self, r: &mut MeasureResult) {
        r.band = bands::band_by(r.better, &r.figure, r.levels.target, r.levels.minimum);
        r.rag = bands::rag(r.band);
        let mine = |o: &&Override| {
            o.measure == r.measure
                && o.provider == r.provider
                && o.region == r.region
                && o.period == r.period
                && o.at.is_none_or(|t| t <= self.inputs.as_at)
        };
        let mut decided: Vec<&Override> = self.inputs.overrides.iter().filter(mine).collect();
        decided.sort_by_key(|o| o.at);
        for o in decided {
            if let Err(e) = o.check(r.band) {
                r.notes.push(e.to_string());
                continue;
            }
            match &o.action {
                OverrideAction::Colour { rag } => r.rag = *rag,
                OverrideAction::Withhold { reason } => {
                    let mut null = Null::because(*reason, format!("withheld: {}", o.why));
                    null.source = Some(o.who.clone());
                    null.since = o.at.map(|t| t.day());
                    r.figure = Figure::Null(null);
                    r.interval = None;
                    r.band = bands::Band::Null;
                    r.rag = bands::Rag::Grey;
                }
            }
            r.overridden = Some(o.clone());
        }
        if let Some(width) = r.interval.as_ref().and_then(Interval::width) {
            if exact::share(self.inputs.settings.wide_interval).is_some_and(|w| width > w) {
                r.notes.push("the count is small: the interval is wide".to_owned());
            }
        }
        r.streak = self.streak(r);
    }

    fn streak(&self, r: &MeasureResult) -> Option<Streaks> {
        // A period that has not begun continues no run.
        if self.inputs.as_at < r.period.first().start() || !self.row.touches(r.activity) {
            return None;
        }
        let (target, minimum) = history_months(self.def, self.row, self.inputs.history, Some(r));
        let mut streaks = Streaks::of(&target, &minimum)?;
        let first = target.months.first()?.0;
        streaks.from_first =
            self.row.from.is_some_and(|day| activity(self.def, first.previous()).after() <= day);
        Some(streaks)
    }
}
