//! What is known of incidents at a time.

use super::{ListArgs, WhichArgs, events, judging, known_lives, moment};
use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Table},
};
use northbound_measures::incidents::{
    Life,
    clock::{Occasion, Standing, occasions},
    response::responses,
};
use northbound_types::{IncidentId, Utc};
use serde_json::json;

pub(super) fn time(t: Option<Utc>) -> String {
    t.map(|t| t.to_string()).unwrap_or_default()
}
pub(super) fn category(c: Option<u8>) -> String {
    c.map_or_else(|| "?".to_owned(), |c| c.to_string())
}
fn state(l: &Life) -> String {
    if l.suspended { "open (suspended)".to_owned() } else { l.state.to_string() }
}

pub(super) fn list(a: &ListArgs, ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    let which = a.which.which();
    let mine: Vec<Life> = known_lives(ctx, &store)?
        .into_iter()
        .filter(|l| which.takes(l) && a.state.is_none_or(|s| l.state == s))
        .collect();
    let mut t = Table::new(
        "",
        &[
            "incident",
            "state",
            "category",
            "area",
            "provider",
            "responsible",
            "opened (UTC)",
            "resolved (UTC)",
            "closed (UTC)",
            "escalated to",
            "title",
        ],
    );
    for l in &mine {
        let text = |o: &Option<String>| o.clone().unwrap_or_default();
        t.row([
            l.incident.to_string(),
            state(l),
            category(l.category),
            text(&l.area),
            text(&l.provider),
            text(&l.responsible),
            time(l.opened),
            time(l.resolved),
            time(l.closed),
            text(&l.escalated_to),
            l.title.clone(),
        ]);
    }
    Ok(Answer::new(json!({"as_at": moment(ctx), "incidents": mine})).table(t))
}

fn find(ctx: &Ctx, all: Vec<Life>, id: IncidentId) -> Result<Life> {
    all.into_iter().find(|l| l.incident == id).ok_or_else(|| {
        CliError::not_found(format!(
            "nothing is known of {id} at {}; `northbound incident list` shows what is",
            moment(ctx)
        ))
    })
}

fn standing(o: &Occasion) -> String {
    match &o.standing {
        Standing::InTime => "resolved in time".to_owned(),
        Standing::Late => "resolved after its target time".to_owned(),
        Standing::Overdue => "past its target time".to_owned(),
        Standing::Running if o.due.is_none() => "its clock stands still".to_owned(),
        Standing::Running => "within its target time".to_owned(),
        Standing::Unknown { why } => format!("cannot be said: {why}"),
    }
}

pub(super) fn show(id: IncidentId, ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    let l = find(ctx, known_lives(ctx, &store)?, id)?;
    let clock = occasions(&l, &judging(ctx, &store)?, moment(ctx));
    let mut t = Table::new("", &["incident", &id.to_string()]);
    let text = |o: &Option<String>| o.clone().unwrap_or_default();
    for (k, v) in [
        ("title", l.title.clone()),
        ("state", state(&l)),
        ("category", category(l.category)),
        ("area", text(&l.area)),
        ("provider", text(&l.provider)),
        ("responsible", text(&l.responsible)),
        ("opened (UTC)", time(l.opened)),
        ("resolved (UTC)", time(l.resolved)),
        ("closed (UTC)", time(l.closed)),
        ("escalated to", text(&l.escalated_to)),
        ("escalations", l.escalations.to_string()),
        ("opened again", l.reopened.to_string()),
        ("merged into", l.merged_into.map(|i| i.to_string()).unwrap_or_default()),
        ("events", l.steps.len().to_string()),
    ] {
        t.row([k.to_owned(), v]);
    }
    for f in &l.findings {
        t.row(["does not fit".to_owned(), f.clone()]);
    }
    let mut c = Table::new(
        "Clock",
        &["opened (UTC)", "target time ends (UTC)", "resolved (UTC)", "standing"],
    );
    for o in &clock {
        c.row([o.opened.to_string(), time(o.due), time(o.ended), standing(o)]);
    }
    let answered = responses(&l, &judging(ctx, &store)?, moment(ctx));
    let mut r =
        Table::new("Initial response", &["opened (UTC)", "due (UTC)", "came (UTC)", "standing"]);
    for x in &answered {
        r.row([
            x.opened.to_string(),
            time(x.due),
            time(x.at),
            match &x.standing {
                Standing::InTime => "in time".to_owned(),
                Standing::Late => "late".to_owned(),
                Standing::Running | Standing::Overdue => "not due yet".to_owned(),
                Standing::Unknown { why } => format!("cannot be said: {why}"),
            },
        ]);
    }
    Ok(Answer::new(
        json!({"as_at": moment(ctx), "incident": l, "occasions": clock, "responses": answered}),
    )
    .table(t)
    .table(c)
    .table(r))
}

pub(super) fn history(id: IncidentId, ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    let l = find(ctx, known_lives(ctx, &store)?, id)?;
    let mut t = Table::new(
        "",
        &["happened (UTC)", "known since (UTC)", "event", "state after", "what", "by", "record"],
    );
    for s in &l.steps {
        t.row([
            if s.dated { s.at.to_string() } else { format!("by {}", s.at) },
            s.known.to_string(),
            s.event.to_string(),
            s.after.to_string(),
            s.text.clone(),
            s.by.clone(),
            s.id.clone(),
        ]);
    }
    Ok(Answer::new(
        json!({"as_at": moment(ctx), "incident": id, "history": l.steps, "findings": l.findings}),
    )
    .table(t))
}

/// In the layout that `incident import` reads.
pub(super) fn export(w: &WhichArgs, ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    let which = w.which();
    let mine: Vec<IncidentId> =
        known_lives(ctx, &store)?.iter().filter(|l| which.takes(l)).map(|l| l.incident).collect();
    let mut rows: Vec<_> = events(ctx, &store)?
        .into_iter()
        .filter(|e| e.known_at(moment(ctx)) && mine.contains(&e.incident))
        .collect();
    rows.sort_by(|a, b| {
        (a.incident, a.moment(), a.known, &a.id).cmp(&(b.incident, b.moment(), b.known, &b.id))
    });
    let mut t = Table::new(
        "",
        &[
            "incident",
            "event",
            "at",
            "known",
            "category",
            "responsible",
            "area",
            "provider",
            "to",
            "into",
            "text",
            "by",
        ],
    );
    for e in &rows {
        let text = |o: &Option<String>| o.clone().unwrap_or_default();
        t.row([
            e.incident.to_string(),
            e.event.to_string(),
            e.at.map_or_else(|| "?".to_owned(), |t| t.to_string()),
            e.known.to_string(),
            e.category.map(|c| c.to_string()).unwrap_or_default(),
            text(&e.responsible),
            text(&e.area),
            text(&e.provider),
            text(&e.to),
            e.into.map(|i| i.to_string()).unwrap_or_default(),
            e.text.clone(),
            e.by.clone(),
        ]);
    }
    Ok(Answer::new(json!({"as_at": moment(ctx), "events": rows})).table(t))
}
