//! Events that people note. What cannot follow the state of an incident is refused.

use super::{AddArgs, EventArgs};
use crate::{
    context::Ctx,
    error::{CliError, Kind, Result},
    output::Answer,
    registers::{receipt_answer, sayer},
};
use northbound_measures::incidents::lives;
use northbound_registers::{
    Receipt, Store, Write,
    records::service::incidents::{IncidentEvent, own_id},
};
use northbound_types::{IncidentEventKind, IncidentId, IncidentState, Utc};

/// Everything known of an incident now: its state, and how many events there are.
fn standing(ctx: &Ctx, store: &Store, id: IncidentId) -> Result<(Option<IncidentState>, i64)> {
    let events = super::events(
        &ctx.with(northbound_app::Context { as_at: None, ..ctx.app.clone() }),
        store,
    )?;
    let found = lives(&events, ctx.now).into_iter().find(|l| l.incident == id);
    Ok(found
        .map_or((None, 0), |l| (Some(l.state), i64::try_from(l.steps.len()).unwrap_or(i64::MAX))))
}

/// A time that has not come yet is no event.
fn not_ahead(ctx: &Ctx, what: &str, at: Option<Utc>) -> Result<()> {
    match at {
        Some(t) if t > ctx.now => {
            Err(CliError::usage(format!("--{what} {t} has not come yet; it is {}", ctx.now)))
        }
        _ => Ok(()),
    }
}

fn may_follow(
    state: Option<IncidentState>,
    id: IncidentId,
    event: IncidentEventKind,
) -> Result<()> {
    if state.is_none() && event != IncidentEventKind::Opened {
        return Err(CliError::not_found(format!(
            "there is no incident {id}; `northbound incident list` shows what there is, `incident add` opens one"
        )));
    }
    IncidentState::after(state, event).map(|_| ()).map_err(|why| CliError::refused(format!("{id}: {event} cannot follow: {why}; `northbound incident history {id}` shows what happened")))
}

fn keep(ctx: &Ctx, store: &Store, e: &IncidentEvent, known: Option<Utc>) -> Result<Receipt> {
    let write = Write { known, expect_version: None, ..ctx.write() };
    Ok(ctx.gate(store).add(e, &write)?)
}

fn expect(ctx: &Ctx, id: IncidentId, held: i64) -> Result<()> {
    match ctx.expect_version.filter(|v| *v != held) {
        Some(v) => Err(CliError::new(
            Kind::Conflict,
            "registers.version",
            format!("{id} has {held} events, not {v}; read it again and repeat the change"),
        )),
        None => Ok(()),
    }
}

pub(super) fn add(a: &AddArgs, ctx: &Ctx) -> Result<Answer> {
    not_ahead(ctx, "at", a.at)?;
    not_ahead(ctx, "known", a.known)?;
    let store = ctx.store()?;
    let at = a.at.unwrap_or(ctx.now);
    let id = a.id.unwrap_or_else(|| own_id(&format!("{at}|{}", a.title)));
    let (state, _) = standing(ctx, &store, id)?;
    if state.is_some() {
        return Err(CliError::new(
            Kind::Conflict,
            "registers.exists",
            format!(
                "{id} is already kept; note what happened to it with `northbound incident event {id} …`"
            ),
        ));
    }
    let e = IncidentEvent {
        category: a.category.map(i64::from),
        responsible: a.responsible.clone(),
        area: a.area.clone(),
        provider: a.provider.clone(),
        text: a.title.clone(),
        ..IncidentEvent::new(
            id,
            IncidentEventKind::Opened,
            Some(at),
            &sayer(a.by.as_deref(), &ctx.actor),
        )
    };
    Ok(said(&keep(ctx, &store, &e, a.known)?, id, "opened"))
}

/// The receipt, with the incident's own id before the record's.
fn said(r: &Receipt, id: IncidentId, what: &str) -> Answer {
    let mut a = receipt_answer(r);
    a.said.insert(0, format!("{id}: {what}."));
    if let Some(o) = a.json.as_object_mut() {
        o.insert("incident".to_owned(), id.to_string().into());
    }
    a
}

pub(super) fn event(a: &EventArgs, ctx: &Ctx) -> Result<Answer> {
    not_ahead(ctx, "at", a.at)?;
    not_ahead(ctx, "known", a.known)?;
    let store = ctx.store()?;
    let (state, held) = standing(ctx, &store, a.id)?;
    may_follow(state, a.id, a.event)?;
    expect(ctx, a.id, held)?;
    if let Some(into) = a.into
        && standing(ctx, &store, into)?.0.is_none()
    {
        return Err(CliError::not_found(format!("--into {into}: there is no such incident")));
    }
    let at = if a.undated { None } else { Some(a.at.unwrap_or(ctx.now)) };
    let e = IncidentEvent {
        category: a.category.map(i64::from),
        responsible: a.responsible.clone(),
        area: a.area.clone(),
        provider: a.provider.clone(),
        to: a.to.clone(),
        into: a.into,
        text: a.text.clone(),
        ..IncidentEvent::new(a.id, a.event, at, &sayer(a.by.as_deref(), &ctx.actor))
    };
    Ok(said(&keep(ctx, &store, &e, a.known)?, a.id, a.event.as_str()))
}

pub(super) fn change(id: IncidentId, set: &[String], at: Option<Utc>, ctx: &Ctx) -> Result<Answer> {
    not_ahead(ctx, "at", at)?;
    if ctx.reason.trim().is_empty() {
        return Err(CliError::new(
            Kind::Refused,
            "registers.reason",
            "to change an incident needs a reason: give it with --reason 'why'",
        ));
    }
    let store = ctx.store()?;
    let (state, held) = standing(ctx, &store, id)?;
    may_follow(state, id, IncidentEventKind::Comment)?;
    expect(ctx, id, held)?;
    let base =
        |kind| IncidentEvent::new(id, kind, Some(at.unwrap_or(ctx.now)), &sayer(None, &ctx.actor));
    let mut all = Vec::new();
    for s in set {
        let (key, value) =
            s.split_once('=').ok_or_else(|| CliError::usage(format!("{s:?} is not KEY=VALUE")))?;
        let text = Some(value.to_owned()).filter(|v| !v.is_empty()).ok_or_else(|| CliError::usage(format!("{key} needs a value: what happened to an incident is not cleared; retract the event instead")))?;
        all.push(match key {
            "category" => IncidentEvent { category: Some(value.parse().map_err(|_| CliError::usage(format!("category={value}: a category is 1 to 5")))?), text: ctx.reason.clone(), ..base(IncidentEventKind::Category) },
            "responsible" => IncidentEvent { responsible: Some(text), text: ctx.reason.clone(), ..base(IncidentEventKind::Assigned) },
            "title" => IncidentEvent { text: value.to_owned(), ..base(IncidentEventKind::Details) },
            "area" => IncidentEvent { area: Some(text), ..base(IncidentEventKind::Details) },
            "provider" => IncidentEvent { provider: Some(text), ..base(IncidentEventKind::Details) },
            _ => return Err(CliError::usage(format!("an incident has no key {key:?} that is changed so; it has category, responsible, title, area, provider"))),
        });
    }
    for e in &all {
        northbound_registers::Record::check(e)?;
    }
    let mut out = Vec::new();
    for e in &all {
        out.push(keep(ctx, &store, e, None)?);
    }
    let mut a = Answer::new(serde_json::json!({"incident": id, "events": out}));
    for s in set {
        a = a.say(format!("{}{id}: {s}.", if ctx.dry_run { "Dry run: would set " } else { "" }));
    }
    Ok(a)
}

pub(super) fn retract(event: &str, ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    Ok(receipt_answer(&ctx.gate(&store).withdraw::<IncidentEvent>(event, &ctx.write())?))
}
