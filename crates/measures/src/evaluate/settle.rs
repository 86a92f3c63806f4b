//! What weakens or replaces a counted figure: few events, stated figures, unconfirmed rules, Allowed
//! Exceptions.

use super::{bands, row::Row, stated};
use crate::{
    inputs::StatedFigure,
    notes,
    result::{Counted, Exceptions, FigureBasis, Line},
};
use northbound_rules::measure::Basis;
use northbound_types::{Figure, FigureState, NullReason, Quantity, Ratio};

/// What a computed figure rests on, for a stated one to be set beside it.
#[derive(Clone, Copy)]
pub(super) struct Backing {
    /// A feed was due.
    pub(super) watched: bool,
    /// All that a composite lacks was reported by nobody.
    pub(super) unreported: bool,
}

impl Row<'_> {
    pub(super) fn low_volume(&self, figure: Figure) -> Figure {
        let minutes = matches!(self.def.basis, Basis::Availability { .. });
        let den = match &figure {
            Figure::Value(v) => match v.quantity {
                Quantity::Ratio(r) => Some(r.den),
                _ => None,
            },
            Figure::Null(_) => None,
        };
        match den {
            Some(den) if !minutes && den < self.inputs.methodology.low_volume => figure.weaken(
                FigureState::LowVolume,
                format!(
                    "{} too few to be evidence (below {})",
                    notes::things(den, "event is", "events are"),
                    self.inputs.methodology.low_volume
                ),
            ),
            _ => figure,
        }
    }

    /// Stated beside computed: where the ledger has nothing, the stated figure stands; where both
    /// are and differ, both are shown and the figure is disputed. One that coverage made null is not empty and
    /// stays null.
    pub(super) fn with_stated(
        &self,
        figure: Figure,
        views: &mut [stated::StatedView],
        basis: FigureBasis,
        backing: Backing,
    ) -> (Figure, FigureBasis) {
        let said = stated::combined(views);
        let empty = matches!(&figure, Figure::Null(n) if matches!(n.reason, NullReason::NoEvents | NullReason::NotReported));
        let bounds = match &figure {
            Figure::Null(n) => n.bounds.clone(),
            Figure::Value(_) => None,
        };
        let (mut out, basis) = match said {
            Some(s) if backing.unreported && !empty => {
                (within_bounds(s, bounds.as_ref()), FigureBasis::Stated)
            }
            Some(s) if empty => {
                let s = if backing.watched
                    && basis == FigureBasis::Computed
                    && s.as_value().is_some()
                {
                    s.weaken(
                        FigureState::Disputed,
                        "stated, although the feeds arrived and contain no events",
                    )
                } else {
                    s
                };
                (s, FigureBasis::Stated)
            }
            _ => (figure, basis),
        };
        for v in views.iter_mut() {
            v.conflicts = stated::conflict(&v.figure, &out);
            if v.conflicts == Some(true) && !v.superseded && basis != FigureBasis::Stated {
                out = out.weaken(
                    FigureState::Disputed,
                    format!("{} states otherwise in {}", v.source, v.document),
                );
            }
        }
        (out, basis)
    }

    /// Based on unconfirmed rules, or on a period that is not over.
    pub(super) fn unsettled(&self, mut figure: Figure) -> Figure {
        let keys = [
            format!("measure:{}", self.def.id),
            format!("methodology:{}", self.inputs.methodology.id),
        ];
        for key in keys.iter().filter(|k| self.inputs.unconfirmed.contains(*k)) {
            figure = figure.weaken(FigureState::Provisional, notes::unconfirmed(key));
        }
        if let (Basis::Incidents { categories }, Some(rules)) =
            (&self.def.basis, self.inputs.incidents.rules)
        {
            let rests = |key: &&String| {
                key.strip_prefix("incident-category:")
                    .is_none_or(|c| categories.iter().any(|n| n.to_string() == c))
            };
            for key in rules.unconfirmed.iter().filter(rests) {
                figure = figure.weaken(FigureState::Provisional, notes::unconfirmed(key));
            }
        }
        if self.inputs.as_at < self.activity.after().start() {
            figure = figure.weaken(FigureState::Provisional, notes::NOT_OVER);
        }
        figure
    }

    pub(super) fn levels(&self, stated: &[&StatedFigure]) -> bands::LevelsUsed {
        let unconfirmed = self.inputs.unconfirmed.contains(&format!("levels:{}", self.def.id));
        let mut l = bands::levels_for(self.def, self.activity, unconfirmed);
        if l.target.is_none() && l.minimum.is_none() {
            let (target, minimum, by) = stated::stated_levels(stated);
            if let Some(by) = by {
                l = bands::LevelsUsed {
                    target,
                    minimum,
                    from: format!("stated by {by}"),
                    unconfirmed: false,
                };
            }
        }
        l
    }

    /// An excepted attempt is no attempt: it leaves numerator and denominator.
    pub(super) fn exceptions(&self, counted: &mut Counted) -> Option<Exceptions> {
        let mine: Vec<_> = self
            .inputs
            .exceptions
            .iter()
            .filter(|e| {
                e.measure == self.def.id
                    && e.provider == self.row.provider
                    && e.region == self.row.region
                    && e.period == self.activity
            })
            .collect();
        let without = counted.figure.clone();
        let (ratio, count, met) = match without.as_value().map(|v| &v.quantity) {
            Some(Quantity::Ratio(r)) if !mine.is_empty() => (
                *r,
                mine.iter().map(|e| e.count).sum::<u64>(),
                mine.iter().map(|e| e.met).sum::<u64>(),
            ),
            _ => return None,
        };
        let missed = ratio.den.saturating_sub(ratio.num);
        if met > ratio.num || met > count || count - met > missed {
            counted.notes.push(format!("{count} Allowed Exceptions refused: more than the messages that they could take out"));
            return None;
        }
        let left = Ratio { num: ratio.num - met, den: ratio.den - count };
        counted.figure = without.as_value().map_or_else(
            || without.clone(),
            |v| match Figure::ratio(left.num, left.den) {
                Figure::Value(mut new) => {
                    (new.state, new.notes) = (v.state, v.notes.clone());
                    Figure::Value(new)
                }
                null @ Figure::Null(_) => null,
            },
        );
        let reasons = mine
            .iter()
            .map(|e| Line { reason: e.reason.clone(), selector: None, count: e.count })
            .collect();
        Some(Exceptions { count, reasons, with: counted.figure.clone(), without })
    }
}

/// A stated composite of which only some components are reported: disputed where those rule it out.
fn within_bounds(stated: Figure, bounds: Option<&(Quantity, Quantity)>) -> Figure {
    let ends = bounds.and_then(|(low, high)| low.share().zip(high.share()));
    match (stated.share(), ends) {
        (Some(s), Some((low, high))) if s < low || s > high => stated.weaken(
            FigureState::Disputed,
            "stated, although the components that are reported do not allow it",
        ),
        _ => stated.weaken(FigureState::Ok, "stated; not all of its components are reported"),
    }
}
