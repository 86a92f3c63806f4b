//! A defect as at a time: what it hits, impact by class, decisions made and pending, dates of the fix,
//! events against expectation.

use super::against_expectation;
use crate::{Answer, AppError, Context, Result, Table, answer::count};
use northbound_measures::{smets1::expectation::Held, statistics::exact::decimal};
use northbound_packs::smets1::{HitList, hit_list};
use northbound_registers::{Stored, records::smets1::defects::Defect};
use northbound_types::Day;
use serde_json::{Value, json};

/// Decimals of an expected number.
const DECIMALS: u32 = 2;

/// The events of a defect, month by month, against what is expected.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) where nothing is expected of it.
pub fn pace(ctx: &Context, id: &str) -> Result<Answer> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let as_at = ctx.as_at.unwrap_or(ctx.now).day();
    let defect = gate.show::<Defect>(id, ctx.as_at())?;
    let h = against_expectation(ctx, &gate, &defect, as_at)?.ok_or_else(|| AppError::refused(format!("no expected number of events of {id} is recorded; add it with `northbound defect expect`")))?;
    let json = json!({"defect": id, "as_at": as_at, "expectation": defect.record.expectation, "readings": h.readings, "open_questions": h.open_questions, "faster": h.flagged(), "words": h.words()});
    let mut a = Answer::new(json).say(format!("{id}: {}.", h.words())).table(readings(&h));
    for q in &h.open_questions {
        a = a.then(format!("Open: {q}."));
    }
    Ok(a)
}

fn readings(h: &Held) -> Table {
    let mut t = Table::new(
        "Events compared with the expected number",
        &["reading", "from", "to", ">counted", ">expected by then", "pace", "months not counted"],
    );
    for r in &h.readings {
        let span = if r.whole { "for the whole period" } else { "for the rest of the period" };
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

/// Everything that is known of a defect, and what is not.
///
/// # Errors
/// Where there is no such defect.
pub fn status(ctx: &Context, id: &str) -> Result<Answer> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let as_at = ctx.as_at.unwrap_or(ctx.now).day();
    let k = gate.show::<Defect>(id, ctx.as_at())?;
    let d = &k.record;
    let asked = d.asked_in.as_ref().map(|a| gate.action_standing(a, ctx.as_at())).transpose()?;
    let hits = [("functions", &d.functions), ("SRVs", &d.srvs), ("attributes", &d.attributes)]
        .map(|(what, l)| (what, hit_list(l.as_deref(), d.asked_in.as_deref(), asked.as_ref())));
    let h = against_expectation(ctx, &gate, &k, as_at)?;
    let mut json = status_json(&k, as_at, &hits);
    json["action"] = json!(asked.as_ref().map(ToString::to_string));
    json["pace"] = json!(h.as_ref().map(Held::words));
    let mut a = Answer::new(json)
        .say(format!("{id}: {} ({}).", d.title, d.state))
        .table(hits_table(&hits))
        .table(impacts(d))
        .table(referrals(d, as_at))
        .table(fixes(d));
    if let Some(h) = &h {
        a = a.table(readings(h));
    }
    let not_assessed = d.not_assessed();
    if !not_assessed.is_empty() {
        a = a.then(format!(
            "Not assessed: it lacks {}. No affected combination may go live.",
            not_assessed.join(" and ")
        ));
    }
    Ok(a)
}

fn status_json(k: &Stored<Defect>, as_at: Day, hits: &[(&str, HitList)]) -> Value {
    let d = &k.record;
    json!({
        "defect": k, "as_at": as_at, "not_assessed": d.not_assessed(), "asked_in": d.asked_in,
        "hits": hits.iter().map(|(what, l)| (what.to_lowercase(), json!({"known": l.known, "words": l.words}))).collect::<serde_json::Map<_, _>>(),
        "impact": d.impact(), "trail": d.trail.iter().map(|t| json!({"body": t.body, "question": t.question, "pending": t.pending(as_at), "standing": t.standing(as_at)})).collect::<Vec<_>>(),
        "fix": d.fix().map(|f| json!({"date": f.date, "stated": f.stated, "confidence": f.sure(), "confirmed_by": f.confirmed_by, "by": f.by, "on": f.on})), "earlier_fixes": d.fixes.len().saturating_sub(1),
    })
}

fn hits_table(hits: &[(&str, HitList)]) -> Table {
    let mut t = Table::new("Scope", &["what", "which"]);
    for (what, l) in hits {
        t.row([(*what).to_owned(), l.words.clone()]);
    }
    t
}

fn impacts(d: &Defect) -> Table {
    let mut t = Table::new("Impact by class", &["class", "level", "standing", "by", "on", "note"]);
    for i in d.impact() {
        t.row([
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
    t
}

fn referrals(d: &Defect, as_at: Day) -> Table {
    let mut t = Table::new("Bodies", &["body", "asked", "standing", "document"]);
    for r in &d.trail {
        t.row([r.body.clone(), r.question.clone(), r.standing(as_at), r.document.clone()]);
    }
    t
}

fn fixes(d: &Defect) -> Table {
    let mut t = Table::new(
        "Dates of the fix, newest first",
        &["date", "as stated", "confidence", "stated by", "given by", "on", "definition"],
    );
    for f in d.fixes.iter().rev() {
        t.row([
            f.date.map_or_else(|| "not stated".to_owned(), |d| d.to_string()),
            f.stated.clone(),
            f.sure().to_owned(),
            f.confirmed_by.clone().unwrap_or_default(),
            f.by.clone(),
            f.on.to_string(),
            f.definition.clone().unwrap_or_default(),
        ]);
    }
    t
}
