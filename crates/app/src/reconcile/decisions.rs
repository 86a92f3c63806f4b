//! Earlier runs and the decisions on their differences, which the next run takes into account.

use crate::{
    answer::{Answer, Table, signed},
    context::Context,
    error::{AppError, Result},
    registers::{self, view},
};
use northbound_measures::reconcile::{Known, Report, known};
use northbound_registers::{
    Gate, Noun, Query, Stored,
    records::data::reconciliations::{Difference, Reconciliation},
};
use northbound_types::Period;
use serde_json::json;

pub use northbound_registers::records::data::reconciliations::{Decision, Status};

/// Records a decision on the difference `id`.
///
/// # Errors
/// Where a decided status has no decision in words, there is no such difference, or the Actor lacks the
/// right.
pub fn decide(ctx: &Context, id: &str, decision: &Decision) -> Result<Answer> {
    let (status, words) = (decision.status, &decision.decision);
    if status.decided() && words.trim().is_empty() {
        return Err(AppError::input(format!(
            "a difference that is {status} needs its decision in words: --decision 'what'"
        )));
    }
    let store = ctx.store()?;
    let mut write = ctx.write();
    if write.reason.is_empty() {
        write.reason = if words.is_empty() { format!("now {status}") } else { words.clone() };
    }
    Ok(view::receipt(&ctx.gate(&store).decide(id, decision, &write)?)
        .then("The next run over the same sources and keys shows it."))
}

/// Every recorded run, and every difference with its decision.
///
/// # Errors
/// Where the registers cannot be read.
pub fn list(ctx: &Context) -> Result<Answer> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let runs = gate.list::<Reconciliation>(&Query::as_at(ctx.as_at()))?;
    let mut t = Table::new("Runs", &["id", "sources", "keys", "periods", "recorded (UTC)", "by"]);
    for k in &runs {
        t.row([
            k.id.clone(),
            k.record.sources.join(" | "),
            k.record.keys.join(","),
            k.record.periods.join(" "),
            k.recorded.to_string(),
            k.actor.clone(),
        ]);
    }
    let found = gate.list::<Difference>(&Query::as_at(ctx.as_at()))?;
    let d = differences("Differences", &found);
    Ok(Answer::new(json!({"runs": runs, "differences": found})).table(t).table(d))
}

/// A run with its differences, or a difference (`d-…`) with its history.
///
/// # Errors
/// Where there is none of this id.
pub fn show(ctx: &Context, id: &str) -> Result<Answer> {
    if id.starts_with("d-") {
        let versions = registers::history(ctx, Noun::Difference, id)?;
        return Ok(view::history(Noun::Difference, id, &versions));
    }
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let run = gate.show::<Reconciliation>(id, ctx.as_at())?;
    let found: Vec<_> = gate
        .list::<Difference>(&Query::as_at(ctx.as_at()))?
        .into_iter()
        .filter(|k| k.record.reconciliation == id)
        .collect();
    let mut t = Table::new("", &["run", id]);
    for (k, v) in json!(run.record).as_object().into_iter().flatten() {
        t.row([k.clone(), view::text(Some(v))]);
    }
    let d = differences("Differences last seen in this run", &found);
    Ok(Answer::new(json!({"run": run, "differences": found})).table(t).table(d))
}

fn differences(title: &str, found: &[Stored<Difference>]) -> Table {
    let mut d = Table::new(
        title,
        &["id", "key", "class", ">a − b (messages)", "status", "owner", "decision"],
    );
    for k in found {
        let r = &k.record;
        d.row([
            k.id.clone(),
            r.key.clone(),
            r.class.clone(),
            signed(r.amount),
            r.status.to_string(),
            r.owner.clone(),
            r.decision.clone(),
        ]);
    }
    d
}

/// The decisions on earlier differences, for the comparison.
pub(super) fn known(ctx: &Context, gate: &Gate<'_>) -> Result<Vec<Known>> {
    gate.list::<Difference>(&Query::as_at(ctx.as_at()))?
        .into_iter()
        .filter(|k| k.record.status != Status::Open)
        .map(|k| {
            let r = k.record;
            let status = r
                .status
                .as_str()
                .parse()
                .map_err(|e| AppError::internal(format!("difference {}: {e}", k.id)))?;
            Ok(Known {
                cause: r.class.parse().ok(),
                key: r.key,
                standing_key: r.standing_key,
                amount: r.amount,
                status,
                owner: r.owner,
                decision: r.decision,
                pick: r.pick,
            })
        })
        .collect()
}

/// Records a run with its differences and returns the id of the run.
pub(super) fn record(
    ctx: &Context,
    gate: &Gate<'_>,
    period: Option<Period>,
    report: &Report,
) -> Result<String> {
    let mut found = Vec::new();
    for pair in &report.pairs {
        for line in pair.lines.iter().filter(|l| l.differs()) {
            // The record names the source whose name sorts first as `a`, whichever the request named first.
            let (count_a, count_b, amount) = if pair.a <= pair.b {
                (line.a, line.b, line.difference)
            } else {
                (line.b, line.a, line.difference.saturating_neg())
            };
            found.push(Difference {
                key: line.key.clone(),
                standing_key: line.standing_key.clone(),
                reconciliation: String::new(),
                party: None,
                period: known::PERIOD_KEYS
                    .iter()
                    .find_map(|k| line.keys.get(*k))
                    .cloned()
                    .unwrap_or_default(),
                class: line.main_cause().map_or_else(|| "match".to_owned(), |c| c.to_string()),
                count_a,
                count_b,
                amount,
                status: Status::Open,
                owner: String::new(),
                decision: String::new(),
                decided_by: String::new(),
                pick: None,
                known_from: None,
            });
        }
    }
    let totals: Vec<_> =
        report.pairs.iter().map(|p| json!({"a": p.a, "b": p.b, "totals": p.totals})).collect();
    let run = Reconciliation {
        sources: report.sources.iter().map(|s| s.name.clone()).collect(),
        keys: report.keys.clone(),
        periods: report.periods.clone(),
        party: None,
        totals: json!(totals),
        note: period.map(|p| format!("only {p}")).unwrap_or_default(),
    };
    let mut write = ctx.write();
    write.expect_version = None;
    Ok(gate.reconcile(&run, &found, &write)?.first().map(|r| r.id.clone()).unwrap_or_default())
}
