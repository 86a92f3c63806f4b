//! Statements on the service beside what was measured, and assurance work.

use crate::{
    Answer, Context, Result, Table, evidence,
    registers::{self, view, with_reason},
};
use northbound_measures::oversight::tension::{Beside, Tension};
use northbound_packs::oversight::held_against;
use northbound_registers::{
    Query, Receipt,
    records::feedback::statements::{Audit, Status},
};
use northbound_types::Period;
use serde_json::json;

/// The statements of a period: claims beside the measured figures, and notes.
///
/// # Errors
/// Where the registers or the ledger cannot be read, or the methodology is not known.
pub fn beside_figures(ctx: &Context, period: Period, methodology: Option<&str>) -> Result<Answer> {
    let of_period = Query { period: Some(period), ..Query::default() };
    let statements = registers::list::<Status>(ctx, &of_period)?;
    let store = ctx.store()?;
    let e = evidence::gather(ctx, &store, period, methodology, &mut ctx.progress())?;
    let known = evidence::rests_on(ctx, &store, &e)?;
    let results = e.evaluate()?;
    let mut t = Table::new(
        "Claims and measured figures",
        &["id", "claimed", "by", "text", "basis", "measured", "standing"],
    );
    let mut notes = Table::new("Notes, not part of any score", &["id", "on", "by", "text"]);
    let (mut out, mut in_tension) = (Vec::new(), 0);
    for k in &statements {
        let s = &k.record;
        let Some((tension, rows)) = held_against(s, &results) else {
            notes.row([k.id.clone(), s.on.to_string(), s.author.clone(), s.text.clone()]);
            out.push(json!({"id": k.id, "status": s, "tension": null, "beside": []}));
            continue;
        };
        if tension == Tension::InTension {
            in_tension += 1;
        }
        t.row([
            k.id.clone(),
            s.colour.map_or_else(String::new, |c| c.to_string()),
            s.author.clone(),
            s.text.clone(),
            if s.basis.is_empty() { "none given".to_owned() } else { s.basis.clone() },
            measured(&rows),
            tension.to_string(),
        ]);
        out.push(json!({"id": k.id, "status": s, "tension": tension, "beside": rows}));
    }
    Ok(Answer::new(json!({"period": period, "statements": out}))
        .say(format!(
            "{} statements on {period}, {in_tension} of them in tension with the figures.",
            statements.len()
        ))
        .say(known)
        .table(t)
        .table(notes))
}

/// The rows that are worse than the claim, or how many there are where none is.
fn measured(rows: &[Beside]) -> String {
    let worse: Vec<String> = rows
        .iter()
        .filter(|b| b.worse)
        .map(|b| format!("{} {} {}: {}", b.measure, b.provider, b.region, b.band.words()))
        .collect();
    if worse.is_empty() { format!("{} rows, none worse", rows.len()) } else { worse.join("; ") }
}

/// Adds a piece of assurance work.
///
/// # Errors
/// Where the registers refuse it.
pub fn add_audit(ctx: &Context, audit: &Audit) -> Result<Answer> {
    Ok(view::receipt(&registers::add(ctx, audit)?)
        .say("The result is a claim until evidence is attached (`audit evidence`)."))
}

/// Attaches a document that was received as evidence of assurance work.
///
/// # Errors
/// Where the document is not here.
pub fn attach_evidence(ctx: &Context, id: &str, document: &str, place: &str) -> Result<Receipt> {
    let store = ctx.store()?;
    let write = with_reason(ctx, "evidence attached");
    Ok(ctx.gate(&store).attach_evidence(id, document, place, &write)?)
}

/// Assurance work, each result marked as a claim or as backed by evidence.
///
/// # Errors
/// Where the registers cannot be read.
pub fn audit_log(ctx: &Context) -> Result<Answer> {
    let audits = registers::list::<Audit>(ctx, &Query::default())?;
    let head = ["id", "scope", "on", "result", "worth", "evidence", "reported by"];
    let mut t = Table::new("", &head);
    let mut out = Vec::new();
    for k in &audits {
        let a = &k.record;
        let worth = if a.evidence.is_some() { "evidence attached" } else { "claim" };
        t.row([
            k.id.clone(),
            a.scope.clone(),
            a.on.to_string(),
            a.result.clone(),
            worth.to_owned(),
            a.evidence.clone().unwrap_or_default(),
            a.told_by.clone(),
        ]);
        out.push(json!({"id": k.id, "audit": a, "worth": worth}));
    }
    Ok(Answer::new(json!({"audits": out})).table(t))
}
