//! A measure in the days before and after a change, with intervals: an observation, not a cause.

use crate::{
    Answer, AppError, Context, Result, Table,
    answer::{Measured, count},
    evidence,
};
use northbound_measures::views::observation::Side;
use northbound_packs::observe::{MAX_DAYS, Observed, Row, observe as compare};
use northbound_registers::{
    Gate, Query,
    records::oversight::changes::{Change, Window},
};
use northbound_types::{Period, Quantity, Region, percent::percent_of};
use serde_json::json;

/// Which change, on which measure.
#[derive(Debug, Clone)]
pub struct ObserveRequest {
    /// The change; it needs a window.
    pub id: String,
    /// Measure.
    pub measure: String,
    /// Only this provider.
    pub provider: Option<String>,
    /// Only this region; the affected ones if not given.
    pub region: Option<Region>,
    /// Whole days on each side of the window, 1 to [`MAX_DAYS`].
    pub days: u16,
    /// Methodology to count by; the default one if not given.
    pub methodology: Option<String>,
}

/// A measure before and after a change.
#[derive(Debug, Clone)]
pub struct Observation {
    change: String,
    window: Window,
    methodology: String,
    manifest: String,
    observed: Observed,
    /// Id and title of every other change whose window falls into the days compared.
    overlapping: Vec<(String, String)>,
}

/// Decimals of a percentage in print.
const DECIMALS: u32 = 2;

/// Compares a measure before and after a change.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) where the change has no window,
/// [`Kind::Usage`](crate::error::Kind::Usage) where the number of days does not fit.
pub fn observe(ctx: &Context, request: &ObserveRequest) -> Result<Observation> {
    let days = request.days;
    if days == 0 || days > MAX_DAYS {
        return Err(AppError::usage(format!(
            "--days {days} is out of range; give 1 to {MAX_DAYS}"
        )));
    }
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let change = gate.show::<Change>(&request.id, ctx.as_at())?.record;
    let window = change.window().cloned().ok_or_else(|| AppError::refused(format!("{} has no window, so nothing can be compared before and after it; set one with `northbound change window` or `northbound change ran`", request.id)))?;
    let e = evidence::gather(
        ctx,
        &store,
        Period::Day(window.from.day()),
        request.methodology.as_deref(),
        &mut ctx.progress(),
    )?;
    let included = |r: &Row| {
        request.provider.as_deref().is_none_or(|p| p == r.provider)
            && match request.region {
                Some(g) => g == r.region,
                None => change.regions.is_empty() || change.regions.contains(&r.region),
            }
    };
    let observed =
        compare(&e, &request.measure, (window.from, window.to), i32::from(days), included)?;
    Ok(Observation {
        change: request.id.clone(),
        window,
        methodology: e.known.methodology.id.clone(),
        manifest: e.known.snapshot.root.hash.clone(),
        overlapping: overlapping(ctx, &gate, &request.id, &observed)?,
        observed,
    })
}

fn overlapping(
    ctx: &Context,
    gate: &Gate<'_>,
    id: &str,
    observed: &Observed,
) -> Result<Vec<(String, String)>> {
    let (from, to) = observed.span;
    let changes = gate.list::<Change>(&Query::as_at(ctx.as_at()))?;
    Ok(changes
        .into_iter()
        .filter(|k| k.id != id)
        .filter(|k| k.record.window().is_some_and(|w| w.from < to && w.to > from))
        .map(|k| (k.id, k.record.title))
        .collect())
}

impl Observation {
    /// A table of both sides, and the finding of each row in words.
    #[must_use]
    pub fn answer(&self) -> Answer {
        let seen = &self.observed;
        let json = json!({"change": self.change, "window": self.window, "measure": seen.measure, "methodology": self.methodology, "manifest": self.manifest, "rows": seen.rows, "also": self.overlapping, "notes": seen.notes});
        let mut answer = Answer::new(json).table(self.table());
        for o in &seen.rows {
            answer = answer.then(format!("{} {}: {}", o.provider, o.region, o.observation.finding));
        }
        for (id, title) in &self.overlapping {
            answer = answer.then(format!("Also in these days: {id}, {title}."));
        }
        for n in &seen.notes {
            answer = answer.then(format!("{n}."));
        }
        answer
    }

    fn table(&self) -> Table {
        let head = [
            "measure",
            "provider",
            "region",
            "when",
            "first day",
            "last day",
            ">in time",
            ">fell due",
            ">%",
            "interval",
            ">days left out",
        ];
        let mut t = Table::new("", &head).figures(&["%"]);
        for o in &self.observed.rows {
            for (when, s) in [("before", &o.observation.before), ("after", &o.observation.after)] {
                let (share, interval) = percentages(s);
                t.row([
                    self.observed.measure.clone(),
                    o.provider.clone(),
                    o.region.to_string(),
                    when.to_owned(),
                    s.first.to_string(),
                    s.last.to_string(),
                    count(s.counts.num),
                    count(s.counts.den),
                    share,
                    interval,
                    s.left_out.len().to_string(),
                ]);
                t.figure("%", Measured::share(s.counts, DECIMALS));
            }
        }
        t
    }
}

/// The share of one side and its interval, as percentages.
fn percentages(s: &Side) -> (String, String) {
    let percent =
        |q: &Quantity| q.share().and_then(|v| percent_of(&v, DECIMALS, &[])).unwrap_or_default();
    let share = s
        .counts
        .rational()
        .and_then(|v| percent_of(&v, DECIMALS, &[]))
        .unwrap_or_else(|| "no events".to_owned());
    let interval = s.interval.as_ref();
    let interval = interval.map(|i| format!("{} to {}", percent(&i.low), percent(&i.high)));
    (share, interval.unwrap_or_default())
}
