//! Forecasts and variance as the group sees them: counts by class with small ones hidden, totals by
//! service, six months, and the sums with and without months that somebody remarked on
//! (`docs/needs.md` R8 to R10, F2, G3).

use crate::evidence::forecasts::Forecasts;
use northbound_measures::{
    evaluate::coverage::Reliability,
    forecast::{
        grouped::{self, ClassCounts, LineTotal, Place},
        variance::{self, Span},
    },
};
use northbound_types::{Day, ForecastKind, Period};
use serde::{Deserialize, Serialize};

/// How many Users gave a forecast in a month; a hidden count is null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthCounts {
    /// Month.
    pub period: Period,
    /// In time.
    pub given: Option<u64>,
    /// Late.
    pub late: Option<u64>,
    /// None.
    pub none: Option<u64>,
    /// Not yet or no longer a User.
    pub no_user: Option<u64>,
    /// Remarks.
    pub annotations: Vec<String>,
}

/// Forecasts of one kind, as the group sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForecastView {
    /// Of what.
    pub kind: ForecastKind,
    /// Month.
    pub period: Period,
    /// The last day on which a forecast for it was in time.
    pub due: Day,
    /// By when Users are sent their actuals.
    pub report_due: Day,
    /// Are forecasts asked for at all?
    pub asked_for: bool,
    /// Remarks on the month.
    pub annotations: Vec<String>,
    /// What the month's actuals rest on; absent where nothing is known against it.
    #[serde(default, skip_serializing_if = "Reliability::is_firm")]
    pub ground: Reliability,
    /// Users by class.
    pub counts: ClassCounts,
    /// Totals by service.
    pub lines: Vec<LineTotal>,
    /// Up to the month.
    pub months: Vec<MonthCounts>,
    /// All months together; null where the Users are few.
    pub all: Option<Span>,
    /// The same without the months remarked on.
    pub unremarked: Option<Span>,
}

/// Makes the view of the last of the months. `None` where there is neither a User nor a forecast.
#[must_use]
pub fn view(kind: ForecastKind, f: &Forecasts) -> Option<ForecastView> {
    let (month, _) = f.months.last()?;
    if f.members.is_empty() && f.submissions.is_empty() {
        return None;
    }
    let variances = f.variances();
    let last = variances.last()?;
    let (all, unremarked) = variance::spans(&variances, month.low, month.high);
    // The difference of the two spans is the months remarked on: where few Users are in them, it would expose those.
    let few = |s: &Span| s.pairs > 0 && s.pairs < month.small_below;
    let open = !few(&all)
        && !few(&unremarked)
        && !(all.pairs > unremarked.pairs && all.pairs - unremarked.pairs < month.small_below);
    Some(ForecastView {
        kind,
        period: month.period,
        due: month.due,
        report_due: month.report_due,
        asked_for: month.asked_for,
        annotations: month.annotations.clone(),
        ground: last.ground.clone(),
        counts: grouped::by_class(last, month.small_below),
        lines: grouped::by_line(last, month.low, month.high, month.small_below),
        months: variances
            .iter()
            .zip(&f.months)
            .map(|(v, (m, _))| {
                month_counts(&grouped::by_class(v, m.small_below), v.period, &v.annotations)
            })
            .collect(),
        all: open.then_some(all),
        unremarked: open.then_some(unremarked),
    })
}

fn month_counts(c: &ClassCounts, period: Period, annotations: &[String]) -> MonthCounts {
    let of = |places: &[Place]| {
        c.places
            .iter()
            .zip(&c.all)
            .filter(|(p, _)| places.contains(p))
            .try_fold(0_u64, |sum, (_, n)| n.map(|n| sum + n))
    };
    MonthCounts {
        period,
        given: of(&[Place::Low, Place::Within, Place::High, Place::Uncompared]),
        late: of(&[Place::Late]),
        none: of(&[Place::None]),
        no_user: of(&[Place::NoUser]),
        annotations: annotations.to_vec(),
    }
}
