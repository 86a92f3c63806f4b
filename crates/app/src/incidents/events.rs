//! Recording events. An event that cannot follow the state of its incident is refused.

use super::events as recorded_events;
use crate::{
    Answer, AppError, Context, Result,
    error::Kind,
    registers::{self, author, view},
};
use northbound_measures::incidents::lives;
use northbound_registers::{
    Receipt, Record, Store, Write,
    records::service::incidents::{IncidentEvent, own_id},
};
use northbound_types::{IncidentEventKind, IncidentId, IncidentState, Utc};
use serde_json::json;

/// What an event can say beside its kind and time.
#[derive(Debug, Clone, Default)]
pub struct EventDetails {
    /// When it happened; now if not given.
    pub at: Option<Utc>,
    /// When it became known; now if not given.
    pub known: Option<Utc>,
    /// Category, 1 (the worst) to 5.
    pub category: Option<u8>,
    /// Responsible for resolving it.
    pub responsible: Option<String>,
    /// Area.
    pub area: Option<String>,
    /// The provider concerned.
    pub provider: Option<String>,
    /// Author of the statement; the Actor if not given.
    pub by: Option<String>,
}

/// An incident to open.
#[derive(Debug, Clone, Default)]
pub struct NewIncident {
    /// Its id; a generated one if not given.
    pub id: Option<IncidentId>,
    /// Short description of the fault.
    pub title: String,
    /// The rest.
    pub details: EventDetails,
}

/// An event of an incident.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// The incident.
    pub id: IncidentId,
    /// What happened.
    pub event: IncidentEventKind,
    /// The time of the event is unknown.
    pub undated: bool,
    /// The body or person it was escalated to.
    pub to: Option<String>,
    /// The incident it was merged into.
    pub into: Option<IncidentId>,
    /// In words; with `details` the title.
    pub text: String,
    /// The rest.
    pub details: EventDetails,
}

impl EventDetails {
    /// Refuses times in the future.
    fn check_times(&self, ctx: &Context) -> Result<()> {
        refuse_future(ctx, "at", self.at)?;
        refuse_future(ctx, "known", self.known)
    }

    fn event(
        &self,
        ctx: &Context,
        id: IncidentId,
        kind: IncidentEventKind,
        at: Option<Utc>,
        text: &str,
    ) -> IncidentEvent {
        IncidentEvent {
            category: self.category.map(i64::from),
            responsible: self.responsible.clone(),
            area: self.area.clone(),
            provider: self.provider.clone(),
            text: text.to_owned(),
            ..IncidentEvent::new(id, kind, at, &author(self.by.as_deref(), &ctx.actor))
        }
    }
}

fn refuse_future(ctx: &Context, flag: &str, at: Option<Utc>) -> Result<()> {
    match at {
        Some(t) if t > ctx.now => {
            Err(AppError::usage(format!("--{flag} {t} is in the future; it is now {}", ctx.now)))
        }
        _ => Ok(()),
    }
}

/// Opens an incident.
///
/// # Errors
/// [`Kind::Conflict`] where there is one of that id, [`Kind::Usage`] where a time has not come yet.
pub fn add(ctx: &Context, new: &NewIncident) -> Result<Answer> {
    new.details.check_times(ctx)?;
    let store = ctx.store()?;
    let at = new.details.at.unwrap_or(ctx.now);
    let id = new.id.unwrap_or_else(|| own_id(&format!("{at}|{}", new.title)));
    if current(ctx, &store, id)?.0.is_some() {
        return Err(AppError::new(
            Kind::Conflict,
            "registers.exists",
            format!(
                "{id} already exists; record what happened to it with `northbound incident event {id} …`"
            ),
        ));
    }
    let event = new.details.event(ctx, id, IncidentEventKind::Opened, Some(at), &new.title);
    Ok(receipt(&record(ctx, &store, &event, new.details.known)?, id, "opened"))
}

/// Records an event of an incident.
///
/// # Errors
/// [`Kind::NotFound`] where there is no such incident, [`Kind::Refused`] where the event cannot follow
/// its state, [`Kind::Conflict`] where it has other events than [`Context::expect_version`] says.
pub fn add_event(ctx: &Context, new: &NewEvent) -> Result<Answer> {
    new.details.check_times(ctx)?;
    let store = ctx.store()?;
    let (state, events) = current(ctx, &store, new.id)?;
    check_follows(state, new.id, new.event)?;
    check_version(ctx, new.id, events)?;
    if let Some(into) = new.into
        && current(ctx, &store, into)?.0.is_none()
    {
        return Err(AppError::not_found(format!("--into {into}: no such incident")));
    }
    let at = if new.undated { None } else { Some(new.details.at.unwrap_or(ctx.now)) };
    let event = IncidentEvent {
        to: new.to.clone(),
        into: new.into,
        ..new.details.event(ctx, new.id, new.event, at, &new.text)
    };
    Ok(receipt(&record(ctx, &store, &event, new.details.known)?, new.id, new.event.as_str()))
}

/// Changes category, responsible, title, area or provider of an incident (`KEY=VALUE`), by an event
/// each.
///
/// # Errors
/// Where no reason is given, a key or value does not fit, or the incident has ended.
pub fn change(
    ctx: &Context,
    id: IncidentId,
    assignments: &[String],
    at: Option<Utc>,
) -> Result<Answer> {
    refuse_future(ctx, "at", at)?;
    if ctx.reason.trim().is_empty() {
        return Err(AppError::new(
            Kind::Refused,
            "registers.reason",
            "changing an incident needs a reason: give it with --reason 'why'",
        ));
    }
    let store = ctx.store()?;
    let (state, count) = current(ctx, &store, id)?;
    check_follows(state, id, IncidentEventKind::Comment)?;
    check_version(ctx, id, count)?;
    let at = at.unwrap_or(ctx.now);
    let events: Vec<IncidentEvent> =
        assignments.iter().map(|a| assignment(ctx, id, at, a)).collect::<Result<_>>()?;
    for e in &events {
        e.check()?;
    }
    let receipts: Vec<Receipt> =
        events.iter().map(|e| record(ctx, &store, e, None)).collect::<Result<_>>()?;
    let mut a = Answer::new(json!({"incident": id, "events": receipts}));
    for s in assignments {
        a = a.say(format!("{}{id}: {s}.", if ctx.dry_run { "Dry run: would set " } else { "" }));
    }
    Ok(a)
}

/// The event of an assignment.
fn assignment(ctx: &Context, id: IncidentId, at: Utc, text: &str) -> Result<IncidentEvent> {
    let (key, value) = text
        .split_once('=')
        .ok_or_else(|| AppError::usage(format!("{text:?} is not KEY=VALUE")))?;
    if value.is_empty() {
        return Err(AppError::usage(format!(
            "{key} needs a value: events of an incident are not cleared; retract the event instead"
        )));
    }
    let event = |kind| IncidentEvent::new(id, kind, Some(at), &author(None, &ctx.actor));
    let (given, reason) = (Some(value.to_owned()), ctx.reason.clone());
    Ok(match key {
        "category" => {
            let category = value.parse().map_err(|_| {
                AppError::usage(format!("category={value}: a category is a number from 1 to 5"))
            })?;
            let event = event(IncidentEventKind::Category);
            IncidentEvent { category: Some(category), text: reason, ..event }
        }
        "responsible" => {
            let event = event(IncidentEventKind::Assigned);
            IncidentEvent { responsible: given, text: reason, ..event }
        }
        "title" => IncidentEvent { text: value.to_owned(), ..event(IncidentEventKind::Details) },
        "area" => IncidentEvent { area: given, ..event(IncidentEventKind::Details) },
        "provider" => IncidentEvent { provider: given, ..event(IncidentEventKind::Details) },
        _ => {
            return Err(AppError::usage(format!(
                "{key:?} is not a key of an incident that can be changed; these are category, responsible, title, area, provider"
            )));
        }
    })
}

/// Withdraws an event recorded by mistake; with an earlier as-at time it still counts.
///
/// # Errors
/// Where no reason is given, or there is no such event.
pub fn retract(ctx: &Context, event: &str) -> Result<Receipt> {
    registers::withdraw::<IncidentEvent>(ctx, event)
}

/// The state of an incident now, and how many events it has.
fn current(ctx: &Context, store: &Store, id: IncidentId) -> Result<(Option<IncidentState>, i64)> {
    let events = recorded_events(&Context { as_at: None, ..ctx.clone() }, store)?;
    let life = lives(&events, ctx.now).into_iter().find(|l| l.incident == id);
    Ok(life
        .map_or((None, 0), |l| (Some(l.state), i64::try_from(l.steps.len()).unwrap_or(i64::MAX))))
}

fn check_follows(
    state: Option<IncidentState>,
    id: IncidentId,
    event: IncidentEventKind,
) -> Result<()> {
    if state.is_none() && event != IncidentEventKind::Opened {
        return Err(AppError::not_found(format!(
            "there is no incident {id}; `northbound incident list` lists them, `incident add` opens one"
        )));
    }
    IncidentState::after(state, event).map(|_| ()).map_err(|why| AppError::refused(format!("{id}: {event} cannot follow: {why}; `northbound incident history {id}` shows what happened")))
}

fn check_version(ctx: &Context, id: IncidentId, events: i64) -> Result<()> {
    match ctx.expect_version.filter(|v| *v != events) {
        Some(v) => Err(AppError::new(
            Kind::Conflict,
            "registers.version",
            format!("{id} has {events} events, not {v}; read it again and repeat the change"),
        )),
        None => Ok(()),
    }
}

fn record(
    ctx: &Context,
    store: &Store,
    event: &IncidentEvent,
    known: Option<Utc>,
) -> Result<Receipt> {
    let write = Write { known, expect_version: None, ..ctx.write() };
    Ok(ctx.gate(store).add(event, &write)?)
}

/// The receipt of an event, with the incident's own id before the record's.
fn receipt(r: &Receipt, id: IncidentId, what: &str) -> Answer {
    let mut a = view::receipt(r);
    a.said.insert(0, format!("{id}: {what}."));
    if let Some(o) = a.json.as_object_mut() {
        o.insert("incident".to_owned(), id.to_string().into());
    }
    a
}
