//! `change observe`: a measure before and after a change, with intervals and never as cause.

use crate::{
    context::Ctx,
    error::{CliError, Result},
    evidence,
    output::{Answer, Table, count},
};
use clap::Args;
use northbound_measures::views::observation::Side;
use northbound_packs::observe::{MAX_DAYS, Row, observe};
use northbound_registers::{Query, records::oversight::changes::Change};
use northbound_types::{Period, Quantity, Region, percent::percent_of};
use serde_json::json;

/// Which change, on which measure.
#[derive(Debug, Clone, Args)]
pub(crate) struct ObserveArgs {
    /// The change
    id: String,
    /// Measure
    #[arg(long, value_name = "ID")]
    measure: String,
    /// Only this provider
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Only this region. Default: those that the change touches
    #[arg(long)]
    region: Option<Region>,
    /// Whole days on each side of the window
    #[arg(long, default_value_t = 7, value_name = "N")]
    days: u16,
    /// How to count
    #[arg(long, value_name = "ID")]
    methodology: Option<String>,
}

/// Decimals in print.
const DECIMALS: u32 = 2;

pub(super) fn run(a: &ObserveArgs, ctx: &Ctx) -> Result<Answer> {
    if a.days == 0 || a.days > MAX_DAYS {
        return Err(CliError::usage(format!(
            "--days {} does not fit; give 1 to {MAX_DAYS}",
            a.days
        )));
    }
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let change = gate.show::<Change>(&a.id, ctx.as_at())?.record;
    let window = change.window().ok_or_else(|| CliError::refused(format!("{} has no window, so there is no before and after; give one with `northbound change window` or `northbound change ran`", a.id)))?;
    let mut progress = ctx.progress();
    let e = evidence::gather(
        ctx,
        &store,
        Period::Day(window.from.day()),
        a.methodology.as_deref(),
        &mut progress,
    )?;
    let takes = |r: &Row| {
        a.provider.as_deref().is_none_or(|p| p == r.provider)
            && match a.region {
                Some(g) => g == r.region,
                None => change.regions.is_empty() || change.regions.contains(&r.region),
            }
    };
    let seen = observe(&e, &a.measure, (window.from, window.to), i32::from(a.days), takes)?;
    drop(progress);
    let mut t = Table::new(
        "",
        &[
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
        ],
    );
    for o in &seen.rows {
        for (when, s) in [("before", &o.observation.before), ("after", &o.observation.after)] {
            let (share, interval) = words(s);
            t.row([
                seen.measure.clone(),
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
        }
    }
    // Whatever else ran in those days is told with it.
    let others: Vec<(String, String)> = gate
        .list::<Change>(&Query::as_at(ctx.as_at()))?
        .into_iter()
        .filter(|k| k.id != a.id)
        .filter(|k| k.record.window().is_some_and(|w| w.from < seen.span.1 && w.to > seen.span.0))
        .map(|k| (k.id, k.record.title))
        .collect();
    let mut answer = Answer::new(json!({"change": a.id, "window": window, "measure": seen.measure, "methodology": e.known.methodology.id, "manifest": e.known.snapshot.root.hash, "rows": seen.rows, "also": others, "notes": seen.notes})).table(t);
    for o in &seen.rows {
        answer = answer.then(format!("{} {}: {}", o.provider, o.region, o.observation.finding));
    }
    for (id, title) in &others {
        answer = answer.then(format!("In the same days: {id}, {title}."));
    }
    for n in &seen.notes {
        answer = answer.then(format!("{n}."));
    }
    Ok(answer)
}

fn words(s: &Side) -> (String, String) {
    let percent =
        |q: &Quantity| q.share().and_then(|v| percent_of(&v, DECIMALS, &[])).unwrap_or_default();
    let share = s
        .counts
        .rational()
        .and_then(|v| percent_of(&v, DECIMALS, &[]))
        .unwrap_or_else(|| "no events".to_owned());
    (
        share,
        s.interval
            .as_ref()
            .map(|i| format!("{} to {}", percent(&i.low), percent(&i.high)))
            .unwrap_or_default(),
    )
}
