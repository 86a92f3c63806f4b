//! What a defect looks like as at a time: what it hits or that nobody knows, impact by class, decisions
//! made and pending, dates of the fix, events against expectation.

use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Table, count},
};
use northbound_measures::{
    smets1::expectation::{Held, hold},
    statistics::exact::decimal,
};
use northbound_packs::smets1::{expected, hit_list, month_counts};
use northbound_registers::{
    Gate, Query,
    records::smets1::{defects::Defect, occurrences::Occurrence},
};
use northbound_types::Day;
use serde_json::json;

/// Decimals of an expected number.
const DECIMALS: u32 = 2;

fn held(gate: &Gate<'_>, id: &str, d: &Defect, as_at: Day, ctx: &Ctx) -> Result<Option<Held>> {
    let Some(e) = &d.expectation else { return Ok(None) };
    let counts: Vec<Occurrence> = gate
        .list::<Occurrence>(&Query { lookup: Some(id.to_owned()), ..Query::as_at(ctx.as_at()) })?
        .into_iter()
        .map(|k| k.record)
        .collect();
    Ok(Some(hold(&expected(e), &month_counts(&counts), as_at)))
}

fn readings(h: &Held) -> Table {
    let mut t = Table::new(
        "Events against what is expected",
        &["reading", "from", "to", ">counted", ">expected by then", "pace", "months not counted"],
    );
    for r in &h.readings {
        let span = if r.whole { "for the whole stretch" } else { "for what was left of it" };
        let due = r.due.share().map(|v| decimal(&v, DECIMALS)).unwrap_or_default();
        t.row([
            format!("{}, {span}", r.unit),
            r.from.to_string(),
            r.to.to_string(),
            count(r.counted),
            due,
            r.pace.to_string(),
            r.missing.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        ]);
    }
    t
}

pub(super) fn pace(id: &str, ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let as_at = ctx.as_at.unwrap_or(ctx.now).day();
    let d = gate.show::<Defect>(id, ctx.as_at())?.record;
    let h = held(&gate, id, &d, as_at, ctx)?.ok_or_else(|| CliError::refused(format!("nobody says how many events of {id} are expected; give it with `northbound defect expect`")))?;
    let mut a = Answer::new(json!({"defect": id, "as_at": as_at, "expectation": d.expectation, "readings": h.readings, "open_questions": h.open_questions, "faster": h.flagged(), "words": h.words()}))
        .say(format!("{id}: {}.", h.words())).table(readings(&h));
    for q in &h.open_questions {
        a = a.then(format!("Open: {q}."));
    }
    Ok(a)
}

pub(super) fn status(id: &str, ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let as_at = ctx.as_at.unwrap_or(ctx.now).day();
    let k = gate.show::<Defect>(id, ctx.as_at())?;
    let d = &k.record;
    let standing = d.asked_in.as_ref().map(|a| gate.action_standing(a, ctx.as_at())).transpose()?;
    let lists = [("functions", &d.functions), ("SRVs", &d.srvs), ("attributes", &d.attributes)]
        .map(|(what, l)| (what, hit_list(l.as_deref(), d.asked_in.as_deref(), standing.as_ref())));
    let mut hits = Table::new("What it hits", &["what", "which"]);
    for (what, l) in &lists {
        hits.row([(*what).to_owned(), l.words.clone()]);
    }
    let mut impact =
        Table::new("Impact by class", &["class", "level", "standing", "by", "on", "note"]);
    for i in d.impact() {
        impact.row([
            i.class.clone(),
            i.level.to_string(),
            if i.provisional {
                format!("provisional until {}", i.review)
            } else {
                format!("reviewed at {}", i.review)
            },
            i.by.clone(),
            i.on.to_string(),
            i.note.clone(),
        ]);
    }
    let mut trail = Table::new("Bodies", &["body", "asked", "standing", "document"]);
    for t in &d.trail {
        trail.row([t.body.clone(), t.question.clone(), t.standing(as_at), t.document.clone()]);
    }
    let mut fixes = Table::new(
        "Dates of its fix, newest first",
        &["date", "as stated", "how sure", "says who", "given by", "on", "definition"],
    );
    for f in d.fixes.iter().rev() {
        fixes.row([
            f.date.map_or_else(|| "not told".to_owned(), |d| d.to_string()),
            f.stated.clone(),
            f.sure().to_owned(),
            f.confirmed_by.clone().unwrap_or_default(),
            f.by.clone(),
            f.on.to_string(),
            f.definition.clone().unwrap_or_default(),
        ]);
    }
    let not_assessed = d.not_assessed();
    let h = held(&gate, id, d, as_at, ctx)?;
    let mut a = Answer::new(json!({
        "defect": k, "as_at": as_at, "not_assessed": not_assessed, "asked_in": d.asked_in, "action": standing.as_ref().map(ToString::to_string),
        "hits": lists.iter().map(|(what, l)| (what.to_lowercase(), json!({"known": l.known, "words": l.words}))).collect::<serde_json::Map<_, _>>(),
        "impact": d.impact(), "trail": d.trail.iter().map(|t| json!({"body": t.body, "question": t.question, "pending": t.pending(as_at), "standing": t.standing(as_at)})).collect::<Vec<_>>(),
        "fix": d.fix().map(|f| json!({"date": f.date, "stated": f.stated, "confidence": f.sure(), "confirmed_by": f.confirmed_by, "by": f.by, "on": f.on})), "earlier_fixes": d.fixes.len().saturating_sub(1),
        "pace": h.as_ref().map(Held::words),
    })).say(format!("{id}: {} ({}).", d.title, d.state)).table(hits).table(impact).table(trail).table(fixes);
    if let Some(h) = &h {
        a = a.table(readings(h));
    }
    if !not_assessed.is_empty() {
        a = a.then(format!(
            "Not assessed: it lacks {}. No combination that it hits goes live.",
            not_assessed.join(" and ")
        ));
    }
    Ok(a)
}
