//! What is known of incidents at a time.

use super::{
    events, incident_rules, known_lives, moment,
    view::{category, resolution, response, state, text, time},
};
use crate::{Answer, AppError, Context, Result, Table};
use northbound_measures::incidents::{
    IncidentEvent, Life, Which,
    clock::{Occasion, occasions},
    response::{Response, responses},
};
use northbound_types::{IncidentId, IncidentState};
use serde_json::json;

/// The incidents asked for, in one state or in all.
///
/// # Errors
/// Where the registers cannot be read.
pub fn list(ctx: &Context, which: &Which, in_state: Option<IncidentState>) -> Result<Answer> {
    let store = ctx.store()?;
    let mut incidents = known_lives(ctx, &store)?;
    incidents.retain(|l| which.takes(l) && in_state.is_none_or(|s| l.state == s));
    let head = [
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
    ];
    let mut t = Table::new("", &head);
    for l in &incidents {
        t.row([
            l.incident.to_string(),
            state(l),
            category(l.category),
            text(l.area.as_ref()),
            text(l.provider.as_ref()),
            text(l.responsible.as_ref()),
            time(l.opened),
            time(l.resolved),
            time(l.closed),
            text(l.escalated_to.as_ref()),
            l.title.clone(),
        ]);
    }
    Ok(Answer::new(json!({"as_at": moment(ctx), "incidents": incidents})).table(t))
}

fn find(ctx: &Context, lives: Vec<Life>, id: IncidentId) -> Result<Life> {
    lives.into_iter().find(|l| l.incident == id).ok_or_else(|| {
        AppError::not_found(format!(
            "nothing is known of {id} at {}; `northbound incident list` lists the known ones",
            moment(ctx)
        ))
    })
}

/// One incident: its state, and its clocks for resolution and initial response.
///
/// # Errors
/// Where nothing is known of it.
pub fn show(ctx: &Context, id: IncidentId) -> Result<Answer> {
    let store = ctx.store()?;
    let l = find(ctx, known_lives(ctx, &store)?, id)?;
    let rules = incident_rules(ctx, &store)?;
    let occasions = occasions(&l, &rules, moment(ctx));
    let responses = responses(&l, &rules, moment(ctx));
    Ok(Answer::new(
        json!({"as_at": moment(ctx), "incident": l, "occasions": occasions, "responses": responses}),
    )
    .table(facts(&l))
    .table(clock(&occasions))
    .table(initial_responses(&responses)))
}

fn facts(l: &Life) -> Table {
    let mut t = Table::new("", &["incident", &l.incident.to_string()]);
    for (key, value) in [
        ("title", l.title.clone()),
        ("state", state(l)),
        ("category", category(l.category)),
        ("area", text(l.area.as_ref())),
        ("provider", text(l.provider.as_ref())),
        ("responsible", text(l.responsible.as_ref())),
        ("opened (UTC)", time(l.opened)),
        ("resolved (UTC)", time(l.resolved)),
        ("closed (UTC)", time(l.closed)),
        ("escalated to", text(l.escalated_to.as_ref())),
        ("escalations", l.escalations.to_string()),
        ("reopened", l.reopened.to_string()),
        ("merged into", l.merged_into.map(|i| i.to_string()).unwrap_or_default()),
        ("events", l.steps.len().to_string()),
    ] {
        t.row([key.to_owned(), value]);
    }
    for f in &l.findings {
        t.row(["inconsistencies".to_owned(), f.clone()]);
    }
    t
}

fn clock(occasions: &[Occasion]) -> Table {
    let mut t = Table::new(
        "Clock",
        &["opened (UTC)", "target time ends (UTC)", "resolved (UTC)", "standing"],
    );
    for o in occasions {
        t.row([o.opened.to_string(), time(o.due), time(o.ended), resolution(o)]);
    }
    t
}

fn initial_responses(responses: &[Response]) -> Table {
    let mut t = Table::new(
        "Initial response",
        &["opened (UTC)", "due (UTC)", "received (UTC)", "standing"],
    );
    for r in responses {
        t.row([r.opened.to_string(), time(r.due), time(r.at), response(&r.standing)]);
    }
    t
}

/// Every event of one incident, with since when it is known.
///
/// # Errors
/// Where nothing is known of it.
pub fn history(ctx: &Context, id: IncidentId) -> Result<Answer> {
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

/// The events of the incidents asked for, in the columns that an import reads.
///
/// # Errors
/// Where the registers cannot be read.
pub fn export(ctx: &Context, which: &Which) -> Result<Answer> {
    let store = ctx.store()?;
    let of_interest: Vec<IncidentId> =
        known_lives(ctx, &store)?.iter().filter(|l| which.takes(l)).map(|l| l.incident).collect();
    let mut rows = events(ctx, &store)?;
    rows.retain(|e| e.known_at(moment(ctx)) && of_interest.contains(&e.incident));
    rows.sort_by(|a, b| {
        (a.incident, a.moment(), a.known, &a.id).cmp(&(b.incident, b.moment(), b.known, &b.id))
    });
    let head = [
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
    ];
    let mut t = Table::new("", &head);
    for e in &rows {
        t.row(exported(e));
    }
    Ok(Answer::new(json!({"as_at": moment(ctx), "events": rows})).table(t))
}

fn exported(e: &IncidentEvent) -> [String; 12] {
    [
        e.incident.to_string(),
        e.event.to_string(),
        e.at.map_or_else(|| "?".to_owned(), |t| t.to_string()),
        e.known.to_string(),
        e.category.map(|c| c.to_string()).unwrap_or_default(),
        text(e.responsible.as_ref()),
        text(e.area.as_ref()),
        text(e.provider.as_ref()),
        text(e.to.as_ref()),
        e.into.map(|i| i.to_string()).unwrap_or_default(),
        e.text.clone(),
        e.by.clone(),
    ]
}
