//! Definitions and counts to results: what stands in each row of the pack.

pub mod availability;
pub mod bands;
pub mod composite;
pub mod contribution;
pub mod counting;
pub mod coverage;
pub mod hubs;
pub mod outage;
pub mod payloads;
pub mod slices;
pub mod stated;
pub mod streaks;
#[cfg(test)]
mod tests;

use crate::{
    error::MeasureError,
    evaluate::{
        bands::{Override, OverrideAction},
        contribution::{Contributions, contributions},
        coverage::{Assessment, Coverage, Ground, Scope},
        hubs::Question,
        streaks::{Months, Streaks},
    },
    incidents::clock,
    inputs::{HistoryPoint, Inputs, NEEDED_DIMS, StatedFigure},
    result::{Counted, Exceptions, FigureBasis, Line, MeasureResult},
    statistics::{exact, interval::wilson},
};
use northbound_rules::measure::{ActivityPeriod, Basis, MeasureDef, MeasureRow};
use northbound_types::{
    Dim, Figure, FigureState, Null, NullReason, Period, Quantity, Ratio, Selector, TestKind,
};
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
        Basis::Composite { of } => of,
        _ => &[],
    };
    of.iter().map(String::as_str)
}

/// Stated figures of the period that speak of no row: an unknown measure, or a region or provider
/// that no row has. They are shown, never dropped in silence (M19).
#[must_use]
pub fn unplaced<'a>(inputs: &Inputs<'a>) -> Vec<&'a StatedFigure> {
    let placed: Vec<*const StatedFigure> = inputs
        .measures
        .iter()
        .flat_map(|d| d.rows.iter().map(move |r| (d, r)))
        .flat_map(|(d, r)| {
            stated::for_row(inputs.stated, &d.id, &r.provider, r.region.as_str(), inputs.period)
        })
        .map(|(s, _)| std::ptr::from_ref(s))
        .collect();
    inputs
        .stated
        .iter()
        .filter(|s| {
            s.period == inputs.period && s.keys.keys().all(|k| k == "provider" || k == "region")
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

struct Row<'a> {
    inputs: &'a Inputs<'a>,
    def: &'a MeasureDef,
    row: &'a MeasureRow,
    activity: Period,
}

impl<'a> Row<'a> {
    fn new(inputs: &'a Inputs<'a>, def: &'a MeasureDef, row: &'a MeasureRow) -> Row<'a> {
        Row { inputs, def, row, activity: activity(def, inputs.period) }
    }

    fn evaluate(&self) -> MeasureResult {
        let none = Selector::all();
        let select = match &self.def.basis {
            Basis::Exchanges { select } => select,
            _ => &none,
        };
        let (subject, substituted) = counting::subject(select, self.inputs.methodology);
        let seen = match &self.def.basis {
            Basis::Exchanges { .. } => counting::feeds_seen(
                self.inputs.cells,
                self.activity,
                &counting::row_selection(&subject, self.row),
            ),
            _ => BTreeSet::new(),
        };
        let scope = Scope {
            measure: &self.def.id,
            provider: &self.row.provider,
            carries: if self.as_stated() { "figures" } else { carries(&self.def.basis, select) },
            activity: self.activity,
            seen: &seen,
            substituted,
            as_at: self.inputs.as_at,
        };
        let assessed = coverage::assess(
            scope,
            self.inputs.feeds,
            self.inputs.faults,
            self.inputs.methodology.coverage_floor,
        );
        let watched = self.inputs.feeds.iter().any(|f| scope.rests_on(f));
        let mut counted = self.count(&subject, &assessed, watched);
        if substituted {
            counted.notes.push("Users' own requests replace the test commands".to_owned());
        }
        let basis = if self.as_stated() { FigureBasis::Stated } else { FigureBasis::Computed };
        self.finish(counted, assessed, basis)
    }

    /// Does the row have no other source than what somebody states? Incidents are counted where any are
    /// registered, or a feed that brings them is.
    fn as_stated(&self) -> bool {
        match self.def.basis {
            Basis::StatedOnly => true,
            Basis::Incidents { .. } => {
                self.inputs.incidents.events.is_empty()
                    && !self.inputs.feeds.iter().any(|f| f.carries.iter().any(|c| c == "incidents"))
            }
            _ => false,
        }
    }

    fn count(&self, subject: &Selector, assessed: &Assessment<'_>, watched: bool) -> Counted {
        let (i, a, region, provider) =
            (self.inputs, self.activity, self.row.region, self.row.provider.as_str());
        let bad = |day, feed: Option<&str>| {
            assessed.unreliable.iter().any(|f| {
                f.covers(day) && f.feed.as_deref().is_none_or(|n| feed.is_none_or(|x| x == n))
            })
        };
        match &self.def.basis {
            Basis::Exchanges { .. } => counting::count(
                i.cells,
                a,
                subject,
                self.row,
                i.methodology.count,
                &assessed.unreliable,
            ),
            // A service may be one per row: its name then holds the row's provider.
            Basis::Availability { service } => availability::count(
                &service.replace("{provider}", provider),
                i.services,
                a,
                i.as_at,
                watched,
            ),
            Basis::OutageWindows { code, hubs, above } => {
                let class = outage::Class {
                    code,
                    hubs: *hubs,
                    above: *above,
                    windows: i.settings.windows_per_day(),
                };
                outage::count(i.outages, a, region, class, &|d| bad(d, None))
            }
            Basis::Payloads => {
                payloads::count(i.payloads, a, provider, region, i.methodology.count, &|d, f| {
                    bad(d, Some(f))
                })
            }
            Basis::Hubs { when } => hubs::count(
                i.hubs,
                a,
                provider,
                region,
                Question::connected(*when, i.settings.connect_days),
                i.as_at.day(),
            ),
            Basis::CoverageAccuracy => hubs::count(
                i.hubs,
                a,
                provider,
                region,
                Question::CoverageAsPredicted,
                i.as_at.day(),
            ),
            Basis::Incidents { categories } => {
                clock::count(i.incidents, categories, a, i.as_at, !self.as_stated())
            }
            Basis::StatedOnly => Counted::only(Figure::Null(Null::because(
                NullReason::NotReported,
                "no figure is stated for the period",
            ))),
            Basis::Composite { .. } => Counted::only(Figure::Null(Null::because(
                NullReason::NotDeterminable,
                "a composite has no count of its own",
            ))),
        }
    }

    fn composite(&self, done: &[MeasureResult], circle: bool) -> MeasureResult {
        let mut rows = Vec::new();
        let mut missing = Vec::new();
        for id in components(self.def) {
            let found: Vec<_> =
                done.iter().filter(|r| r.measure == id).map(composite::component).collect();
            if found.is_empty() {
                missing.push(id.to_owned());
            }
            rows.extend(found);
        }
        let strategy = self.inputs.methodology.aggregate;
        let figure = if circle || !missing.is_empty() {
            let why = if circle {
                "its components form a cycle".to_owned()
            } else {
                format!("no rule for {}", missing.join(", "))
            };
            Figure::Null(Null::because(NullReason::NotDeterminable, why))
        } else {
            composite::combine(strategy, &rows)
        };
        let assessed = Assessment {
            coverage: Coverage::default(),
            hits: Vec::new(),
            unreliable: Vec::new(),
            ground: Ground::default(),
        };
        let mut counted = Counted::only(figure);
        for c in rows.iter().filter(|c| !c.counted) {
            counted.notes.push(format!(
                "left out: {} {} {} ({})",
                c.measure,
                c.provider,
                c.region,
                c.left_out.as_deref().unwrap_or_default()
            ));
        }
        let mut r = self.finish(counted, assessed, FigureBasis::Composite);
        r.contributions = contributions(strategy, r.levels.target, &rows)
            .unwrap_or_else(|e| Contributions::Refused { why: e.to_string() });
        r.components = rows;
        r.notes.push(format!("combined by {strategy}"));
        r
    }

    /// Everything that is the same for each basis.
    fn finish(
        &self,
        mut counted: Counted,
        assessed: Assessment<'_>,
        basis: FigureBasis,
    ) -> MeasureResult {
        let i = self.inputs;
        let exceptions = self.exceptions(&mut counted);
        let mut figure = counted.figure.clone();
        let interval = match &figure {
            Figure::Value(v) => match v.quantity {
                Quantity::Ratio(r) => wilson(r, i.settings.wilson_z),
                _ => None,
            },
            Figure::Null(_) => None,
        };
        figure = self.low_volume(figure);
        figure = assessed.ground.under(figure);

        let pairs = stated::for_row(
            i.stated,
            &self.def.id,
            &self.row.provider,
            self.row.region.as_str(),
            i.period,
        );
        let rows: Vec<&StatedFigure> = pairs.iter().map(|(s, _)| *s).collect();
        let mut views: Vec<_> = pairs.iter().map(|(_, v)| v.clone()).collect();
        let (figure, basis) =
            self.with_stated(figure, &mut views, basis, assessed.coverage.expected > 0);
        let figure = self.unsettled(figure);
        let interval =
            interval.filter(|_| figure.as_value().is_some() && basis == FigureBasis::Computed);

        let mut r = self.empty(figure, basis);
        r.levels = self.levels(&rows);
        r.stated = views;
        r.selection = counted.selection;
        (r.parts, r.breakdown, r.excluded) = (counted.parts, counted.breakdown, counted.excluded);
        r.interval = interval;
        (r.coverage, r.faults) = (assessed.coverage, assessed.hits);
        r.exceptions = exceptions;
        r.notes.extend(counted.notes);
        if r.coverage.expected == 0 && r.basis == FigureBasis::Computed {
            r.notes.push("no feed with a calendar is registered: coverage unknown".to_owned());
        }
        self.judge(&mut r);
        r
    }

    fn low_volume(&self, figure: Figure) -> Figure {
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
                    "{den} events are too few to be evidence (below {})",
                    self.inputs.methodology.low_volume
                ),
            ),
            _ => figure,
        }
    }

    /// Stated beside computed: where the ledger has nothing, the stated figure stands; where both
    /// are and differ, both are shown and the figure is disputed. One that coverage made null is not empty and
    /// stays null.
    fn with_stated(
        &self,
        figure: Figure,
        views: &mut [stated::StatedView],
        basis: FigureBasis,
        watched: bool,
    ) -> (Figure, FigureBasis) {
        let said = stated::combined(views);
        let empty = matches!(&figure, Figure::Null(n) if matches!(n.reason, NullReason::NoEvents | NullReason::NotReported));
        let (mut out, basis) = match said {
            Some(s) if empty => {
                let s = if watched && basis == FigureBasis::Computed && s.as_value().is_some() {
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

    /// Rests on rules that nobody has confirmed, or on a period that is not over.
    fn unsettled(&self, mut figure: Figure) -> Figure {
        let keys = [
            format!("measure:{}", self.def.id),
            format!("methodology:{}", self.inputs.methodology.id),
        ];
        for key in keys.iter().filter(|k| self.inputs.unconfirmed.contains(*k)) {
            figure = figure
                .weaken(FigureState::Provisional, format!("based on {key}, which is unconfirmed"));
        }
        if let (Basis::Incidents { categories }, Some(rules)) =
            (&self.def.basis, self.inputs.incidents.rules)
        {
            let rests = |key: &&String| {
                key.strip_prefix("incident-category:")
                    .is_none_or(|c| categories.iter().any(|n| n.to_string() == c))
            };
            for key in rules.unconfirmed.iter().filter(rests) {
                figure = figure.weaken(
                    FigureState::Provisional,
                    format!("based on {key}, which is unconfirmed"),
                );
            }
        }
        if self.inputs.as_at < self.activity.after().start() {
            figure =
                figure.weaken(FigureState::Provisional, "the period is not over at the as-at time");
        }
        figure
    }

    fn levels(&self, stated: &[&StatedFigure]) -> bands::LevelsUsed {
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
    fn exceptions(&self, counted: &mut Counted) -> Option<Exceptions> {
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

    fn empty(&self, figure: Figure, basis: FigureBasis) -> MeasureResult {
        let i = self.inputs;
        MeasureResult {
            measure: self.def.id.clone(),
            title: self.def.title.clone(),
            unit: self.def.unit,
            provider: self.row.provider.clone(),
            region: self.row.region,
            period: i.period,
            activity: self.activity,
            methodology: i.methodology.id.clone(),
            decimals: self.def.decimals,
            figure,
            basis,
            stated: Vec::new(),
            levels: bands::LevelsUsed::default(),
            band: bands::Band::Null,
            rag: bands::Rag::Grey,
            overridden: None,
            selection: None,
            parts: Vec::new(),
            breakdown: Vec::new(),
            excluded: Vec::new(),
            interval: None,
            coverage: Coverage::default(),
            faults: Vec::new(),
            exceptions: None,
            components: Vec::new(),
            contributions: Contributions::NotAsked,
            streak: None,
            age_days: i.as_at.day().0 - (i.period.after().0 - 1),
            notes: Vec::new(),
        }
    }

    /// Band, colour, overrides and streaks: last, since they look at the figure as it is shown.
    fn judge(&self, r: &mut MeasureResult) {
        r.band = bands::band(&r.figure, r.levels.target, r.levels.minimum);
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
        if let Some(width) =
            r.interval.as_ref().and_then(crate::statistics::interval::Interval::width)
        {
            if exact::share(self.inputs.settings.wide_interval).is_some_and(|w| width > w) {
                r.notes.push("the count is small: the interval is wide".to_owned());
            }
        }
        r.streak = self.streak(r);
    }

    fn streak(&self, r: &MeasureResult) -> Option<Streaks> {
        let (target, minimum) = history_months(self.def, self.row, self.inputs.history, Some(r));
        Streaks::of(&target, &minimum)
    }
}

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
        })
        .map(|h| {
            let rule = bands::levels_for(def, activity(def, h.period), false);
            (h.period, bands::band(&h.figure, h.target.or(rule.target), h.minimum.or(rule.minimum)))
        })
        .collect();
    table.extend(now.map(|r| (r.period, r.band)));
    (
        Months::new(table.iter().map(|(p, b)| (*p, b.below_target()))),
        Months::new(table.iter().map(|(p, b)| (*p, b.below_minimum()))),
    )
}

fn carries(basis: &Basis, select: &Selector) -> &'static str {
    match basis {
        Basis::Exchanges { .. } => {
            let tests = select.any_of.iter().any(|(d, v)| {
                *d == Dim::TestKind && !v.is_empty() && !v.contains(TestKind::None.as_str())
            });
            if tests { "tests" } else { "messages" }
        }
        Basis::Availability { .. } => "services",
        Basis::OutageWindows { .. } => "alerts",
        Basis::Payloads => "payloads",
        Basis::Hubs { .. } | Basis::CoverageAccuracy => "hubs",
        Basis::Incidents { .. } => "incidents",
        Basis::StatedOnly | Basis::Composite { .. } => "figures",
    }
}
