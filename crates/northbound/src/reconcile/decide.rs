//! What earlier runs found and what was decided, so that next month's run knows it.

use super::ReconcileArgs;
use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Table, signed},
    registers::{receipt_answer, text},
};
use clap::Args;
use northbound_measures::reconcile::{Known, Outcome, Report, known};
use northbound_registers::{
    Gate, Noun, Query,
    records::data::reconciliations::{Decision, Difference, Reconciliation, Status},
};
use serde_json::json;

/// A decision.
#[derive(Debug, Clone, Args)]
pub(crate) struct DecideArgs {
    /// Id of the difference (d-…)
    id: String,
    /// open, in-work, explained, accepted or fixed
    #[arg(long)]
    status: Status,
    /// Whose it is
    #[arg(long, default_value = "")]
    owner: String,
    /// What was decided, in words
    #[arg(long, default_value = "")]
    decision: String,
    /// The source whose count is published
    #[arg(long, value_name = "NAME")]
    pick: Option<String>,
}

pub(super) fn decide(a: &DecideArgs, ctx: &Ctx) -> Result<Answer> {
    if a.status.decided() && a.decision.trim().is_empty() {
        return Err(CliError::input(format!(
            "a difference that is {} needs its decision in words: --decision 'what'",
            a.status
        )));
    }
    let store = ctx.store()?;
    let decision = Decision {
        status: a.status,
        owner: a.owner.clone(),
        decision: a.decision.clone(),
        pick: a.pick.clone(),
    };
    let mut write = ctx.write();
    if write.reason.is_empty() {
        write.reason =
            if a.decision.is_empty() { format!("now {}", a.status) } else { a.decision.clone() };
    }
    Ok(receipt_answer(&ctx.gate(&store).decide(&a.id, &decision, &write)?)
        .then("The next run over the same sources and keys shows it."))
}

pub(super) fn list(ctx: &Ctx) -> Result<Answer> {
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
    let mut d = Table::new(
        "Differences",
        &["id", "key", "class", ">a − b (messages)", "status", "owner", "decision"],
    );
    for k in &found {
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
    Ok(Answer::new(json!({"runs": runs, "differences": found})).table(t).table(d))
}

pub(super) fn show(ctx: &Ctx, id: &str) -> Result<Answer> {
    if id.starts_with("d-") {
        return crate::registers::history(Noun::Difference, id, ctx);
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
        t.row([k.clone(), text(Some(v))]);
    }
    let mut d = Table::new(
        "Differences that it was the last to see",
        &["id", "key", "class", ">a − b (messages)", "status", "owner", "decision"],
    );
    for k in &found {
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
    Ok(Answer::new(json!({"run": run, "differences": found})).table(t).table(d))
}

/// What is known of differences, for the comparison.
pub(super) fn known(gate: &Gate<'_>, ctx: &Ctx) -> Result<Vec<Known>> {
    gate.list::<Difference>(&Query::as_at(ctx.as_at()))?
        .into_iter()
        .filter(|k| k.record.status != Status::Open)
        .map(|k| {
            let r = k.record;
            let status = r
                .status
                .as_str()
                .parse()
                .map_err(|e| CliError::internal(format!("difference {}: {e}", k.id)))?;
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

/// Keeps a run with its differences; the run's id.
pub(super) fn keep(
    gate: &Gate<'_>,
    ctx: &Ctx,
    args: &ReconcileArgs,
    report: &Report,
) -> Result<String> {
    let mut found = Vec::new();
    for pair in &report.pairs {
        for line in pair.lines.iter().filter(|l| l.outcome != Outcome::Match || !l.parts.is_empty())
        {
            // The kept record names the source whose name sorts first as `a`, whichever was named first.
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
        note: args.period.map(|p| format!("only {p}")).unwrap_or_default(),
    };
    let mut write = ctx.write();
    write.expect_version = None;
    Ok(gate.reconcile(&run, &found, &write)?.first().map(|r| r.id.clone()).unwrap_or_default())
}
