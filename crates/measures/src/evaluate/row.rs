//! One row of a measure: what it counts, and its result.

use super::{
    activity, availability, bands, components, composite,
    contribution::contributions,
    counting,
    coverage::{self, Assessment, Coverage, Scope},
    hubs::{self, Question},
    outage, payloads,
    settle::Backing,
    stated,
};
use crate::{
    incidents::in_time,
    inputs::{Inputs, StatedFigure},
    result::{Contributions, Counted, FigureBasis, MeasureResult},
    statistics::interval::wilson,
};
use northbound_rules::measure::{Aggregate, Basis, Counting, MeasureDef, MeasureRow};
use northbound_types::{
    Dim, Figure, FigureState, Null, NullReason, Period, Quantity, Selector, TestKind,
};
use std::collections::BTreeSet;

pub(super) struct Row<'a> {
    pub(super) inputs: &'a Inputs<'a>,
    pub(super) def: &'a MeasureDef,
    pub(super) row: &'a MeasureRow,
    pub(super) activity: Period,
}

impl<'a> Row<'a> {
    pub(super) fn new(inputs: &'a Inputs<'a>, def: &'a MeasureDef, row: &'a MeasureRow) -> Row<'a> {
        Row { inputs, def, row, activity: activity(def, inputs.period) }
    }

    pub(super) fn evaluate(&self) -> MeasureResult {
        if let Some(null) = self.outside_its_life() {
            return self.finish(Counted::only(null), Assessment::default(), FigureBasis::Computed);
        }
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
        let carries = if self.as_stated() { "figures" } else { carries(&self.def.basis, select) };
        let scope = Scope {
            measure: &self.def.id,
            provider: &self.row.provider,
            carries,
            life: Some(self.row),
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
        self.supported(&mut counted, carries, assessed.coverage.expected, &seen);
        let basis = if self.as_stated() { FigureBasis::Stated } else { FigureBasis::Computed };
        self.finish(counted, assessed, basis)
    }

    /// Does the row have no other source than what somebody states? Incidents are counted where any are
    /// registered, or a feed that brings them is.
    pub(super) fn as_stated(&self) -> bool {
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
            Basis::Hubs { when } => self.hubs(Question::connected(*when, i.settings.connect_days)),
            Basis::CoverageAccuracy => self.hubs(Question::CoverageAsPredicted),
            Basis::Incidents { categories } => {
                in_time::count(i.incidents, categories, a, i.as_at, !self.as_stated())
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

    fn hubs(&self, question: Question) -> Counted {
        let (i, row) = (self.inputs, self.row);
        hubs::count(i.hubs, self.activity, &row.provider, row.region, question, i.as_at.day())
    }

    pub(super) fn composite(&self, done: &[MeasureResult], circle: bool) -> MeasureResult {
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
        let strategy = self.strategy();
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
        let figure = self.with_chosen_aggregate(figure);
        let mut counted = Counted::only(self.outside_its_life().unwrap_or(figure));
        counted.unreported = composite::unreported(&rows);
        for c in rows.iter().filter(|c| !c.counted) {
            counted.notes.push(format!(
                "left out: {} {} {} ({})",
                c.measure,
                c.provider,
                c.region,
                c.left_out.as_deref().unwrap_or_default()
            ));
        }
        let mut r = self.finish(counted, Assessment::default(), FigureBasis::Composite);
        r.contributions = contributions(strategy, r.levels.target, &rows)
            .unwrap_or_else(|e| Contributions::Refused { why: e.to_string() });
        let counted = rows.iter().filter(|c| c.counted).count();
        let of = match rows.len() - counted {
            0 => String::new(),
            left => format!(" from {counted} of {} rows; {left} left out", rows.len()),
        };
        r.notes.push(format!("combined by {strategy}{of}"));
        r.components = rows;
        r
    }

    /// A composite whose rule chooses no aggregate is combined by the methodology's, and says so.
    fn with_chosen_aggregate(&self, figure: Figure) -> Figure {
        match self.def.basis {
            Basis::Composite { aggregate: None, .. } if !self.def.by_methodology() => {
                let by = self.inputs.methodology.aggregate;
                let note = format!("combined by {by} only because its rule chooses no aggregate");
                figure.weaken(FigureState::Provisional, note)
            }
            _ => figure,
        }
    }

    /// How the composite is combined: as its rule chooses, else as the methodology does.
    fn strategy(&self) -> Aggregate {
        let chosen = match self.def.basis {
            Basis::Composite { aggregate, .. } => aggregate,
            _ => None,
        };
        chosen.unwrap_or(self.inputs.methodology.aggregate)
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
            self.activity,
        );
        let rows: Vec<&StatedFigure> = pairs.iter().map(|(s, _)| *s).collect();
        let mut views: Vec<_> = pairs.iter().map(|(_, v)| v.clone()).collect();
        let (figure, basis) = self.with_stated(
            figure,
            &mut views,
            basis,
            Backing { watched: assessed.coverage.expected > 0, unreported: counted.unreported },
        );
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

    /// The title; that of a measure of this platform's own says how it counts, since others count the same
    /// requests differently.
    fn title(&self) -> String {
        let title = &self.def.title;
        match (&self.def.basis, self.inputs.methodology.count) {
            (Basis::Exchanges { .. }, Counting::AnsweredOnly) if !self.def.reported => {
                format!("{title} (of those answered; time-outs left out)")
            }
            (Basis::Exchanges { .. }, Counting::AllAttempts) if !self.def.reported => {
                format!("{title} (of all attempts; time-outs count as misses)")
            }
            _ => title.clone(),
        }
    }

    fn empty(&self, figure: Figure, basis: FigureBasis) -> MeasureResult {
        let i = self.inputs;
        MeasureResult {
            measure: self.def.id.clone(),
            title: self.title(),
            unit: self.def.unit,
            provider: self.row.provider.clone(),
            region: self.row.region,
            period: i.period,
            activity: self.activity,
            methodology: i.methodology.id.clone(),
            decimals: self.def.decimals,
            better: self.def.better,
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
